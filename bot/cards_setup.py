"""The guided first run as one card: what is set, what comes next, and the buttons that do it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot import cards
from bot.cards_subscriptions import EVERYTHING, paused_so, when
from bot.detect.lexicon import Lexicon
from bot.model import Button, Card, Case, Line, Prefs, Section, Subscription, Text

_LISTED = 5  # subscriptions
_BUTTONS = 5


@dataclass(frozen=True, slots=True)
class Setup:
    """How far a place is set up."""

    whom: str  # how the place is called
    feeds: int  # on the list
    unread: int  # of these, those that were never read
    troubled: int
    shipped: int  # feeds of the list that comes with Claimwatch
    subscriptions: Sequence[Subscription]
    prefs: Prefs
    lacks: Sequence[str] | None  # rights that the bot has not; None: the platform can't say
    topics: Sequence[tuple[str, str]]  # a name and the query, to begin with
    newest: Case | None  # the newest case that fits a subscription

    @property
    def done(self) -> int:
        """How many of the three steps are done."""
        return (self.feeds > 0) + bool(self.subscriptions) + (not self.lacks)


def setup(state: Setup, lexicon: Lexicon) -> Card:
    """What is set and what comes next; once all is done, with the newest case as an alert would show it."""
    ready = state.done == 3
    sections = [_feeds(state), _topics(state)]
    if state.subscriptions:
        sections.append(_rhythm(state))
    sections.append(_rights(state))
    if ready:
        sections += list(_preview(state, lexicon))
    return Card(
        title=f"Setup for {state.whom}: {'ready' if ready else f'{state.done} of 3 done'}",
        sections=tuple(sections),
        footer="Each step may be taken again; it changes nothing that is as it says",
        cases=(state.newest.id,) if ready and state.newest else (),
        buttons=tuple(_buttons(state))[:_BUTTONS],
    )


def _step(number: int, what: str, done: bool, *lines: Line) -> Section:
    return Section(f"{number} · {what}: {'done' if done else 'to do'}", lines)


def _feeds(state: Setup) -> Section:
    if not state.feeds:
        return _step(
            1,
            "feeds",
            False,
            (Text("No feed is on the list yet, so there is nothing to tell."),),
            (Text("!setup feeds", "code"), Text(f" takes the {state.shipped} that come with Claimwatch, ")),
            (Text("!feed add ADDRESS", "code"), Text(" adds one of yours.")),
        )
    lines: list[Line] = [(Text(f"{cards.counted(state.feeds, 'feed')} on the list."),)]
    if state.unread:
        waiting = f"{cards.counted(state.unread, 'feed')} not read yet: a feed's first poll fills the ledger and tells"
        lines.append((Text(f"{waiting} nothing, what comes later is told.", "dim"),))
    if state.troubled:
        lines.append((Text(f"{state.troubled} in trouble: "), Text("!feed errors", "code")))
    return _step(1, "feeds", True, *lines)


def _topics(state: Setup) -> Section:
    if not state.subscriptions:
        example = state.topics[0][1] if state.topics else "russia"
        return _step(
            2,
            "topics",
            False,
            (Text("Nothing yet. "), Text(f"!setup {example}", "code"), Text(" tells of one topic, at once;")),
            (Text("!setup everything daily", "code"), Text(" tells of all, once a day.")),
        )
    lines: list[Line] = [_subscription(one, state.prefs) for one in state.subscriptions[:_LISTED]]
    if len(state.subscriptions) > _LISTED:
        lines.append((Text(f"and {len(state.subscriptions) - _LISTED} more: ", "dim"), Text("!alerts list", "code")))
    return _step(2, "topics", True, *lines)


def _subscription(one: Subscription, prefs: Prefs) -> Line:
    how = when(one.rhythm or prefs.rhythm, prefs)
    if one.paused_why:
        how = f"paused: {one.paused_why.rstrip('.')}"
    elif one.paused_until:
        how = paused_so(one.paused_until)
    return (Text(f"{one.id} · "), Text(one.query or EVERYTHING, "strong"), Text(f" · {how}", "dim"))


def _rhythm(state: Setup) -> Section:
    others = [name for name in ("now", "daily", "weekly") if name != state.prefs.rhythm]
    return Section(
        "When",
        (
            (
                Text(cards.capital(when(state.prefs.rhythm, state.prefs)), "strong"),
                Text(", where it is not said above"),
            ),
            (
                Text("Otherwise: "),
                Text(f"!setup {others[0]}", "code"),
                Text(" or "),
                Text(f"!setup {others[1]}", "code"),
            ),
        ),
    )


def _rights(state: Setup) -> Section:
    if state.lacks:
        return _step(
            3,
            "rights",
            False,
            (Text(f"The bot can't post here. It lacks {', '.join(state.lacks)}."),),
            (Text("Who may change the channel's settings can mend that; then "), Text("!setup", "code")),
        )
    what = "The bot may post here. " if state.lacks is not None else "Whether the bot may post here shows in a test. "
    return _step(3, "rights", True, (Text(what), Text("!alerts test", "code"), Text(" sends an alert here.")))


def _preview(state: Setup, lexicon: Lexicon) -> Iterator[Section]:
    if state.newest is None:
        yield Section("No case fits yet", ((Text("The first one that does will be told."),),))
        return
    alert = cards.alert(state.newest, lexicon)
    lead, *voices = alert.sections
    yield Section("An alert will look like this", ((Text(alert.title, "strong"),), *lead.lines))
    yield from voices
    yield Section(None, ((Text(alert.footer or "", "dim"),),))


def _buttons(state: Setup) -> Iterator[Button]:
    if not state.feeds:
        yield Button(f"Take the {state.shipped} feeds", "setup feeds")
    if not state.subscriptions:
        yield Button("Everything", "setup everything")
        for name, query in state.topics:
            yield Button(cards.shorten(name, 70), f"setup {query}")
        return
    if not state.lacks:
        yield Button("Send a test alert", "alerts test")
    for rhythm, label in (("now", "At once"), ("daily", "Daily"), ("weekly", "Weekly")):
        if state.prefs.rhythm != rhythm:
            yield Button(label, f"setup {rhythm}")
    yield Button("Subscriptions", "alerts list")
