"""Slack's forms, which stand in front of what one reads: how they look, and what was filled in. Pure.

A field's name is both its block_id and its action_id; the channel that a form was asked for in stands in the form.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any
from zoneinfo import available_timezones

from rapidfuzz import process, utils

from bot.cards_subscriptions import WEEKDAYS
from bot.errors import UserError
from bot.model import RHYTHMS, Prefs, Rhythm

Json = dict[str, Any]
Filled = Mapping[str, Mapping[str, Json]]
"""What Slack says of a form's fields: https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload"""

SUBSCRIBE, PREFS = "subscribe", "prefs"  # the commands that have a form; the form's callback_id is the command's name
ZONE = "zone"

_OPTIONS = 100  # https://docs.slack.dev/reference/block-kit/block-elements/select-menu-element
_QUERY = 500  # characters of a query
_SENTENCE = 1500  # characters of an answer that has no blocks: at most as many as one block takes, whatever they are
_TIMES: Mapping[Rhythm, str] = {"now": "At once", "daily": "Once a day", "weekly": "Once a week"}
_AS_PREFERRED = ("preferred", "As my preferences say")


class WrongField(UserError):
    """What was filled in can't be; `field` says where."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


# ── how they look ────────────────────────────────────────────────────────────────────────────────────────────────────


def waiting() -> Json:
    """What is shown until the rest is known: Slack gives three seconds to show anything at all."""
    return _modal([_section("One moment…")])


def shown(message: Json, place: str) -> Json:
    """A message's blocks in front of what one reads; its buttons act in `place`, a channel or ""."""
    return _modal(message.get("blocks") or [_section(message["text"][:_SENTENCE])]) | {"private_metadata": place}


def subscribe_form(place: str, *, here: bool) -> Json:
    """The form for `!subscribe`; `here`: whether the channel may be chosen, too."""
    where = [("here", "This channel"), ("me", "Me, in direct messages")]
    query = {
        "type": "plain_text_input",
        "action_id": "query",
        "max_length": _QUERY,
        "placeholder": _plain("russia from:iran weapon:drones"),
        "focus_on_load": True,
    }
    hint = (
        "Actors, weapons and words; from: supplier, to: recipient, by: who says it, status:contested, -drones. "
        "Left empty: everything."
    )
    return _form(
        SUBSCRIBE,
        "Subscribe",
        place,
        [
            _field("query", "What to be told of", query, hint=hint, optional=True),
            *([_field("where", "Who is told", _radio("where", where, "here"))] if here else []),
            _field("rhythm", "How often", _select("rhythm", [_AS_PREFERRED, *_TIMES.items()], _AS_PREFERRED[0])),
        ],
    )


def prefs_form(place: str, prefs: Prefs) -> Json:
    """The form for `!prefs`, filled in with what holds now."""
    days = [(str(number), name) for number, name in enumerate(WEEKDAYS)]
    quiet = prefs.quiet or (None, None)
    zone = {
        "type": "external_select",
        "action_id": ZONE,
        "min_query_length": 2,
        "placeholder": _plain("Type a city, as in Berlin"),
        "initial_option": _option(prefs.zone, prefs.zone),
    }
    hint = "Nothing comes in between; what was owed comes as one message after it. Left empty: never quiet."
    return _form(
        PREFS,
        "Save",
        place,
        [
            _field("rhythm", "How often, unless a subscription says", _select("rhythm", _TIMES.items(), prefs.rhythm)),
            _field("at", "When a digest comes", _time("at", prefs.at)),
            _field("weekday", "On which day a weekly one comes", _select("weekday", days, str(prefs.weekday))),
            _field("quiet_from", "Quiet from", _time("quiet_from", quiet[0]), optional=True),
            _field("quiet_to", "Quiet until", _time("quiet_to", quiet[1]), hint=hint, optional=True),
            _field(ZONE, "Time zone", zone),
        ],
    )


def zone_options(typed: str) -> list[Json]:
    """The time zones that a person may mean by what is typed so far, the likeliest first."""
    wanted = typed.strip().replace(" ", "_").casefold()
    found = [zone for zone in _zones() if wanted in zone.casefold()]
    found.sort(key=lambda zone: not zone.casefold().rpartition("/")[2].startswith(wanted))
    if not found:
        likely = process.extract(typed, _zones(), processor=utils.default_process, score_cutoff=60, limit=10)
        found = [zone for zone, _score, _place in likely]
    return [_option(zone, zone) for zone in found[:_OPTIONS]]


@lru_cache
def _zones() -> list[str]:
    return sorted(available_timezones())


# ── what was filled in ───────────────────────────────────────────────────────────────────────────────────────────────


def query_of(filled: Filled) -> str:
    """The query of a subscription, on one line."""
    return " ".join((filled["query"]["query"].get("value") or "").split())


def options_of(filled: Filled) -> str:
    """The words that follow the query in `!subscribe`: for whom, and how often."""
    where = _chosen(filled, "where") if "where" in filled else "me"
    rhythm = _chosen(filled, "rhythm")
    return f"{where} {rhythm}" if rhythm in RHYTHMS else where


def prefs_of(filled: Filled) -> Prefs:
    """The preferences; WrongField where hours don't fit together."""
    rhythm = next(one for one in RHYTHMS if one == _chosen(filled, "rhythm"))
    at = _minutes(filled, "at")
    if at is None:
        raise WrongField("at", "At which hour? Choose one.")
    quiet = _minutes(filled, "quiet_from"), _minutes(filled, "quiet_to")
    return Prefs(rhythm, at, int(_chosen(filled, "weekday")), _span(*quiet), _chosen(filled, ZONE))


def _span(start: int | None, end: int | None) -> tuple[int, int] | None:
    if start is None and end is None:
        return None
    if start is None:
        raise WrongField("quiet_from", "From when? Choose both, or neither.")
    if end is None:
        raise WrongField("quiet_to", "Until when? Choose both, or neither.")
    if start == end:
        raise WrongField("quiet_to", "That would be quiet all day or never. For all day, be told once a day instead.")
    return start, end


def _chosen(filled: Filled, name: str) -> str:
    return str(filled[name][name]["selected_option"]["value"])


def _minutes(filled: Filled, name: str) -> int | None:
    time = filled[name][name].get("selected_time")
    return int(time[:2]) * 60 + int(time[3:]) if time else None


# ── parts ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _modal(blocks: list[Json]) -> Json:
    return {"type": "modal", "title": _plain("Claimwatch"), "close": _plain("Close"), "blocks": blocks}


def _form(name: str, submit: str, place: str, blocks: list[Json]) -> Json:
    about = {"callback_id": name, "private_metadata": place, "submit": _plain(submit), "close": _plain("Cancel")}
    return _modal(blocks) | about


def _field(name: str, label: str, element: Json, *, hint: str | None = None, optional: bool = False) -> Json:
    block = {"type": "input", "block_id": name, "label": _plain(label), "element": element, "optional": optional}
    return block | ({"hint": _plain(hint)} if hint else {})


def _select(name: str, options: Iterable[tuple[str, str]], chosen: str) -> Json:
    return {"type": "static_select", "action_id": name, **_options(options, chosen)}


def _radio(name: str, options: Iterable[tuple[str, str]], chosen: str) -> Json:
    return {"type": "radio_buttons", "action_id": name, **_options(options, chosen)}


def _options(options: Iterable[tuple[str, str]], chosen: str) -> Json:
    drawn = [_option(value, label) for value, label in options]
    return {"options": drawn, "initial_option": next(one for one in drawn if one["value"] == chosen)}


def _option(value: str, label: str) -> Json:
    return {"text": _plain(label), "value": value}


def _time(name: str, minutes: int | None) -> Json:
    initial = {} if minutes is None else {"initial_time": f"{minutes // 60:02}:{minutes % 60:02}"}
    return {"type": "timepicker", "action_id": name, **initial}


def _section(text: str) -> Json:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}}


def _plain(text: str) -> Json:
    return {"type": "plain_text", "text": text, "emoji": False}
