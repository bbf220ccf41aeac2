"""Answers what Slack sends; `slack_socket.py` has acknowledged it before, since Slack waits for three seconds only.

Of what has no listener bolt warns each time, and a form without one it never acknowledges: so everything has one here.
"""

from __future__ import annotations

import asyncio
import re
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from slack_bolt.async_app import AsyncApp

from bot.commands import COMMANDS
from bot.commands.failures import failed
from bot.errors import DeliveryError, RetryLater
from bot.platforms.slack_answers import Answer, Answers, Writer
from bot.platforms.slack_api import SlackApi
from bot.platforms.slack_home import home
from bot.platforms.slack_words import typed
from bot.queries.language import nearest

log = structlog.stdlib.get_logger(__name__)

Json = dict[str, Any]
Ack = Callable[[], Awaitable[Any]]

SHORTCUT = "find_claims"  # the callback_id in the manifest
ANYTHING = "claimwatch"  # the slash command that takes every other one behind it

_ANY = re.compile("")
_SEEN = 5_000  # messages that are remembered: Slack sends an event again up to an hour later
_WAIT = 30.0  # seconds that an answer waits where Slack asks it to; after that nobody reads it any more
# Messages that a person wrote: https://docs.slack.dev/reference/events/message
_WRITTEN = frozenset({None, "thread_broadcast", "file_share"})
_DIRECT = frozenset({"im", "app_home"})


class Listener:
    """Answers commands, messages, clicks and the shortcut of one workspace, where the bot is `user`."""

    def __init__(self, api: SlackApi, answers: Answers, user: str, prefix: str) -> None:
        self._api = api
        self._answers = answers
        self._prefix = prefix
        self._mention = re.compile(rf"<@{re.escape(user)}(?:\|[^>]*)?>[\s:,]*")
        self._seen: OrderedDict[tuple[str, str], None] = OrderedDict()

    def add_to(self, app: AsyncApp) -> None:
        """Let `app` call this for all that Slack sends."""
        app.command(_ANY)(self._on_command)
        app.shortcut(SHORTCUT)(self._on_shortcut)
        app.action(re.compile("^page:"))(self._on_page)
        app.action("share")(self._on_share)
        app.event("app_home_opened")(self._on_home)
        app.event("app_mention")(self._on_message)
        app.event("message")(self._on_message)
        for anything in (app.event, app.action, app.shortcut, app.options, app.view_submission, app.view_closed):
            anything(_ANY)(_acknowledge)

    # ── what is answered to one person, through the address that came with it ────────────────────────────────────────

    async def _on_command(self, ack: Ack, body: Json) -> None:
        await ack()
        name = body["command"].lstrip("/")
        words = typed(body.get("text") or "")
        words = (words or "help") if name == ANYTHING else f"{name} {words}"
        answer = await self._answers.to_words(Writer(body["user_id"], body["channel_id"]), words, private=True)
        await self._respond(body["response_url"], answer.message | {"response_type": "ephemeral"})

    async def _on_shortcut(self, ack: Ack, body: Json) -> None:
        await ack()
        answer = await self._answers.to_message(_clicker(body), body["message"])
        await self._respond(body["response_url"], answer.message | {"response_type": "ephemeral"})

    async def _on_page(self, ack: Ack, body: Json) -> None:
        await ack()
        private = bool(body["container"].get("is_ephemeral"))
        answer = await self._answers.to_page_button(_clicker(body), body["actions"][0]["value"], private=private)
        where: Json = {"replace_original": not answer.failed} | (
            {"response_type": "ephemeral"} if answer.failed else {}
        )
        await self._respond(body["response_url"], answer.message | where)

    async def _on_share(self, ack: Ack, body: Json) -> None:
        await ack()
        person = body["user"]
        sharer = person.get("name") or person.get("username") or "somebody"
        answer = await self._answers.to_share_button(_clicker(body), body["actions"][0]["value"], sharer)
        thread = body["container"].get("thread_ts")
        where = {"replace_original": False, **({"thread_ts": thread} if thread else {})}
        if answer.failed:
            await self._respond(body["response_url"], answer.message | where | {"response_type": "ephemeral"})
        elif await self._respond(body["response_url"], answer.message | where | {"response_type": "in_channel"}):
            await self._respond(body["response_url"], {"delete_original": True})

    async def _respond(self, url: str, body: Json) -> bool:
        try:
            await self._api.respond(url, body)
        except DeliveryError as error:
            log.info("answer not taken", reason=str(error))
            return False
        return True

    # ── what is answered in a channel ────────────────────────────────────────────────────────────────────────────────

    async def _on_message(self, event: Json) -> None:
        """A message in a channel where the bot is, a mention, or a direct message."""
        if event.get("subtype") not in _WRITTEN or event.get("bot_id") or not event.get("user"):
            return
        words = self._words(event)
        if words is None or self._was_seen(event["channel"], event["ts"]):
            return
        answer = await self._answers.to_words(Writer(event["user"], event["channel"]), words or "help")
        try:
            await self._say(event, answer)
        except DeliveryError as error:
            log.warning("answer not posted", channel=event["channel"], reason=str(error))

    def _words(self, event: Json) -> str | None:
        """What the bot is asked: behind a mention, behind the prefix, or all of a direct message; None: nothing."""
        text = event.get("text") or ""
        mention = self._mention.search(text)
        if mention and not text[: mention.start()].strip():
            return self._bare(typed(text[mention.end() :]))
        words = typed(text)
        if event.get("channel_type") in _DIRECT:
            return self._bare(words)
        if words.startswith(self._prefix) and _is_ours(bare := self._bare(words)):
            return bare
        if mention and _name(asked := self._bare(typed(text[mention.end() :]))) in COMMANDS:  # "hi @Claimwatch claims"
            return asked
        return None

    def _bare(self, words: str) -> str:
        return words.removeprefix(self._prefix).lstrip()

    def _was_seen(self, channel: str, ts: str) -> bool:
        """Whether this message was taken before: a mention comes as two events, and Slack sends some twice."""
        key = channel, ts
        if key in self._seen:
            return True
        self._seen[key] = None
        if len(self._seen) > _SEEN:
            self._seen.popitem(last=False)
        return False

    async def _say(self, event: Json, answer: Answer) -> None:
        """Post an answer where it was asked; what is wrong is told to that person only. Waits once if Slack asks to."""
        try:
            await self._send(event, answer)
        except RetryLater as error:
            if error.after is None or error.after > _WAIT:
                raise
            await asyncio.sleep(error.after)
            await self._send(event, answer)

    async def _send(self, event: Json, answer: Answer) -> None:
        channel, thread = event["channel"], event.get("thread_ts")
        if answer.failed and event.get("channel_type") not in _DIRECT:
            await self._api.whisper(channel, event["user"], answer.message, thread=thread)
        else:
            await self._api.post(channel, answer.message, thread=thread)

    async def _on_home(self, event: Json) -> None:
        if event.get("tab", "home") != "home":
            return
        try:
            blocks = await home(self._answers.context)
        except Exception as error:  # the platform's edge
            sorry = await failed(self._answers.context, "home", error)
            blocks = [{"type": "section", "text": {"type": "plain_text", "text": sorry}}]
        try:
            await self._api.publish_home(event["user"], blocks)
        except DeliveryError as error:
            log.warning("home not shown", reason=str(error))


async def _acknowledge(ack: Ack) -> None:
    await ack()


def _clicker(body: Json) -> Writer:
    channel = body.get("channel") or {}
    return Writer(body["user"]["id"], channel.get("id") or (body.get("container") or {}).get("channel_id") or "")


def _name(words: str) -> str:
    return words.partition(" ")[0].casefold()


def _is_ours(words: str) -> bool:
    """Whether it may be meant for this bot: another one may own that prefix and word."""
    return bool(words) and nearest(_name(words), COMMANDS) is not None
