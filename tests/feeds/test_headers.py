"""What a server's headers ask for: how long an answer is fresh, how long to stay away."""

from __future__ import annotations

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict, CIMultiDictProxy

from bot.feeds.headers import fresh_for, retry_after
from tests.fakes.feed_server import FeedServer, page, validated
from tests.feeds.fetching import get

DATE = "Wed, 18 Feb 2026 10:00:00 GMT"
LATER = "Wed, 18 Feb 2026 10:01:00 GMT"
EARLIER = "Wed, 18 Feb 2026 09:00:00 GMT"


def headers(*pairs: tuple[str, str]) -> CIMultiDictProxy[str]:
    return CIMultiDictProxy(CIMultiDict([("Date", DATE), *pairs]))


@pytest.mark.parametrize(
    ("cache_control", "seconds"),
    [
        ("max-age=600", 600),
        ("public, Max-Age=600, must-revalidate", 600),
        ('max-age="600"', 600),
        ("s-maxage=900,max-age=600", 600),
        ("s-maxage=900", 0),
        ("max-age=600, no-cache", 0),
        ("no-store, max-age=600", 0),
        ('max-age=600, ext="no-cache, x"', 600),
        ('no-cache="Set-Cookie", max-age=600', 0),
        ("max-age=600, max-age=60", 600),
        ("max-age=-1", 0),
        ("max-age=soon", 0),
        ("max-age=", 0),
        ("max-age = 600", 600),
        ("max-age=99999999999999999999999", 2**31),
        ("max-age=٦٠٠", 0),
        (',,;="', 0),
        ("", 0),
    ],
)
def test_max_age_is_how_long_an_answer_is_fresh(cache_control: str, seconds: float) -> None:
    assert fresh_for(headers(("Cache-Control", cache_control))) == seconds


@pytest.mark.parametrize(
    ("pairs", "seconds"),
    [
        ([("Cache-Control", "max-age=600"), ("Age", "90")], 510),
        ([("Cache-Control", "max-age=600"), ("Age", "900")], 0),
        ([("Cache-Control", "max-age=600"), ("Age", "old")], 600),
        ([("Cache-Control", "public"), ("Cache-Control", "max-age=600")], 600),
        ([("Cache-Control", "max-age=600"), ("Cache-Control", "no-cache")], 0),
        ([("Expires", LATER)], 60),
        ([("Expires", LATER), ("Age", "10")], 50),
        ([("Expires", LATER), ("Cache-Control", "max-age=600")], 600),
        ([("Expires", EARLIER)], 0),
        ([("Expires", "0")], 0),
        ([], 0),
    ],
)
def test_freshness_is_counted_as_rfc_9111_says(pairs: list[tuple[str, str]], seconds: float) -> None:
    assert fresh_for(headers(*pairs)) == seconds


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120),
        (" 120 ", 120),
        ("0", 0),
        (LATER, 60),
        (EARLIER, 0),
        ("Wednesday, 18-Feb-26 10:01:00 GMT", 60),
        ("Wed Feb 18 10:01:00 2026", 60),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("", None),
        ("9" * 500, 2**31),
    ],
)
def test_retry_after_is_a_number_or_a_date(value: str, seconds: float | None) -> None:
    assert retry_after(headers(("Retry-After", value))) == seconds


@given(st.text(), st.text(), st.text())
def test_no_header_is_too_odd(value: str, other: str, date: str) -> None:
    odd = CIMultiDictProxy(
        CIMultiDict(
            [("Cache-Control", value), ("Expires", other), ("Retry-After", other), ("Age", value), ("Date", date)]
        )
    )
    assert fresh_for(odd) >= 0
    assert (retry_after(odd) or 0) >= 0


async def test_an_answer_tells_how_long_it_is_fresh(session: aiohttp.ClientSession, server: FeedServer) -> None:
    server.pages["/f"] = page(b"<rss/>", headers={"Cache-Control": "max-age=600", "Age": "60"})
    assert (await get(session, server.url("/f"))).fresh_for == 540


async def test_an_unchanged_answer_tells_how_long_it_is_fresh(
    session: aiohttp.ClientSession, server: FeedServer
) -> None:
    server.pages["/f"] = validated("<rss/>", etag='"1"', cache_control="max-age=600")
    got = await get(session, server.url("/f"), etag='"1"')
    assert (got.body, got.fresh_for) == (None, 600)
