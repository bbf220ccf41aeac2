"""The WebSocket over which Slack sends what people do (Socket Mode): no public address is needed."""

from __future__ import annotations

import asyncio
import logging
import time
from contextlib import suppress
from contextvars import ContextVar

import structlog
from slack_bolt.adapter.socket_mode.async_internals import run_async_bolt_app, send_async_response
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import RetryLater
from bot.platforms.slack_errors import errors_of

log = structlog.stdlib.get_logger(__name__)

_CONNECT_SECONDS = 20.0
_CLOSE_SECONDS = 5.0
_PING_SECONDS = 10.0

# bolt looks every 10 ms whether a listener has acknowledged, while the listener is at its work already. So all else is
# acknowledged before bolt sees it; these carry the answer in their acknowledgement: the errors of a form, a list.
_ANSWERED_BY_ACK = frozenset({"view_submission", "block_suggestion"})

_sent: ContextVar[asyncio.Event] = ContextVar("sent")


async def acknowledgement_sent() -> None:
    """Wait, in a listener, until what it gave `ack()` is on its way: bolt sends it a little later.

    What the listener tells Slack meanwhile could arrive first, and be undone by the acknowledgement.
    """
    await _sent.get().wait()


class _Brief(logging.Filter):
    """Leaves the traceback out where Slack can't be reached or says no: that is no fault of the program."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.exc_info and isinstance(record.exc_info[1], (SlackApiError, OSError)):
            record.exc_info = None
        return True


_sdk_log = logging.getLogger(f"{__name__}.sdk")
_sdk_log.addFilter(_Brief())


class Socket(SocketModeClient):
    """slack_sdk's client, which asks for a new address when one does not answer.

    By itself it tries the first for ever, though Slack takes each for half a minute only.
    """

    async def connect(self) -> None:
        """Connect, however long it takes; called by slack_sdk for each new connection too."""
        while not self.closed:
            with suppress(TimeoutError):
                async with asyncio.timeout(_CONNECT_SECONDS):
                    await super().connect()  # type: ignore[no-untyped-call]
                    return
            self.wss_uri = None


async def address_of(client: AsyncWebClient) -> str:
    """A new address of the WebSocket, for a client with the app-level token. Raises Refused, or RetryLater."""
    with errors_of("apps.connections.open"):
        opened = await client.apps_connections_open(app_token=client.token or "")
    return str(opened["url"])


async def connect(app: AsyncApp, client: AsyncWebClient, *, ping: float = _PING_SECONDS) -> Socket:
    """Connect and hand `app` what Slack sends, from now on and after each break. Raises Refused, or RetryLater.

    `client` carries the app-level token; `ping`: seconds between two looks whether the connection still stands.
    """
    address = await address_of(client)
    socket = Socket(app_token=client.token or "", logger=_sdk_log, web_client=client, ping_interval=ping)
    socket.wss_uri = address

    async def handle(_client: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
        if request.payload.get("type") in _ANSWERED_BY_ACK:
            start = time.time()
            _sent.set(sent := asyncio.Event())
            try:
                await send_async_response(socket, request, await run_async_bolt_app(app, request), start)
            finally:
                sent.set()
        else:
            await socket.send_socket_mode_response(SocketModeResponse(request.envelope_id))
            await run_async_bolt_app(app, request)

    socket.socket_mode_request_listeners.append(handle)
    try:
        async with asyncio.timeout(_CONNECT_SECONDS):
            await socket.connect()
    except BaseException as error:
        await close(socket)
        if isinstance(error, TimeoutError):
            raise RetryLater("Slack's WebSocket can't be reached.") from error
        raise
    return socket


async def close(socket: Socket) -> None:
    """Disconnect, within five seconds, whether the other side still answers or not."""
    try:
        async with asyncio.timeout(_CLOSE_SECONDS):
            await socket.close()  # type: ignore[no-untyped-call]
    except TimeoutError:
        log.info("Slack did not say goodbye")
    finally:
        await socket.aiohttp_client_session.close()
