"""The manifest from which Slack makes the app: `slack_manifest.json`, with the least scopes that the bot needs."""

from __future__ import annotations

import json
from importlib.resources import files


def manifest() -> str:
    """The manifest, as JSON, to be pasted at https://api.slack.com/apps."""
    return files("bot.platforms").joinpath("slack_manifest.json").read_text(encoding="utf-8")


def scopes() -> list[str]:
    """The scopes that the bot's token needs."""
    wanted: list[str] = json.loads(manifest())["oauth_config"]["scopes"]["bot"]
    return wanted
