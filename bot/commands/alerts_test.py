"""`!alerts test`: a sample alert that goes the whole way of a real one, or what is in its way."""

from __future__ import annotations

from collections.abc import Sequence

from bot import cards_alerts
from bot.commands.context import Context
from bot.commands.destinations import named
from bot.commands.suggestions import newest_fitting
from bot.errors import UserError
from bot.model import Card, Prefs, Query, Subscription
from bot.store import alerts as outbox
from bot.store import overview, subscriptions
from bot.store.ask import page_of_cases
from bot.store.prefs import prefs_of


async def test(context: Context, here: str, one: Subscription | None) -> Card:
    """Owe a place a sample of the newest case that fits `one`, or any of its subscriptions, and say so.

    It goes through the outbox as alerts do. Raises UserError with what is in the way, where something is.
    """
    known = [one] if one else await context.store.read(subscriptions.subscriptions_at, [here], context.clock())
    going = [each for each in known if not each.paused_why and not each.paused_until]
    _check_going(known, going)
    await _check_free(context, here)
    found = await context.store.read(newest_fitting, going, context.lexicon, context.clock())
    newest = await context.store.read(page_of_cases, Query(), limit=1)
    if not newest:
        raise UserError("There is nothing to show yet: the ledger holds no case. !sources says how the feeds are.")
    case, subscription = found or (newest[0], None)
    now = context.clock()
    sample = outbox.notice(here, cards_alerts.sample(case, context.lexicon), f"test {now.isoformat()}")
    await context.store.write(outbox.owe, [sample], now)
    if context.controls:
        context.controls.wake()
    prefs = (await context.store.read(prefs_of, [here])).get(here, Prefs())
    return cards_alerts.testing(
        case, subscription or going[0], prefs, whom=named(context.asker, here), fits=subscription is not None
    )


def _check_going(known: Sequence[Subscription], going: Sequence[Subscription]) -> None:
    if not known:
        raise UserError("This channel has no subscription, so nothing would be told here. Write !setup.")
    if not going:
        first = known[0]
        why = f": {first.paused_why.rstrip('.')}" if first.paused_why else " by a manager"
        raise UserError(f"Subscription {first.id} is paused{why}. To go on: !alerts resume {first.id}")


async def _check_free(context: Context, here: str) -> None:
    if context.asker.lacks:
        raise UserError(f"The bot can't post in this channel. It lacks {', '.join(context.asker.lacks)}.")
    if held := await context.store.read(overview.stuck, here):
        what = "An alert" if held.alerts == 1 else f"{held.alerts} alerts"
        raise UserError(
            f"{what} to this channel could not be delivered so far, and a test would wait behind: {held.reason} "
            f"The next try is at {held.next_try_at:%H:%M} UTC."
        )
