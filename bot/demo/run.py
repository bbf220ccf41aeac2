"""`claimwatch demo`: the recorded feeds through the poller, detector, ledger and alerts of `claimwatch run`."""

from __future__ import annotations

import asyncio
import contextlib
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.text import Text
from yarl import URL

from bot import cards
from bot.alerts.deliver import deliver_due
from bot.app import App, opened
from bot.commands import answer
from bot.config import Config, FeedKeys, Polling, SubscriptionKeys
from bot.demo.server import recorded_pages, serve
from bot.errors import StoreError, UserError
from bot.feeds.poller import Poller
from bot.feeds.recording import PollResult
from bot.model import Card
from bot.once import as_json, plural, polled, print_json, total
from bot.platforms.console_app import ConsoleApp

_PAUSE = 0.2  # seconds between alerts on a terminal, so that they are seen to arrive
_LATER = timedelta(hours=1)  # until the second poll; every feed is due again by then


@dataclass(slots=True)
class _Clock:
    """The real time, which the demo can move on."""

    ahead: timedelta = field(default_factory=timedelta)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


class _Channel(ConsoleApp):
    """A console that shows alerts as they arrive, with a breath between."""

    def __init__(self, console: Console, plain: bool) -> None:
        super().__init__(console, plain)
        self._pause = _PAUSE if console.is_terminal and not plain else 0

    async def post(
        self, destination: str, card: Card, *, key: str, reply_to: str | None = None, again: bool = False
    ) -> str:
        """Print a card, then wait a little."""
        message = await super().post(destination, card, key=key, reply_to=reply_to, again=again)
        await asyncio.sleep(self._pause)
        return message


@dataclass(frozen=True, slots=True)
class _Screen:
    """Where the demo shows what it does."""

    console: Console
    plain: bool

    def say(self, line: str) -> None:
        self.console.print(Text(line), soft_wrap=True)

    def title(self, line: str) -> None:
        self.console.print(Text(f"\n{line}\n", style="bold"), soft_wrap=True)

    def show(self, card: Card) -> None:
        ConsoleApp(self.console, self.plain).show(card)


def run(asks: Sequence[str], *, plain: bool, json: bool, keep: Path | None) -> None:
    """Show two polls and their alerts, then answer `asks`; without any, and on a terminal, what is typed.

    With `json` only the answers are printed, an object a line. The database goes to `keep`, which must be a new file,
    or is thrown away. Raises StoreError when it can't be made.
    """
    if keep and keep.exists():
        raise StoreError(f"{keep} exists already. Name a new file: the demo starts from an empty ledger.")
    screen = _Screen(Console(highlight=False, no_color=plain or None, quiet=json), plain)
    with tempfile.TemporaryDirectory(prefix="claimwatch-") as folder, asyncio.Runner() as runner:
        parts = contextlib.AsyncExitStack()
        try:
            app = runner.run(_watch(parts, keep or Path(folder, "demo.db"), screen))
            for text in asks:
                runner.run(_answer_json(app, text) if json else _answer(app, text, screen))
            if not asks and sys.stdin.isatty():
                _prompt(app, runner, screen)
        finally:
            runner.run(parts.aclose())


async def _watch(parts: contextlib.AsyncExitStack, database: Path, screen: _Screen) -> App:
    """Poll twice and post what is owed; return the app, which `parts` closes, to answer questions."""
    clock = _Clock()
    pages = recorded_pages()
    async with serve(pages) as addresses:
        feeds = tuple(FeedKeys(url=url, outlet=page.title) for page, url in zip(pages, addresses, strict=True))
        app = await parts.enter_async_context(opened(_config(database, feeds), clock))
        await app.sync()
        async with app.poller() as poller:
            screen.title("The first poll of three recorded feeds")
            first = await _poll(poller, len(feeds), screen)
            screen.title(f"{plural(sum(result.alerts for result in first), 'alert')}, as a channel shows them")
            await _deliver(app, screen)

            clock.ahead = _LATER
            screen.title("The second poll, an hour later")
            second = await _poll(poller, len(feeds), screen)
            again = await _deliver(app, screen)
            unchanged = sum(result.outcome == "unchanged" for result in second)
            screen.say(
                f"{plural(unchanged, 'feed')} unchanged, so nothing was read or alerted twice: "
                f"{plural(sum(result.new for result in second), 'new story', 'new stories')}, "
                f"{plural(again, 'alert')}."
            )
    return app


def _config(database: Path, feeds: tuple[FeedKeys, ...]) -> Config:
    hosts = tuple({URL(feed.url).authority for feed in feeds})  # this machine, on the port of the demo's own server
    return Config(
        database=database.absolute(),
        alert_on_first_poll="all",
        # Without jitter the second poll goes in the order of the first.
        polling=Polling(jitter=0, host_delay=0, allow_hosts=hosts),
        feeds=feeds,
        subscriptions=(SubscriptionKeys(to="console"),),
    )


async def _poll(poller: Poller, count: int, screen: _Screen) -> list[PollResult]:
    """Poll what is due, with a bar while it lasts and a line for each feed."""
    bar = Progress(
        TextColumn("Polling"),
        BarColumn(),
        MofNCompleteColumn(),
        console=screen.console,
        transient=True,
        disable=screen.plain,
    )
    with bar:
        task = bar.add_task("poll", total=count)

        def tell(result: PollResult) -> None:
            bar.advance(task)
            screen.say(polled(result))

        results = await poller.poll_due(tell)
    screen.say(total(results))
    return results


async def _deliver(app: App, screen: _Screen) -> int:
    channel = _Channel(screen.console, screen.plain)
    return await deliver_due(app.store, {channel.name: channel}, app.lexicon, app.clock)


# ── questions ────────────────────────────────────────────────────────────────────────────────────────────────────────


async def _answer(app: App, text: str, screen: _Screen) -> None:
    screen.say(f"> {text}")
    await _reply(app, text, screen)


async def _reply(app: App, text: str, screen: _Screen) -> None:
    """Show the answer; a mistake is answered as well, as it would be in a channel."""
    try:
        card = await answer(app.context, text)
    except UserError as error:
        card = cards.error(str(error))
    screen.show(card)


async def _answer_json(app: App, text: str) -> None:
    print_json(await as_json(app.context, text))


def _prompt(app: App, runner: asyncio.Runner, screen: _Screen) -> None:
    """Answer what is typed, until `exit`, Ctrl-D or Ctrl-C.

    The prompt is not a task: a thread that waits for a line could not be stopped, and would keep the process.
    """
    with contextlib.suppress(ImportError):
        import readline  # noqa: F401  gives input() a history and editing
    screen.title("Ask: !claims russia, !claims russia from:iran, !case 1, !denials, !help. To leave: exit")
    while True:
        try:
            text = input("> ").strip()
        except (EOFError, KeyboardInterrupt):
            screen.say("")
            return
        if text.casefold().lstrip("!/") in {"exit", "quit"}:
            return
        if text:
            runner.run(_reply(app, text, screen))
