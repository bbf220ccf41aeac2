"""`claimwatch feeds …`: the list of feeds on the command line. What each does is in `feeds_once.py`."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from bot.cli_base import ConfigOption, PlainOption, complain, load

feeds = typer.Typer(
    name="feeds",
    help="The list of feeds: shows it (alone, as `list`), adds, tests, pauses, removes, imports and exports.",
    epilog="Example: claimwatch feeds --plain",
    invoke_without_command=True,
)

JsonOption = Annotated[bool, typer.Option("--json", help="One JSON object a line, and no more.")]
ErrorsOption = Annotated[bool, typer.Option("--errors", help="Only those that fail, are gone or fell quiet.")]
Subjects = Annotated[list[str], typer.Argument(metavar="NUMBER|ADDRESS…", help="As `claimwatch feeds` shows them.")]


@feeds.callback()
def _feeds(context: typer.Context, plain: PlainOption = False, config: ConfigOption = None) -> None:
    if context.invoked_subcommand is None:
        list_(plain=plain, config=config)


@feeds.command("list", epilog="Example: claimwatch feeds list --errors")
def list_(
    errors: ErrorsOption = False, json: JsonOption = False, plain: PlainOption = False, config: ConfigOption = None
) -> None:
    """List the feeds: number, outlet, address, state, last success, last error, next poll and interval."""
    settings = load(config)
    from bot import feeds_once

    asyncio.run(feeds_once.list_feeds(settings, errors=errors, json=json, plain=plain))


@feeds.command(epilog="Example: claimwatch feeds add https://www.navalnews.com --outlet 'Naval News' --folder Defence")
def add(
    address: Annotated[str, typer.Argument(help="A feed's address, or that of a page whose feed is to be found.")],
    outlet: Annotated[str | None, typer.Option(help="Its name in alerts. Default: the feed's own.")] = None,
    folder: Annotated[str | None, typer.Option(help="Where lists have it, such as World/Asia.")] = None,
    every: Annotated[
        int | None, typer.Option(min=60, max=604_800, help="Seconds between polls. Default: as often as it publishes.")
    ] = None,
    read_article: Annotated[bool, typer.Option("--read-article", help="Read its stories' pages too.")] = False,
    config: ConfigOption = None,
) -> None:
    """Find the feed behind an address, try it and add it; a bot that runs polls it within seconds."""
    settings = load(config)
    from bot import feeds_once
    from bot.feeds.manage import Wish

    wish = Wish(outlet or None, (folder or "").strip("/") or None, every, read_article)
    asyncio.run(feeds_once.add(settings, address, wish, typer.echo))


@feeds.command(epilog="Example: claimwatch feeds test captured/*.xml https://www.sipri.org/rss.xml --json")
def test(
    subjects: Annotated[list[str], typer.Argument(metavar="FILE|ADDRESS|NUMBER…", help="Any number of them.")],
    json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Show what would be read of feeds, and why not, without keeping anything.

    Each ends in a result or a reason, in their order. Exits with 1 when one of them could not be read.
    """
    settings = load(config)
    from bot import feeds_trial

    if not asyncio.run(feeds_trial.test(settings, subjects, typer.echo, json=json)):
        raise typer.Exit(1)


@feeds.command(epilog="Example: claimwatch feeds pause 12")
def pause(subjects: Subjects, config: ConfigOption = None) -> None:
    """Stop polling feeds, until they are resumed."""
    _change("pause", subjects, config)


@feeds.command(epilog="Example: claimwatch feeds resume 12")
def resume(subjects: Subjects, config: ConfigOption = None) -> None:
    """Poll feeds again, at once: paused ones, failing ones and those that were gone."""
    _change("resume", subjects, config)


@feeds.command(epilog="Example: claimwatch feeds remove https://example.org/feed")
def remove(subjects: Subjects, config: ConfigOption = None) -> None:
    """Take feeds off the list; their stories and claims stay."""
    _change("remove", subjects, config)


def _change(what: str, subjects: list[str], config: Path | None) -> None:
    settings = load(config)
    from bot import feeds_once

    if not asyncio.run(feeds_once.change(settings, what, subjects, typer.echo, complain)):
        raise typer.Exit(1)


@feeds.command("import", epilog="Example: claimwatch feeds import feedly.opml")
def import_(
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="A list in OPML, as readers export it; - for standard input.")
    ],
    config: ConfigOption = None,
) -> None:
    """Add the feeds of an OPML file, folders kept, without asking any of them; a bot that runs polls them in turn."""
    settings = load(config)
    from bot import feeds_once

    asyncio.run(feeds_once.take(settings, feeds_once.read_list(file), typer.echo))


@feeds.command(epilog="Example: claimwatch feeds export feeds.opml")
def export(
    file: Annotated[Path | None, typer.Argument(metavar="[FILE]", help="Default: standard output.")] = None,
    config: ConfigOption = None,
) -> None:
    """Write the list as OPML 2.0, which other readers take and `import` gives back whole."""
    settings = load(config)
    from bot import feeds_once

    text, count = asyncio.run(feeds_once.export(settings))
    feeds_once.write_list(file, text)
    if file:
        typer.echo(f"{count} feeds written to {file}.")


@feeds.command(epilog="Example: claimwatch feeds starter 'Defence press' Research")
def starter(
    folders: Annotated[
        list[str] | None, typer.Argument(metavar="[all|FOLDER…]", help="What to take. Default: only show the list.")
    ] = None,
    config: ConfigOption = None,
) -> None:
    """Show the list of feeds that comes with Claimwatch, or take it, whole or by folder."""
    settings = load(config)
    from bot import feeds_once

    asyncio.run(feeds_once.starter(settings, folders or (), typer.echo))
