"""`!about`: what the bot is, how much it keeps, how it reads, and what it keeps of people."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import PackageMetadata, metadata

from bot import cards
from bot.commands.context import Context
from bot.model import Button, Card, Line, Section, Text
from bot.store.overview import Counts, counts

_DISTRIBUTION = "claimwatch"


async def about(context: Context, arguments: str, page: int = 0) -> Card:
    """What the bot is, with its version, what the ledger holds, and where source and licence are."""
    kept = await context.store.read(counts)
    package = metadata(_DISTRIBUTION)
    return Card(
        title=f"Claimwatch {package['Version']}",
        sections=(
            Section(None, ((Text(package["Summary"] or ""),),)),
            Section("What it keeps", _kept(kept)),
            Section("How it reads", _HOW),
            Section("What it keeps of people", _PEOPLE),
            Section("Source and licence", tuple(_source(package))),
        ),
        buttons=(Button("The newest cases", "claims"), Button("The feeds", "sources"), Button("Help", "help")),
    )


_HOW: tuple[Line, ...] = (
    (Text("It reads each story by rules that anyone can look up, and keeps who says that who armed whom."),),
    (Text("It reports who says what and who denies it, in their own words; it never rules on who is right."),),
    (Text("Why a case or a story was read as it was: "), Text("!why 1", "code")),
)
_PEOPLE: tuple[Line, ...] = (
    (
        Text(
            "Of you, what you had it keep: subscriptions, preferences and mutes, feeds that you added; and your alerts."
        ),
    ),
    (Text("What is written in channels it does not keep."),),
    (Text("To have all that is kept of you removed: "), Text("!forget me", "code")),
)


def _kept(kept: Counts) -> tuple[Line, ...]:
    line = (
        f"{cards.counted(kept.feeds, 'feed')}, {kept.stories:,} {'story' if kept.stories == 1 else 'stories'}, "
        f"{cards.counted(kept.claims, 'claim')} in {cards.counted(kept.cases, 'case')}"
    )
    since = f"since {cards.day(kept.since)}" if kept.since else "nothing was read yet"
    return ((Text(line, "strong"), Text(f", {since}")),)


def _source(package: PackageMetadata) -> Iterator[Line]:
    """Where the source is, as far as the package says, and its licence."""
    for named in package.get_all("Project-URL") or ():
        name, _, address = named.partition(", ")
        yield (Text(name, url=address),)
    licence = package["License-Expression"]
    yield (Text(f"Free software under the {licence} licence; whoever runs this bot can give you its source."),)
