"""What is said to somebody about what is kept of them. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from bot.model import Button, Card, Forgotten, Section, Text

_CONFIGURED = (
    "What the operators subscribed for you in the bot's configuration stays until they change it there: {}. Ask them."
)
_ELSEWHERE = (
    "Messages that the bot has posted stay where they are. In its log you are a number until the log is rotated."
)


def kept(found: Forgotten) -> Card:
    """What is kept of somebody, with a button that lets it be forgotten."""
    if not found.anything:
        return Card("Nothing is kept of you", _more(found))
    return Card(
        title="This is kept of you",
        sections=(
            _lines(found, "{} made for others, with your name: that stays, without it"),
            Section(None, ((Text("Shall it go, now and for good? Then press the button, or write "), _YES),)),
            *_more(found),
        ),
        buttons=(Button("Forget me", "forget me yes"),),
    )


def forgotten(found: Forgotten) -> Card:
    """What was kept of somebody and is gone."""
    told = Text(_ELSEWHERE, "dim")
    return Card(
        title="You are forgotten",
        sections=(_lines(found, "your name on {} made for others"), Section(None, ((told,),)), *_more(found)),
    )


_YES = Text("forget me yes", "code")


def _lines(found: Forgotten, names: str) -> Section:
    return Section(None, tuple((Text(text),) for text in _counted(found, names)))


def _counted(found: Forgotten, names: str) -> Iterator[str]:
    if found.subscriptions:
        yield _count(found.subscriptions, "subscription") + " of your own"
    if found.prefs:
        yield "when you want to be told"
    if found.mutes:
        yield _count(found.mutes, "muted case")
    if found.alerts:
        yield _count(found.alerts, "alert") + " to you, sent or still owed"
    if found.names:
        yield names.format(_count(found.names, "thing"))


def _more(found: Forgotten) -> tuple[Section, ...]:
    if not found.configured:
        return ()
    return (Section(None, ((Text(_CONFIGURED.format(_count(found.configured, "subscription"))),),)),)


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun if number == 1 else noun + 's'}"
