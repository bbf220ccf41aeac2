"""`claimwatch alerts …`: the alerts that were given up, on the command line. What each does is in `upkeep.py`."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from bot.cli_base import ConfigOption, complain, load

alerts = typer.Typer(
    name="alerts",
    help="Alerts that were given up: shows them, and sends them again.",
    epilog="Example: claimwatch alerts dead",
    no_args_is_help=True,
)


@alerts.command(epilog="Example: claimwatch alerts dead --json")
def dead(
    json: Annotated[bool, typer.Option("--json", help="One JSON object a line, and no more.")] = False,
    config: ConfigOption = None,
) -> None:
    """List the alerts that failed for a day (dead), or whose destination is gone, with number, time and reason."""
    settings = load(config)
    from bot import upkeep

    asyncio.run(upkeep.dead(settings, typer.echo, json=json))


@alerts.command(epilog="Example: claimwatch alerts resend 12 15")
def resend(
    numbers: Annotated[list[str], typer.Argument(metavar="NUMBER…|all", help="As `claimwatch alerts dead` has them.")],
    config: ConfigOption = None,
) -> None:
    """Owe such alerts again; a bot that runs delivers them within seconds, and tries for another day.

    A case that was posted there since is not posted twice. Exits with 1 when a number is not that of such an alert.
    """
    settings = load(config)
    from bot import upkeep

    if not asyncio.run(upkeep.resend(settings, numbers, typer.echo, complain)):
        raise typer.Exit(1)
