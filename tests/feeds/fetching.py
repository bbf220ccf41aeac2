"""Fetching with limits that suit tests."""

from __future__ import annotations

from typing import Any

import aiohttp
import pytest

from bot.errors import FeedError
from bot.feeds.fetch import Fetched, fetch


async def get(session: aiohttp.ClientSession, url: str, **kwargs: Any) -> Fetched:
    return await fetch(session, url, **{"timeout": 5, "max_bytes": 1_000_000} | kwargs)


async def refused(session: aiohttp.ClientSession, url: str, **kwargs: Any) -> FeedError:
    with pytest.raises(FeedError) as caught:
        await get(session, url, **kwargs)
    return caught.value
