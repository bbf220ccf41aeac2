"""The app's Home tab: what a person is told of and when, the newest cases, and how to ask; each with its buttons."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot import cards, cards_subscriptions
from bot.commands import COMMANDS, Context
from bot.model import Card, Case, Line, Prefs, Query, Section, Subscription, Text
from bot.platforms.slack_card import COMMAND, Button, actions, beside, draw, paragraphs
from bot.platforms.slack_forms import PREFS, SUBSCRIBE
from bot.store.ask import page_of_cases
from bot.store.prefs import prefs_of
from bot.store.subscriptions import subscriptions_at

Json = dict[str, Any]

FORM = "form:"
"""What the action_id of a button begins with that opens a form; its value is the form's name."""

_BLOCKS = 100  # https://docs.slack.dev/reference/views/home-tab-views
_SUBSCRIPTIONS, _CASES = 25, 5  # shown: enough for nearly everybody, and help still finds room below
_DIVIDER: Json = {"type": "divider"}


async def home(context: Context, person: str) -> list[Json]:
    """The blocks of a person's Home tab; `person` is their destination. Raises whatever the store raises."""
    known = await context.store.read(subscriptions_at, [person])
    prefs = (await context.store.read(prefs_of, [person])).get(person, Prefs())
    newest = await context.store.read(page_of_cases, Query(), limit=_CASES)
    parts = (_subscriptions(known, prefs), _prefs(prefs), _newest(newest, context), _usage())
    blocks = [block for part in parts for block in (*part, _DIVIDER)]
    return blocks[: min(len(blocks) - 1, _BLOCKS)]


def _subscriptions(known: Sequence[Subscription], prefs: Prefs) -> list[Json]:
    lines: list[Line] = []
    if not known:
        lines = [(Text("None yet: what you are told of comes here, in direct messages.", "dim"),)]
    elif len(known) > _SUBSCRIPTIONS:
        more = Text(f"and {len(known) - _SUBSCRIPTIONS} more: ", "dim")
        lines = [(more, Text("/claimwatch subscriptions", "code"))]
    return [
        *draw(Card("Your subscriptions"))["blocks"],
        *(_subscription(one, prefs) for one in known[:_SUBSCRIPTIONS]),
        *paragraphs(lines),
        *actions([Button("Subscribe…", FORM + SUBSCRIBE, SUBSCRIBE)]),
    ]


def _subscription(one: Subscription, prefs: Prefs) -> Json:
    lines = cards_subscriptions.told_of(one, prefs)
    return paragraphs(lines)[0] if one.configured else beside(lines, _button("Unsubscribe", f"unsubscribe {one.id}"))


def _prefs(prefs: Prefs) -> list[Json]:
    card = Card("Your preferences", (Section(None, cards_subscriptions.prefers(prefs)),))
    return [*draw(card)["blocks"], *actions([Button("Change…", FORM + PREFS, PREFS)])]


def _newest(newest: Sequence[Case], context: Context) -> list[Json]:
    title = draw(Card("The newest cases"))["blocks"]
    if not newest:
        return [*title, *paragraphs([(Text("None yet: no story with a claim was read.", "dim"),)])]
    return [*title, *(_case(cards.listed(one, context.lexicon), one.id) for one in newest)]


def _case(told: Section, number: int) -> Json:
    return beside([(Text(told.heading or "", "strong"),), *told.lines], _button("Open", f"case {number}"))


def _usage() -> list[Json]:
    written = {command.usage: (command.help, command.examples[:1]) for command in COMMANDS.values()}
    where = "With a slash, after a mention, or right here under Messages; the answer to /claims is for you alone."
    blocks: list[Json] = draw(cards.usage("What you can ask", written, {"Where": (where,)}))["blocks"]
    return blocks


def _button(label: str, command: str) -> Button:
    return Button(label, COMMAND + command, command)
