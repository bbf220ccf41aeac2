"""The command line. Each command: read the configuration, call the part that does it, print; nothing more.

Heavy modules are imported inside the commands, so that `claimwatch --help` answers at once.
"""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Callable
from enum import Enum
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.alerts_cli import alerts
from bot.cli_base import ConfigOption, PlainOption, complain, load
from bot.errors import ClaimwatchError
from bot.feeds_cli import feeds

if TYPE_CHECKING:
    from bot.config import Config
    from bot.detect.lexicon import Lexicon


class ExportFormat(Enum):
    """How the ledger may be written."""

    CSV = "csv"
    JSON = "json"


cli = typer.Typer(
    name="claimwatch",
    help="Watches news feeds for claims about arms transfers and their denials, and tells Discord, Slack or the "
    "console.",
    epilog="To see it work, with no account and no network: claimwatch demo",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

cli.add_typer(feeds)
cli.add_typer(alerts)


def main() -> None:
    """Run the command line: 0 done, 1 something is wrong (said on standard error), 2 wrong usage, 130 Ctrl-C."""
    try:
        cli()
    except ClaimwatchError as error:
        complain(str(error))
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"claimwatch {version('claimwatch')}")
        raise typer.Exit


@cli.callback()
def _claimwatch(
    _version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Options before the command."""


@cli.command(epilog="Example: claimwatch demo --ask '!claims russia' --ask '!denials'")
def demo(
    ask: Annotated[
        list[str] | None, typer.Option("--ask", metavar="TEXT", help="Answer this and exit; repeatable.")
    ] = None,
    plain: PlainOption = False,
    json: Annotated[bool, typer.Option("--json", help="One JSON object a line for each --ask, and no more.")] = False,
    keep: Annotated[Path | None, typer.Option("--keep", metavar="DB", help="Keep the database in this file.")] = None,
) -> None:
    """Show it all: poll recorded feeds on loopback, post their alerts here, then take commands."""
    if json and not ask:
        raise typer.BadParameter("give at least one --ask with it", param_hint="--json")
    from bot.demo.run import run
    from bot.log import set_up

    set_up("error")
    run(ask or (), plain=plain, json=json, keep=keep)


@cli.command(epilog="Example: claimwatch run --config /etc/claimwatch/config.toml")
def run(config: ConfigOption = None) -> None:
    """Run the bot: poll on schedule, post alerts and answer, until it is told to stop."""
    settings = load(config, bot=True)
    from bot import app, runner
    from bot.config import load as load_config

    runner.run(app.run(settings, reread=lambda: load_config(config)))


@cli.command(epilog="Example: claimwatch poll --config config.toml")
def poll(config: ConfigOption = None) -> None:
    """Poll the feeds that are due, once, and print what they held; `run` posts the alerts that this makes owed.

    Exits with 1 when none of them could be read.
    """
    settings = load(config)
    from bot import once, runner

    if not runner.run(once.poll(settings, typer.echo, complain)):
        raise typer.Exit(1)


@cli.command(epilog="Example: claimwatch ask '!claims russia from:iran' --json")
def ask(
    text: Annotated[list[str], typer.Argument(help="A command as in a channel, such as '!claims russia'.")],
    json: Annotated[bool, typer.Option("--json", help="One JSON object with all cases and their claims.")] = False,
    plain: PlainOption = False,
    config: ConfigOption = None,
) -> None:
    """Answer one command from the database."""
    settings = load(config)
    from bot import once

    asyncio.run(once.ask(settings, " ".join(text), json=json, plain=plain))


@cli.command(epilog="Example: claimwatch detect < stories.jsonl > claims.jsonl")
def detect(
    explain: Annotated[
        bool,
        typer.Option("--explain", help="Show, for people, what was recognised and why; a line may be just a headline."),
    ] = False,
    config: ConfigOption = None,
) -> None:
    """Read stories from standard input, a JSON object a line, and print the claims of each.

    {"id": 1, "title": "...", "summary": "..."} gives {"id": 1, "claims": [...]}, in the order of the input. A line that
    holds no story is reported, the others go on, and the exit code is then 1.
    """
    settings = load(config)
    from bot.rules_watch import loaded

    if hasattr(signal, "SIGPIPE"):
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # `claimwatch detect | head` ends as other filters do
    wrong: list[str] = []

    def note(line: str) -> None:
        wrong.append(line)
        complain(line)

    (_explain if explain else _detect)(loaded(settings.rules), note)
    if wrong:
        raise typer.Exit(1)


def _detect(lexicon: Lexicon, complain: Callable[[str], None]) -> None:
    from bot.jsonl import detect as claims_of

    for row in claims_of(sys.stdin.buffer, lexicon, complain):
        sys.stdout.buffer.write(row)
        sys.stdout.buffer.flush()


def _explain(lexicon: Lexicon, complain: Callable[[str], None]) -> None:
    from rich.console import Console

    from bot.explain_console import show
    from bot.jsonl import explained

    if sys.stdin.isatty():
        typer.echo("Write a headline, or a story as JSON. To leave: Ctrl-D", err=True)
    console = Console(highlight=False)
    for explanation in explained(sys.stdin.buffer, lexicon, complain):
        show(console, explanation)


@cli.command(epilog="Example: claimwatch check --config config.toml")
def check(config: ConfigOption = None) -> None:
    """Try configuration, rules, database, feeds and tokens, and say what to mend; exits with 1 if anything is."""
    settings = load(config)
    if not asyncio.run(_check(settings)):
        raise typer.Exit(1)


async def _check(settings: Config) -> bool:
    from bot.check import check as findings

    all_well = True
    async for finding in findings(settings):
        typer.echo(f"{'ok  ' if finding.well else 'MEND'}  {finding.subject}: {finding.text}")
        all_well &= finding.well
    return all_well


@cli.command(epilog="Example: claimwatch status --json")
def status(
    json: Annotated[bool, typer.Option("--json", help="One JSON object, and no more.")] = False,
    plain: PlainOption = False,
    config: ConfigOption = None,
) -> None:
    """Say how things are: feeds, alerts that are owed, deliveries of the last 24 hours, last errors, database."""
    settings = load(config)
    from bot import upkeep

    asyncio.run(upkeep.status(settings, json=json, plain=plain))


@cli.command(epilog="Example: claimwatch backup /var/backups/claimwatch.db")
def backup(
    file: Annotated[Path, typer.Argument(help="Where the copy goes.")],
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
    config: ConfigOption = None,
) -> None:
    """Copy the database while the bot runs, and open and check the copy; it is a database to be used as it is."""
    settings = load(config)
    from bot import upkeep

    upkeep.backup(settings, file, typer.echo, force=force)


@cli.command(epilog="Example: claimwatch prune --dry-run")
def prune(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would go.")] = False,
    config: ConfigOption = None,
) -> None:
    """Remove what is older than `retention` in config.toml keeps it, as `run` does once a day; claims always stay."""
    settings = load(config)
    from bot import upkeep

    asyncio.run(upkeep.prune(settings, typer.echo, dry_run=dry_run))


@cli.command(epilog="Example: claimwatch export --query 'from:iran since:1y' cases.csv")
def export(
    file: Annotated[str, typer.Argument(metavar="FILE|-", help="Where it goes; - for standard output.")],
    format_: Annotated[
        ExportFormat | None, typer.Option("--format", help="Default: by the file's name, else csv.", show_default=False)
    ] = None,
    query: Annotated[str, typer.Option(metavar="TEXT", help="Only cases with a claim that fits, as in !claims.")] = "",
    config: ConfigOption = None,
) -> None:
    """Write cases and their claims as CSV, a row for each claim, or as JSON; what nobody named or dated is `..`."""
    settings = load(config)
    from bot.export_once import export as write

    asyncio.run(write(settings, file, format_.value if format_ else None, query, typer.echo))


@cli.command("slack-manifest", epilog="Example: claimwatch slack-manifest > manifest.json")
def slack_manifest() -> None:
    """Print what to paste at https://api.slack.com/apps (Create New App, From a manifest) to make the Slack app."""
    from bot.platforms.slack_manifest import manifest

    typer.echo(manifest(), nl=False)
