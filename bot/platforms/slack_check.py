"""Tells whether Slack's tokens work and the app has the scopes of its manifest, without disturbing a running bot."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import TypeVar

from bot.errors import ConfigError, Refused
from bot.platforms.slack_api import SlackApi, client
from bot.platforms.slack_manifest import scopes
from bot.platforms.slack_socket import address_of

T = TypeVar("T")

_PAGE = "https://api.slack.com/apps"
_FROM = {
    "token": f"Copy the Bot User OAuth Token (xoxb-…) anew from {_PAGE} (OAuth & Permissions); installing the app "
    "there makes one.",
    "app_token": f"Make an App-Level Token (xapp-…) with the scope connections:write at {_PAGE} (Basic Information).",
}


async def accepted(key: str, doing: Awaitable[T]) -> T:
    """What `doing` gives; ConfigError where Slack refuses the token that `key` of [slack] holds."""
    try:
        return await doing
    except Refused as error:
        raise ConfigError(f"Slack does not accept `{key}` in [slack] ({error.code}). {_FROM[key]}") from error


async def log_in(token: str, app_token: str, base_url: str) -> str:
    """Say whose the tokens are, once both were tried.

    Raises ConfigError when Slack refuses one or the app lacks a scope, RetryLater when Slack can't be reached.
    """
    api = SlackApi(token, base_url)
    try:
        identity = await accepted("token", api.identity())
    finally:
        await api.close()
    await accepted("app_token", address_of(client(app_token, base_url)))
    missing = [scope for scope in scopes() if identity.scopes is not None and scope not in identity.scopes]
    if missing:
        raise ConfigError(
            f"The app of {identity.name} in {identity.team} lacks the scope{'s' * (len(missing) > 1)} "
            f"{', '.join(missing)}. Paste the manifest (claimwatch slack-manifest) at {_PAGE} (App Manifest), then "
            "install the app anew."
        )
    return f"the tokens are {identity.name}'s in {identity.team}, with all scopes of the manifest"
