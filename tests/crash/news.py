"""What the feeds say: affairs between invented places, each told by one outlet, then by more, then denied."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.fakes.feed_server import item, rss

OUTLETS = ("The Strelsau Herald", "The Edelweiss Courier", "The Fredville Gazette")
AFFAIRS_A_CHANNEL = 5  # what a channel is told at once; a sixth within ten minutes would wait for a digest

# How each outlet puts it: the same news in words of its own, or one would be a copy of another.
_TOLD = (
    "{supplier} sent missiles to {recipient}, officials said",
    "{recipient} received missiles from {supplier}",
    "New report: {supplier} has supplied {recipient} with missiles",
)
_DENIED = "{supplier} denies sending missiles to {recipient}"


def places() -> Iterator[str]:
    """Names of places that there are not, each once: 1,280 of them."""
    first = (
        "Zan",
        "Bel",
        "Quor",
        "Mar",
        "Tal",
        "Vel",
        "Dron",
        "Hes",
        "Ilm",
        "Jor",
        "Kest",
        "Lur",
        "Nev",
        "Ost",
        "Pell",
        "Ruv",
    )
    second = ("vo", "do", "mi", "ka", "thu", "ze", "ga", "lo")
    last = ("ria", "land", "stan", "mark", "nia", "tania", "via", "dor", "gard", "wick")
    for end, middle, begin in itertools.product(last, second, first):
        yield begin + middle + end


@dataclass(slots=True)
class Affair:
    """One alleged transfer, and what was said of it so far."""

    number: int
    supplier: str
    recipient: str
    outlets: set[str] = field(default_factory=set)  # that told of it, or of its denial
    denied: bool = False
    denied_when_shown: bool = False  # by then it had its message, so that the denial makes a reply there

    @property
    def channel(self) -> int:
        """Which of the channels is to be told, counted from 0."""
        return self.number // AFFAIRS_A_CHANNEL

    @property
    def dyad(self) -> str:
        """As cards name it."""
        return f"{self.supplier} → {self.recipient}"


@dataclass(slots=True)
class News:
    """Everything that happens: one more affair at each `go_on`, and more of those before it."""

    chance: random.Random
    affairs: list[Affair] = field(default_factory=list)
    items: dict[str, list[str]] = field(default_factory=lambda: {outlet: [] for outlet in OUTLETS})
    names: Iterator[str] = field(default_factory=places)

    def go_on(self, shown: set[str]) -> None:
        """Let a new affair be told, an older one by one more outlet, and one be denied. `shown`: those with a message.

        Every story is new in its feed; feeds keep what they said, so that nothing is missed by coming late.
        """
        affair = Affair(len(self.affairs), next(self.names), next(self.names))
        self.affairs.append(affair)
        self._tell(affair)
        quiet = [one for one in self.affairs[-12:] if not one.denied]
        if len(more := [one for one in quiet if len(one.outlets) < len(OUTLETS)]) > 1:
            self._tell(self.chance.choice(more))
        if len(quiet) > 2:
            affair = self.chance.choice(quiet[:-1])
            affair.denied, affair.denied_when_shown = True, affair.dyad in shown
            self._say(self.chance.choice(OUTLETS), affair, _DENIED)

    def _tell(self, affair: Affair) -> None:
        outlet = self.chance.choice([one for one in OUTLETS if one not in affair.outlets])
        self._say(outlet, affair, _TOLD[OUTLETS.index(outlet)])

    def _say(self, outlet: str, affair: Affair, words: str) -> None:
        affair.outlets.add(outlet)
        said = self.items[outlet]
        title = words.format(supplier=affair.supplier, recipient=affair.recipient)
        said.insert(0, item(title, guid=f"{OUTLETS.index(outlet)}-{len(said)}"))

    def page(self, outlet: str) -> str:
        """The outlet's feed as it is now, newest first."""
        return rss(*self.items[outlet], title=outlet)


def rules(count: int) -> str:
    """The first `count` places as an actors.toml."""
    names = itertools.islice(places(), count)
    return "\n".join(f'[[actor]]\ncode = "{name.upper()}"\nname = "{name}"\n' for name in names)
