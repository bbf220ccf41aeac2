"""Slack's Web API as the bot uses it: each call made once, paced as Slack asks, its errors turned into ours."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.errors import DeliveryError, DestinationGone, RetryLater
from bot.platforms.slack_errors import Refused, errors_of

Json = dict[str, Any]

EVENT_TYPE = "claimwatch_alert"  # of the metadata by which an alert is found again

_SECONDS_A_CALL = 30
_PATIENCE = 15.0  # seconds that a call waits for its turn; a longer wait is the outbox's: it survives a restart
_LOOK_BACK = 25 * 3600  # seconds: alerts are given up after a day
_PAGE, _PAGES = 200, 20  # messages looked through for one of ours
_KEPT = 10_000  # channels whose next turn is remembered

# Slack is not to look for names, channels and addresses in a text, nor to add a preview of each link.
_AS_IT_IS: Json = {"parse": "none", "link_names": False}
_NO_PREVIEW: Json = {"unfurl_links": False, "unfurl_media": False}


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the bot is: `scopes` are those that were given to its token, as far as Slack says."""

    user: str
    bot: str | None
    name: str
    team: str
    scopes: frozenset[str] | None


class Pace:
    """Whose turn is when: calls of one key come at least so many seconds after each other, and after a hold."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._free: dict[str, float] = {}

    async def turn(self, key: str, apart: float) -> None:
        """Wait for the next turn of `key`; raise RetryLater when that is longer than a call should wait."""
        now = self._clock()
        at = max(now, self._free.get(key, now))
        if at - now > _PATIENCE:
            raise RetryLater("Slack asks to wait.", at - now)
        if len(self._free) > _KEPT:
            self._free = {key: free for key, free in self._free.items() if free > now}
        self._free[key] = at + apart
        await asyncio.sleep(at - now)

    def hold(self, key: str, seconds: float) -> None:
        """Let no call of `key` out for so many seconds."""
        self._free[key] = max(self._clock() + seconds, self._free.get(key, 0))


class SlackApi:
    """Slack's Web API with a bot's token. `apart`: seconds between two messages to a channel, by Slack's limit."""

    def __init__(self, token: str, base_url: str, *, apart: float = 1.0) -> None:
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=_SECONDS_A_CALL))
        self.client = client(token, base_url, self._session)
        self._apart = apart
        self._pace = Pace()
        self._people: dict[str, str] = {}  # a person → the conversation with them

    async def close(self) -> None:
        """Close the connections."""
        await self._session.close()

    async def identity(self) -> Identity:
        """Who the token belongs to. Raises Refused, or RetryLater."""
        found = await self._call("auth.test", self.client.auth_test)
        scopes = found.headers.get("x-oauth-scopes")
        return Identity(
            user=found["user_id"],
            bot=found.get("bot_id"),
            name=found.get("user") or "the bot",
            team=found.get("team") or "the workspace",
            scopes=None if scopes is None else frozenset(scope.strip() for scope in scopes.split(",")),
        )

    # ── messages ─────────────────────────────────────────────────────────────────────────────────────────────────────

    async def post(self, channel: str, message: Json, *, thread: str | None = None, key: str | None = None) -> str:
        """Post a message and return its `ts`, by which Slack knows it; with `key` it can be found again."""
        more = dict(_NO_PREVIEW)
        if key:
            more["metadata"] = {"event_type": EVENT_TYPE, "event_payload": {"key": key}}
        if thread:
            more["thread_ts"] = thread
        post = self.client.chat_postMessage
        done = await self._call(channel, post, apart=self._apart, channel=channel, **message, **_AS_IT_IS, **more)
        return str(done["ts"])

    async def whisper(self, channel: str, user: str, message: Json, *, thread: str | None = None) -> None:
        """Post a message that only one person sees, until they reload."""
        more: Json = {"thread_ts": thread} if thread else {}
        post = self.client.chat_postEphemeral
        await self._call(channel, post, apart=self._apart, channel=channel, user=user, **message, **_AS_IT_IS, **more)

    async def update(self, channel: str, ts: str, message: Json) -> None:
        """Let a message of ours show another content."""
        update = self.client.chat_update
        await self._call("chat.update", update, what=channel, channel=channel, ts=ts, **message, **_AS_IT_IS)

    async def find(self, channel: str, key: str, *, thread: str | None = None) -> str | None:
        """The `ts` of the message that was posted with `key` within a day, in a thread or in the channel."""
        read = self.client.conversations_replies if thread else self.client.conversations_history
        where: Json = {"channel": channel, **({"ts": thread} if thread else {})}
        since = f"{time.time() - _LOOK_BACK:.6f}"
        where |= {"oldest": since, "limit": _PAGE, "include_all_metadata": True}
        for _ in range(_PAGES):
            page = await self._call("history", read, what=channel, **where)
            for message in page.get("messages") or ():
                metadata = message.get("metadata") or {}
                if metadata.get("event_type") == EVENT_TYPE and metadata.get("event_payload", {}).get("key") == key:
                    return str(message["ts"])
            where["cursor"] = (page.get("response_metadata") or {}).get("next_cursor")
            if not where["cursor"]:
                break
        return None

    async def conversation_with(self, user: str) -> str:
        """The channel in which a person and the bot talk alone."""
        if user not in self._people:
            if len(self._people) >= _KEPT:
                self._people.clear()
            opened = await self._call("conversations.open", self.client.conversations_open, what=user, users=[user])
            self._people[user] = str(opened["channel"]["id"])
        return self._people[user]

    async def respond(self, url: str, body: Json) -> None:
        """Answer through the address that came with a command or a click; raises DeliveryError when it is too late."""
        hook = AsyncWebhookClient(url, session=self._session, retry_handlers=[], timeout=_SECONDS_A_CALL)
        with errors_of("the answer"):
            done = await hook.send_dict({**body, **_AS_IT_IS, **_NO_PREVIEW})
        if done.status_code != 200:
            raise DeliveryError(f"Slack took no answer ({done.status_code}: {done.body[:200]}).")

    async def publish_home(self, user: str, blocks: list[Json]) -> None:
        """Show `blocks` to a person on the app's Home tab."""
        view = {"type": "home", "blocks": blocks}
        await self._call("views.publish", self.client.views_publish, what=user, user_id=user, view=view)

    # ── who may what ─────────────────────────────────────────────────────────────────────────────────────────────────

    async def may_manage(self, user: str, channel: str, group: str | None) -> bool:
        """Whether a person may change what a channel is told: an admin, the channel's creator, one of the group."""
        person = await self._call("users.info", self.client.users_info, what=user, user=user)
        if person["user"].get("is_admin") or person["user"].get("is_owner"):
            return True
        if group:
            members = await self._call(
                "usergroups.users.list", self.client.usergroups_users_list, what=group, usergroup=group
            )
            if user in members["users"]:
                return True
        about = await self._call("conversations.info", self.client.conversations_info, what=channel, channel=channel)
        return bool(about["channel"].get("is_im")) or about["channel"].get("creator") == user

    async def may_post(self, channel: str) -> bool:
        """Whether the bot is in a channel, as it has to be to post there."""
        try:
            about = await self._call(
                "conversations.info", self.client.conversations_info, what=channel, channel=channel
            )
        except DestinationGone:  # so Slack answers for a private channel that the bot is not in
            return False
        return bool(about["channel"].get("is_im") or about["channel"].get("is_member"))

    async def _call(
        self,
        key: str,
        call: Callable[..., Awaitable[AsyncSlackResponse]],
        *,
        apart: float = 0.0,
        what: str = "",
        **arguments: Any,
    ) -> AsyncSlackResponse:
        """Make a call when it is its turn, once: what may have been done must not be done again unseen."""
        await self._pace.turn(key, apart)
        try:
            with errors_of(what or key):
                return await call(**arguments)
        except Refused:
            raise
        except RetryLater as error:
            if error.after is not None:
                self._pace.hold(key, error.after)
            raise


def client(token: str | None, base_url: str, session: aiohttp.ClientSession | None = None) -> AsyncWebClient:
    """slack_sdk's client with our settings: by default it posts twice when a connection is lost after the first."""
    return AsyncWebClient(token, base_url=base_url, session=session, timeout=_SECONDS_A_CALL, retry_handlers=[])
