"""Armed groups named by their country alone: "Syrian rebels", "Syria's rebels", "rebels in eastern Ukraine"."""

from __future__ import annotations

from collections.abc import Mapping

from bot.detect.phrases import ActorWord
from bot.detect.text import Token, Unit, words

_BODIES = words("group movement militia faction")
_PARTS = words("eastern western northern southern central the")


def with_groups(row: list[Token], codes: Mapping[str, Mapping[str, str]]) -> list[Token]:
    """The tokens, each such phrase made one that is tagged as the actor of its code: noun → state → code."""
    # Most rows name no such group, and this is asked of every one.
    if not any(token.low in codes or (token.low[:4] == "the " and token.low[4:] in codes) for token in row):
        return row
    merged: list[Token] = []
    i = 0
    while i < len(row):
        token = row[i]
        of_state = codes.get(_noun(token))
        end = i + 1
        if of_state and "actor" not in token.tags:
            before = merged[-1].tags.get("actor") if merged else None
            if before and before.form in {"adjective", "name", "seat"} and before.code in of_state:
                token = _joined(merged.pop(), token, of_state[before.code])
            elif (place := _place(row, i)) and (code := of_state.get(row[place].tags["actor"].code)):
                token = _joined(token, row[place], code)
                end = place + 1
        merged.append(token)
        i = end
    return merged


def name_groups(units: list[Unit], group: str | None) -> None:
    """Tag "the Lebanese movement", "the Western Sahara movement" as the armed group, where a story names just one."""
    if group is None:
        return
    for unit in units:
        row = unit.tokens
        i = 0
        while i + 1 < len(row):
            word: ActorWord | None = row[i].tags.get("actor")
            states = word is not None and len(word.code) == 2 and word.form in {"adjective", "name"}
            if states and row[i + 1].low in _BODIES and not row[i].possessive and not row[i + 1].tags.get("actor"):
                row[i : i + 2] = [_joined(row[i], row[i + 1], group)]
            i += 1


def _noun(token: Token) -> str:
    return token.low.removeprefix("the ")


def _place(row: list[Token], i: int) -> int | None:
    """Where the state of "rebels in Syria", "militants in northern Mali" stands."""
    if i + 2 >= len(row) or row[i + 1].low != "in":
        return None
    k = i + 3 if row[i + 2].low in _PARTS and i + 3 < len(row) else i + 2
    word = row[k].tags.get("actor")
    return k if word and word.form == "name" else None


def _joined(first: Token, last: Token, code: str) -> Token:
    text = f"{first.text} {last.text}"
    tags = {"actor": ActorWord(code, "name")}
    return Token(text, text.lower(), first.start, last.end, last.possessive, tags)
