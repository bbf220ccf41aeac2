"""Draws an explanation on a terminal: what was recognised, coloured by kind, and what came of it.

Colour only repeats what brackets say, so nothing is lost without it (NO_COLOR, pipes).
"""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console
from rich.text import Text

from bot.detect.explain import ExplainedUnit, Explanation, Heard, Told, WordKind
from bot.model import UNKNOWN, Claim

_STYLES: dict[WordKind, str] = {
    "actor": "bold cyan",
    "weapon": "bold yellow",
    "transfer": "bold green",
    "say": "bold blue",
    "deny": "bold red",
    "report": "bold magenta",
    "other": "underline",
}
_WIDE = 10  # of the labels before each line


def show(console: Console, explanation: Explanation) -> None:
    """Print an explanation and a blank line. On a terminal long lines are wrapped, in a file or pipe they are not."""
    for line in (*_lines(explanation), Text()):
        console.print(line, soft_wrap=not console.is_terminal)


def _lines(explanation: Explanation) -> Iterator[Text]:
    for unit in explanation.units:
        yield _unit(unit)
        yield from (_told(told) for told in unit.told)
        yield from (_heard(heard) for heard in unit.heard)
    for claim in explanation.claims:
        yield _claim(claim)
    if explanation.passed_over:
        yield _labelled("no claim", "bold red", explanation.passed_over)


def _unit(unit: ExplainedUnit) -> Text:
    """The words as they stand, each that was recognised with what it was taken for."""
    line = _labelled("headline" if unit.headline else "sentence", "bold", "")
    at = 0
    for word in unit.words:
        line.append(_clean(unit.text[at : word.start]))
        line.append(_clean(word.text), _STYLES[word.kind])
        line.append(f"[{_clean(word.meaning)}]", "dim")
        at = word.end
    line.append(_clean(unit.text[at:]))
    return line


def _told(told: Told) -> Text:
    mention = told.mention
    parts = [
        f"rule {mention.rule}",
        f"{_all(mention.suppliers)} → {_all(mention.recipients)}",
        " ".join(mention.weapons) or "unspecified",
        mention.phase,
    ]
    if mention.negated:
        parts.append("negated")
    if told.dropped:
        return _labelled("  dropped", "red", f"{' · '.join(parts)}: {told.dropped}")
    return _labelled("  transfer", "green", " · ".join(parts))


def _heard(heard: Heard) -> Text:
    who = _all(heard.who) if heard.who else f"{heard.open or 'somebody'}, not named here"
    via = f" via {heard.carrier}" if heard.carrier else ""
    scope = f": “{heard.scope}”" if heard.scope else ""
    return _labelled("  voice", "red" if heard.kind == "deny" else "blue", f"{heard.kind} · {who}{via}{scope}")


def _claim(claim: Claim) -> Text:
    parts = [
        f"{claim.claimant or 'the outlet'} {claim.stance}: {claim.supplier or UNKNOWN} → {claim.recipient or UNKNOWN}",
        " ".join(claim.weapons),
        claim.phase,
        f"rules: {', '.join(claim.rules)}",
    ]
    style = "bold red" if claim.stance == "denies" else "bold green"
    return _labelled("claim", style, f"{' · '.join(parts)} · read from “{claim.words}”")


def _labelled(label: str, style: str, text: str) -> Text:
    return Text().append(f"{label:{_WIDE}} ", style).append(_clean(text))


def _all(codes: tuple[str, ...]) -> str:
    return " and ".join(codes) or UNKNOWN


def _clean(text: str) -> str:
    """Without what would act on the terminal or can't be seen; line ends as blanks."""
    return "".join(sign if sign.isprintable() else " " if sign.isspace() else "" for sign in text)
