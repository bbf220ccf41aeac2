"""Tells whether a Discord token works: a login and no more, so that a running bot is not disturbed."""

from __future__ import annotations

from dataclasses import dataclass

import aiohttp
import discord
from discord.http import Route

from bot.errors import ConfigError, RetryLater

PERMISSIONS = discord.Permissions(
    view_channel=True,
    send_messages=True,
    send_messages_in_threads=True,
    embed_links=True,  # cards are embeds
    attach_files=True,  # `!feed export`
    read_message_history=True,  # replies need it
)
"""What posting and answering needs, and nothing else."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a token opens."""

    name: str  # the bot's
    invite: str  # the link that adds it to a server, with the least permissions
    reads_messages: bool  # whether the Message Content Intent is switched on


async def log_in(token: str, api_base: str) -> Found:
    """Return whose token it is and what that bot may do.

    Raises ConfigError when Discord refuses the token, RetryLater when Discord can't be reached.
    """
    Route.BASE = api_base
    client = discord.Client(intents=discord.Intents.none())
    try:
        await client.login(token)
        if client.user is None or client.application_id is None:
            raise RetryLater("Discord did not say who the bot is.")
        link = discord.utils.oauth_url(
            client.application_id, permissions=PERMISSIONS, scopes=("bot", "applications.commands")
        )
        flags = client.application_flags
        # "limited": below 100 servers Discord does not ask for a review
        reads = flags.gateway_message_content or flags.gateway_message_content_limited
        return Found(str(client.user), link, reads)
    except discord.LoginFailure as error:
        raise ConfigError(
            "Discord refuses the token. Copy it anew from https://discord.com/developers/applications (Bot, Reset "
            "Token)."
        ) from error
    except (discord.HTTPException, aiohttp.ClientError, OSError) as error:
        raise RetryLater(f"Discord can't be reached: {str(error) or type(error).__name__}.") from error
    finally:
        await client.close()
