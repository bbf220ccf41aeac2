"""What a person does outside a channel's messages: on the app's Home tab, and in what stands in front of it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from weakref import WeakValueDictionary

import structlog

from bot.commands.failures import failed
from bot.errors import DeliveryError, UserError
from bot.model import Prefs
from bot.platforms import slack_forms as forms
from bot.platforms.plain import clean
from bot.platforms.slack_answers import Answer, Answers, Writer
from bot.platforms.slack_api import SlackApi
from bot.platforms.slack_home import home
from bot.platforms.slack_socket import acknowledgement_sent
from bot.queries.language import parse
from bot.store.prefs import prefs_of

log = structlog.stdlib.get_logger(__name__)

Json = dict[str, Any]
Ack = Callable[..., Awaitable[Any]]

_SOON = 1.0  # seconds: of the three in which Slack wants a form acknowledged


class Views:
    """The Home tab of each person, and the forms and answers that are shown in front of what they read."""

    def __init__(self, api: SlackApi, answers: Answers) -> None:
        self._api = api
        self._answers = answers
        self._publishing: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    # ── the Home tab ─────────────────────────────────────────────────────────────────────────────────────────────────

    async def on_home(self, event: Json) -> None:
        """Somebody has opened the app: its Home tab, or another one."""
        if event.get("tab", "home") == "home":
            await self.refresh_home(event["user"])

    async def refresh_home(self, person: str) -> None:
        """Show a person's Home tab as it is now."""
        # One after the other: else an older state could come to Slack last.
        async with self._publishing.setdefault(person, asyncio.Lock()):
            try:
                blocks = await home(self._answers.context, f"slack:{person}")
            except Exception as error:  # the platform's edge
                sorry = await failed(self._answers.context, "home", error)
                blocks = [{"type": "section", "text": {"type": "plain_text", "text": sorry}}]
            try:
                await self._api.publish_home(person, blocks)
            except DeliveryError as error:
                log.warning("home not shown", reason=str(error))

    # ── buttons ──────────────────────────────────────────────────────────────────────────────────────────────────────

    async def on_button(self, body: Json) -> None:
        """A button on the Home tab, which opens the answer, or in an answer, which the next one takes the place of."""
        view, pressed = body["view"], body["actions"][0]
        writer = _writer(body)
        opened = await self._open(body["trigger_id"]) if view["type"] == "home" else view["id"]
        if pressed["action_id"].startswith("page:"):
            answer = await self._answers.to_page_button(writer, pressed["value"], private=False)
        else:
            answer = await self._answers.to_words(writer, pressed["value"])
        await self._show(opened, writer, answer)

    async def on_form_button(self, ack: Ack, body: Json) -> None:
        """A button that opens a form."""
        await ack()
        await self.open_form(body["actions"][0]["value"], _writer(body), body["trigger_id"])

    # ── forms ────────────────────────────────────────────────────────────────────────────────────────────────────────

    async def open_form(self, name: str, writer: Writer, trigger: str) -> bool:
        """Show the form of a command to whoever gave `trigger`; return whether Slack did so."""
        opened = await self._open(trigger)
        if opened is None:
            return False
        try:
            form = await self._form(name, writer)
        except Exception as error:  # the platform's edge
            form = forms.shown({"text": await failed(self._answers.context, name, error)}, writer.channel)
        await self._update(opened, form)
        return True

    async def _form(self, name: str, writer: Writer) -> Json:
        if name == forms.SUBSCRIBE:
            return forms.subscribe_form(writer.channel, here=await self._may_decide(writer))
        known = await self._answers.context.store.read(prefs_of, [writer.destination])
        return forms.prefs_form(writer.channel, known.get(writer.destination, Prefs()))

    async def _may_decide(self, writer: Writer) -> bool:
        try:
            return await self._answers.may_decide(writer)
        except DeliveryError as error:  # what is for oneself can be had without
            log.warning("permissions not known", reason=str(error))
            return False

    async def on_subscribe(self, ack: Ack, body: Json) -> None:
        """The form for a subscription was sent off."""
        filled = body["view"]["state"]["values"]
        query, context = forms.query_of(filled), self._answers.context
        try:
            parse(query, context.lexicon, context.clock())
        except UserError as error:
            await ack(response_action="errors", errors={"query": clean(str(error))})
            return
        words = f"subscribe {query} {forms.options_of(filled)}"
        await self._settle(ack, body, lambda writer: self._answers.to_words(writer, words, count=False))

    async def on_prefs(self, ack: Ack, body: Json) -> None:
        """The form for preferences was sent off."""
        try:
            wanted = forms.prefs_of(body["view"]["state"]["values"])
        except forms.WrongField as error:
            await ack(response_action="errors", errors={error.field: str(error)})
            return
        await self._settle(ack, body, lambda writer: self._answers.to_prefs(writer, wanted))

    async def on_zone(self, ack: Ack, body: Json) -> None:
        """Somebody types a time zone."""
        await ack(options=forms.zone_options(body.get("value") or ""))

    async def _settle(self, ack: Ack, body: Json, answer: Callable[[Writer], Awaitable[Answer]]) -> None:
        """Put the answer in the place of a form: with its acknowledgement, or later where the database is busy."""
        writer = _writer(body)
        telling = asyncio.ensure_future(answer(writer))
        await asyncio.wait({telling}, timeout=_SOON)
        if telling.done():
            await ack(response_action="update", view=forms.shown(telling.result().message, writer.channel))
            await self._show(None, writer, telling.result())
        else:
            await ack(response_action="update", view=forms.waiting())
            told = await telling
            await acknowledgement_sent()
            await self._show(body["view"]["id"], writer, told)

    # ── views ────────────────────────────────────────────────────────────────────────────────────────────────────────

    async def apologise(self, body: Json, sorry: str) -> None:
        """Say in front of what a person reads that something went wrong. Raises DeliveryError."""
        view = body["view"]
        opened = (
            await self._api.open_view(body["trigger_id"], forms.waiting()) if view["type"] == "home" else view["id"]
        )
        await self._api.update_view(opened, forms.shown({"text": sorry}, ""))

    async def _show(self, opened: str | None, writer: Writer, answer: Answer) -> None:
        if opened is not None:
            await self._update(opened, forms.shown(answer.message, writer.channel))
        if answer.decided:
            await self.refresh_home(writer.person)

    async def _open(self, trigger: str) -> str | None:
        """Open a view that says to wait, whose id is returned; None where Slack shows none."""
        try:
            return await self._api.open_view(trigger, forms.waiting())
        except DeliveryError as error:
            log.warning("view not opened", reason=str(error))
            return None

    async def _update(self, opened: str, view: Json) -> None:
        try:
            await self._api.update_view(opened, view)
        except DeliveryError as error:  # it was closed meanwhile, for example
            log.info("view not updated", reason=str(error))


def _writer(body: Json) -> Writer:
    """Who does it, and for which channel the view was opened."""
    return Writer(body["user"]["id"], body["view"].get("private_metadata") or "")
