"""The small Discord as a process: prints what its channels show, and says what is typed."""

from __future__ import annotations

import argparse
import asyncio
import sys
import threading
from collections.abc import Iterator

from tests.fakes.discord.limits import Limits
from tests.fakes.discord.wire import EPHEMERAL, Json
from tests.fakes.discord.world import CHANNEL_ID
from tests.fakes.discord_server import TOKEN, DiscordServer, discord_server

_FIRST_OF_MANY = 100_000


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(prog="python -m tests.fakes.discord_server", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="to listen on; any that is free, if not given")
    parser.add_argument("--channels", type=int, default=0, help="so many more, numbered from 100000")
    parser.add_argument("--unlimited", action="store_true", help="no rate limits")
    parser.add_argument("--quiet", action="store_true", help="do not print what the channels show")
    wanted = parser.parse_args()
    try:
        asyncio.run(_serve(wanted))
    except KeyboardInterrupt:
        print("stopped")


async def _serve(wanted: argparse.Namespace) -> None:
    channels = range(_FIRST_OF_MANY, _FIRST_OF_MANY + wanted.channels)
    limits = None if wanted.unlimited else Limits()
    async with discord_server(port=wanted.port, limits=limits, channels=channels) as server:
        print(f"A small Discord listens at {server.api_base}. Let the bot use it:\n")
        settings = {"API_BASE": server.api_base, "GATEWAY": server.gateway_address, "TOKEN": TOKEN}
        for name, value in settings.items():
            print(f"  CLAIMWATCH_DISCORD__{name}={value} \\")
        print("  claimwatch run\n")
        print(f"Its channel is discord:{CHANNEL_ID}. What you type, ann says there: !claims russia")
        print("[Next page] presses the newest button of that name.\n", flush=True)
        typed = _typed(server)
        try:
            await _show(server, quiet=wanted.quiet)
        finally:
            typed.cancel()


async def _show(server: DiscordServer, *, quiet: bool) -> None:
    """Print each message when it comes, and again when it is edited."""
    seen: dict[str, str | None] = {}
    while True:
        await server.changed.wait()
        server.changed.clear()
        if quiet:
            continue
        for channel, messages in list(server.messages.items()):
            for message in messages:
                edited = message["edited_timestamp"]
                if message["id"] in seen and seen[message["id"]] == edited:
                    continue
                what = (
                    "edited" if message["id"] in seen else "replied" if message.get("message_reference") else "posted"
                )
                seen[message["id"]] = edited
                print(f"── #{channel} {what} by {message['author']['username']}, message {message['id']}", flush=True)
                print("\n".join(f"   {line}" for line in _lines(message)), flush=True)


def _lines(message: Json) -> Iterator[str]:
    if message["flags"] & EPHEMERAL:
        yield "(seen by who asked alone)"
    if reference := message.get("message_reference"):
        yield f"(to {reference['message_id']})"
    yield from message["content"].splitlines()
    for embed in message["embeds"]:
        yield f"▌ {embed.get('title', '')}"
        for text in (embed.get("description") or "", *_fields(embed), embed.get("footer", {}).get("text") or ""):
            yield from (f"▌ {line}" for line in text.splitlines())
    yield from _components(message["components"])


def _fields(embed: Json) -> Iterator[str]:
    for field in embed.get("fields", []):
        yield f"{field['name']}\n{field['value']}"


def _components(components: list[Json]) -> Iterator[str]:
    for one in components:
        if text := one.get("content") or one.get("label"):
            yield from (str(text).splitlines() if "content" in one else [f"[{text}]"])
        yield from _components(one.get("components") or [])


def _typed(server: DiscordServer) -> asyncio.Task[None]:
    """Say each line of standard input, which a thread of its own reads: it may block for ever."""
    lines: asyncio.Queue[str] = asyncio.Queue()
    loop = asyncio.get_running_loop()

    def read() -> None:
        for line in sys.stdin:
            loop.call_soon_threadsafe(lines.put_nowait, line.strip())

    async def say() -> None:
        while True:
            text = await lines.get()
            if text.startswith("[") and text.endswith("]"):
                await _press(server, text[1:-1])
            elif text:
                await server.say(text)

    threading.Thread(target=read, daemon=True).start()
    return asyncio.create_task(say())


async def _press(server: DiscordServer, label: str) -> None:
    """Let ann press the newest button with this label, if there is one."""
    for message in reversed([one for held in server.messages.values() for one in held]):
        for button in (button for row in message["components"] for button in row.get("components", [])):
            if button.get("label") == label:
                await server.click(message, button["custom_id"])
                return
    print(f"   There is no button [{label}].", flush=True)
