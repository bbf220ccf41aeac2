"""What the command line's modules share: options, the configuration, and how something wrong is said."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from bot.config import Config

ConfigOption = Annotated[
    Path | None,
    typer.Option("--config", "-c", help="The settings; ./config.toml where that exists.", show_default=False),
]
PlainOption = Annotated[bool, typer.Option("--plain", help="Without colour and boxes.")]


def load(config: Path | None, *, bot: bool = False) -> Config:
    """The configuration, with logs set up; commands that print what they do log only what surprises them."""
    from bot.config import load as load_config
    from bot.log import set_up

    settings = load_config(config)
    set_up(settings.log_level if bot or settings.log_level == "debug" else "error", settings.log_format)
    return settings


def complain(text: str) -> None:
    """Say on standard error what is wrong."""
    from bot.log import redact

    typer.echo(redact(text), err=True)
