"""Slack through slack-bolt and Socket Mode: alerts are posted by the Web API, people's commands come by WebSocket."""

from __future__ import annotations

from contextlib import suppress

import structlog
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult

from bot.commands import Context
from bot.errors import DestinationGone, RetryLater
from bot.model import Card
from bot.platforms import slack_socket
from bot.platforms.slack_answers import Answers
from bot.platforms.slack_api import Identity, SlackApi, client
from bot.platforms.slack_card import draw
from bot.platforms.slack_check import accepted
from bot.platforms.slack_errors import NotThere, Refused, TooLong
from bot.platforms.slack_listen import Listener

log = structlog.stdlib.get_logger(__name__)

_LESS = 6_000  # characters of the blocks, where Slack took no more: that it does so near 13,000 is not written anywhere


class SlackApp:
    """The Slack platform. Destinations are "slack:C…", a channel, and "slack:U…", a person.

    `token` is the bot's (xoxb-), `app_token` the app's (xapp-), which opens the WebSocket.
    """

    name = "slack"

    def __init__(
        self,
        token: str,
        app_token: str,
        context: Context,
        *,
        prefix: str = "!",
        base_url: str = "https://slack.com/api/",
        admin_group: str | None = None,
        apart: float = 1.0,
        ping: float = 10.0,
    ) -> None:
        self._token = token
        self._app_token = app_token
        self._base_url = base_url
        self._prefix = prefix
        self._admin_group = admin_group
        self._apart, self._ping = apart, ping
        self._api: SlackApi | None = None
        self._socket: slack_socket.Socket | None = None
        self.answers = Answers(context, self.may_manage, self.may_post)

    async def start(self) -> None:
        """Log in and connect; returns when Slack's WebSocket is open.

        Raises ConfigError for a token that Slack does not accept, RetryLater when Slack can't be reached.
        """
        api = SlackApi(self._token, self._base_url, apart=self._apart)
        try:
            identity = await accepted("token", api.identity())
            app = _bolt(self._token, self._base_url, identity)
            Listener(api, self.answers, identity.user, self._prefix).add_to(app)
            app_client = client(self._app_token, self._base_url)
            self._socket = await accepted("app_token", slack_socket.connect(app, app_client, ping=self._ping))
        except BaseException:
            await api.close()
            raise
        self._api = api

    async def stop(self) -> None:
        """Disconnect; nothing can be posted after that."""
        api, self._api = self._api, None
        socket, self._socket = self._socket, None
        if socket:
            await slack_socket.close(socket)
        if api:
            await api.close()

    async def post(
        self, destination: str, card: Card, *, key: str, reply_to: str | None = None, again: bool = False
    ) -> str:
        """Post `card` and return the message's `ts`; with `again`, look first whether it is there under `key`.

        Where the message that it replies to is gone, the card is posted by itself. Raises RetryLater, DestinationGone,
        or DeliveryError when Slack refuses this one message.
        """
        api, channel = await self._channel(destination)
        if again and (found := await _find(api, channel, key, reply_to)):
            log.info("message was posted before", destination=destination, message=found)
            return found
        try:
            return await self._post(api, channel, card, key, reply_to)
        except NotThere:
            if reply_to is None:
                raise
            return await self._post(api, channel, card, key, None)

    async def edit(self, destination: str, message: str, card: Card) -> None:
        """Let the message show `card` now; where somebody deleted it, leave it so. Raises as `post` does."""
        api, channel = await self._channel(destination)
        try:
            try:
                await api.update(channel, message, draw(card))
            except TooLong:
                await api.update(channel, message, draw(card, room=_LESS))
        except NotThere as error:
            log.info("message not edited", destination=destination, message=message, reason=str(error))

    async def may_manage(self, person: str, channel: str) -> bool:
        """Whether a person may change what a channel is told: an admin, who created it, or one of the admin group."""
        if self._api is None:
            raise RetryLater("Slack is not connected.")
        return await self._api.may_manage(person, channel, self._admin_group)

    async def may_post(self, channel: str) -> bool:
        """Whether alerts can be posted in a channel. Raises RetryLater."""
        if self._api is None:
            raise RetryLater("Slack is not connected.")
        return await self._api.may_post(channel)

    async def _post(self, api: SlackApi, channel: str, card: Card, key: str, thread: str | None) -> str:
        try:
            return await api.post(channel, draw(card), key=key, thread=thread)
        except TooLong as error:
            log.warning("message shortened", channel=channel, reason=str(error))
            return await api.post(channel, draw(card, room=_LESS), key=key, thread=thread)

    async def _channel(self, destination: str) -> tuple[SlackApi, str]:
        if self._api is None:
            raise RetryLater("Slack is not connected.")
        place = destination.partition(":")[2]
        if place[:1] in {"C", "G", "D"}:
            return self._api, place
        if place[:1] in {"U", "W"}:
            return self._api, await self._api.conversation_with(place)
        raise DestinationGone(
            f"{destination} is no Slack channel; write slack: and the channel's id, as in slack:C0123."
        )


async def _find(api: SlackApi, channel: str, key: str, thread: str | None) -> str | None:
    """The message that an earlier try has made: in the thread, or in the channel where there is no thread any more."""
    try:
        if thread:
            with suppress(NotThere):
                return await api.find(channel, key, thread=thread)
        return await api.find(channel, key)
    except Refused as error:
        if error.code != "missing_scope":
            raise
        log.warning("the app may not look for what it posted, so it may post it twice", reason=str(error))
        return None


def _bolt(token: str, base_url: str, identity: Identity) -> AsyncApp:
    """bolt's app, which asks nobody who it is: that call could come in the way of an acknowledgement."""

    async def authorize() -> AuthorizeResult:
        return AuthorizeResult(
            enterprise_id=None, team_id=None, bot_user_id=identity.user, bot_id=identity.bot, bot_token=token
        )

    return AsyncApp(name="claimwatch", client=client(None, base_url), authorize=authorize)
