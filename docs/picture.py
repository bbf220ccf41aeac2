"""Draws docs/alert.svg, the README's picture: an alert of the demo as the console shows it.

    uv run python docs/picture.py

It polls the recorded feeds as `claimwatch demo` does and exports what rich drew.
"""

from __future__ import annotations

import asyncio
import io
import re
import tempfile
from pathlib import Path

from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console

from bot import cards
from bot.app import opened
from bot.config import Config, FeedKeys
from bot.demo.server import recorded_pages, serve
from bot.model import Card
from bot.platforms.console_app import draw
from bot.queries import language
from bot.store import ask, ledger

PICTURE = Path(__file__).with_name("alert.svg")
_ASKED = "dprk>russia"
_WIDTH = 108


async def picture() -> str:
    """The SVG of the alert on the case that `_ASKED` finds."""
    with tempfile.TemporaryDirectory() as folder:
        card = await _alert(Path(folder, "demo.db"))
    console = Console(record=True, width=_WIDTH, file=io.StringIO(), color_system="truecolor")
    console.print(draw(card))
    return console.export_svg(title="#arms-watch", unique_id="alert", code_format=_without_web_fonts())


def _without_web_fonts() -> str:
    """Rich's own frame, drawn in whatever fixed-width font the reader has: the picture fetches nothing."""
    frame = re.sub(r"@font-face \{\{.*?\}\}\s*", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL)
    return frame.replace("Fira Code", "Consolas")


async def _alert(database: Path) -> Card:
    pages = recorded_pages()
    async with serve(pages) as addresses:
        feeds = tuple(FeedKeys(url=url, outlet=page.title) for page, url in zip(pages, addresses, strict=True))
        async with opened(Config(database=database, feeds=feeds)) as app:
            await app.sync()
            async with app.poller() as poller:
                await poller.poll_due()
            query = language.parse(_ASKED, app.lexicon, app.clock())
            (case_id,) = await app.store.read(ask.find_cases, query, limit=1)
            (case,) = await app.store.read(ledger.cases_by_id, [case_id])
            return cards.alert(case, app.lexicon)


if __name__ == "__main__":
    PICTURE.write_text(asyncio.run(picture()), encoding="utf-8")
