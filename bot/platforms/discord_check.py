"""Tells whether a Discord token works: a login and no more, so that a running bot is not disturbed."""

from __future__ import annotations

import aiohttp
import discord
from discord.http import Route

from bot.errors import ConfigError, RetryLater

# What posting and answering needs, and nothing else.
_PERMISSIONS = discord.Permissions(
    view_channel=True,
    send_messages=True,
    send_messages_in_threads=True,
    embed_links=True,
    read_message_history=True,  # replies need it
)


async def log_in(token: str, api_base: str) -> tuple[str, str]:
    """Return the bot's name and the link that invites it to a server with the least permissions.

    Raises ConfigError when Discord refuses the token, RetryLater when Discord can't be reached.
    """
    Route.BASE = api_base
    client = discord.Client(intents=discord.Intents.none())
    try:
        await client.login(token)
        if client.user is None or client.application_id is None:
            raise RetryLater("Discord did not say who the bot is.")
        link = discord.utils.oauth_url(
            client.application_id, permissions=_PERMISSIONS, scopes=("bot", "applications.commands")
        )
        return str(client.user), link
    except discord.LoginFailure as error:
        raise ConfigError(
            "Discord refuses the token. Copy it anew from https://discord.com/developers/applications (Bot, Reset "
            "Token)."
        ) from error
    except (discord.HTTPException, aiohttp.ClientError, OSError) as error:
        raise RetryLater(f"Discord can't be reached: {str(error) or type(error).__name__}.") from error
    finally:
        await client.close()
