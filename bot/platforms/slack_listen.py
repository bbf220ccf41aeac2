"""Answers what Slack sends; `slack_socket.py` has acknowledged it before, since Slack waits for three seconds only.

What a person does on the Home tab or in a form is `slack_views.py`'s matter.

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
from bot.platforms.slack_answers import SHARE, Answer, Answers, Writer
from bot.platforms.slack_api import SlackApi
from bot.platforms.slack_card import COMMAND
from bot.platforms.slack_forms import PREFS, SUBSCRIBE, ZONE
from bot.platforms.slack_home import FORM
from bot.platforms.slack_views import Views
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
# A command that by itself opens a form → what is answered where Slack shows none, which it does for 3 s only.
_FORMS = {SUBSCRIBE: f"help {SUBSCRIBE}", PREFS: PREFS}


class Listener:
    """Answers commands, messages, clicks and the shortcut of one workspace, where the bot is `user`."""

    def __init__(self, api: SlackApi, answers: Answers, user: str, prefix: str) -> None:
        self._api = api
        self._answers = answers
        self._views = Views(api, answers)
        self._prefix = prefix
        self._mention = re.compile(rf"<@{re.escape(user)}(?:\|[^>]*)?>[\s:,]*")
        self._seen: OrderedDict[tuple[str, str], None] = OrderedDict()

    def add_to(self, app: AsyncApp) -> None:
        """Let `app` call this for all that Slack sends."""
        app.command(_ANY)(self._on_command)
        app.shortcut(SHORTCUT)(self._on_shortcut)
        app.action(re.compile("^page:"))(self._on_page)
        app.action(re.compile(f"^{COMMAND}"))(self._on_command_button)
        app.action(SHARE)(self._on_share)
        app.action(re.compile(f"^{FORM}"))(self._views.on_form_button)
        app.view(SUBSCRIBE)(self._views.on_subscribe)
        app.view(PREFS)(self._views.on_prefs)
        app.options(ZONE)(self._views.on_zone)
        app.event("app_home_opened")(self._views.on_home)
        app.event("app_mention")(self._on_message)
        app.event("message")(self._on_message)
        for anything in (app.event, app.action, app.shortcut, app.options, app.view_submission, app.view_closed):
            anything(_ANY)(_acknowledge)
        app.error(self._on_error)

    # ── what is answered to one person, through the address that came with it ────────────────────────────────────────

    async def _on_command(self, ack: Ack, body: Json) -> None:
        await ack()
        name = body["command"].lstrip("/")
        words = typed(body.get("text") or "")
        words = (self._bare(words) or "help") if name == ANYTHING else f"{name} {words}".rstrip()
        writer = Writer(body["user_id"], body["channel_id"])
        if words.casefold() in _FORMS:  # a form asks for the rest
            form = words.casefold()
            if await self._views.open_form(form, writer, body["trigger_id"]):
                return
            words = _FORMS[form]
        await self._whisper(writer, body, await self._answers.to_words(writer, words, private=True))

    async def _on_shortcut(self, ack: Ack, body: Json) -> None:
        await ack()
        writer = _clicker(body)
        await self._whisper(writer, body, await self._answers.to_message(writer, body["message"]))

    async def _on_command_button(self, ack: Ack, body: Json) -> None:
        """A button of a card: the command is the presser's own, and so is the answer."""
        await ack()
        if "view" in body:
            await self._views.on_button(body)
            return
        writer = _clicker(body)
        answer = await self._answers.to_words(writer, body["actions"][0]["value"], private=True)
        await self._whisper(writer, body, answer, _thread_of(body) | {"replace_original": False})

    async def _on_page(self, ack: Ack, body: Json) -> None:
        await ack()
        if "view" in body:
            await self._views.on_button(body)
            return
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
        where = _thread_of(body) | {"replace_original": False}
        if answer.failed:
            await self._respond(body["response_url"], answer.message | where | {"response_type": "ephemeral"})
        elif await self._respond(body["response_url"], answer.message | where | {"response_type": "in_channel"}):
            await self._respond(body["response_url"], {"delete_original": True})

    async def _whisper(self, writer: Writer, body: Json, answer: Answer, where: Json | None = None) -> None:
        """Answer to one person; what they are told of from now on stands on their Home tab too."""
        await self._respond(body["response_url"], answer.message | {"response_type": "ephemeral"} | (where or {}))
        if answer.decided:
            await self._views.refresh_home(writer.person)

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
        if answer.decided:
            await self._views.refresh_home(event["user"])

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

    # ── what goes wrong outside a command ────────────────────────────────────────────────────────────────────────────

    async def _on_error(self, error: Exception, body: Json) -> None:
        """Called by bolt for what a listener has let through: a fault of ours, which is noted and apologised for."""
        sorry = await failed(self._answers.context, "a listener", error)
        try:
            if url := body.get("response_url"):
                await self._api.respond(url, {"text": sorry, "response_type": "ephemeral", "replace_original": False})
            elif "view" in body:
                await self._views.apologise(body, sorry)
            elif (event := body.get("event") or {}).get("channel") and event.get("user"):
                await self._api.whisper(event["channel"], event["user"], {"text": sorry}, thread=event.get("thread_ts"))
        except DeliveryError as unsaid:
            log.warning("apology not taken", reason=str(unsaid))


async def _acknowledge(ack: Ack) -> None:
    await ack()


def _clicker(body: Json) -> Writer:
    channel = body.get("channel") or {}
    return Writer(body["user"]["id"], channel.get("id") or (body.get("container") or {}).get("channel_id") or "")


def _thread_of(body: Json) -> Json:
    thread = (body.get("container") or {}).get("thread_ts")
    return {"thread_ts": thread} if thread else {}


def _name(words: str) -> str:
    return words.partition(" ")[0].casefold()


def _is_ours(words: str) -> bool:
    """Whether it may be meant for this bot: another one may own that prefix and word."""
    return bool(words) and nearest(_name(words), COMMANDS) is not None
