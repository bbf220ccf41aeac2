"""What would be read of files and addresses, and why not: each ends in a result or a reason."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.detect.lexicon import Lexicon
from bot.feeds.desk import FeedDesk
from bot.feeds.examine import Examined, as_row, examine_all
from tests.fakes.feed_server import FeedServer, item, page, redirect, rss, validated
from tests.feeds.managing import desk_on_loopback

SHELLS = item("Ruritania denies sending shells to Freedonia", guid="1", date="Wed, 18 Feb 2026 09:00:00 GMT")
RAIN = item("Rain in Freedonia", guid="2", link="https://gazette.example/rain")


@pytest.fixture
async def desk(server: FeedServer) -> AsyncIterator[FeedDesk]:
    async with desk_on_loopback(server.guard) as desk:
        yield desk


async def examined(desk: FeedDesk, lexicon: Lexicon, *subjects: str | Path) -> list[Examined]:
    return [one async for one in examine_all(desk, lexicon, map(str, subjects))]


async def test_a_file_shows_its_entries_and_the_claims_that_would_be_read(
    desk: FeedDesk, lexicon: Lexicon, tmp_path: Path
) -> None:
    file = tmp_path / "feed.xml"
    file.write_text(rss(SHELLS, RAIN, item()))
    (found,) = await examined(desk, lexicon, file)
    row = as_row(found)
    assert (row["subject"], row["outcome"], row["reason"]) == (str(file), "read", None)
    assert (row["title"], row["format"], row["count"], row["skipped"]) == ("The Freedonia Gazette", "RSS 2.0", 2, 1)
    assert (row["newest"], row["address"]) == ("2026-02-18T09:00:00Z", None)
    shells, rain = row["entries"]
    assert (shells["key"], shells["about_arms"], rain["about_arms"], rain["claims"]) == ("1", True, False, [])
    assert (rain["link"], rain["date"]) == ("https://gazette.example/rain", None)
    assert shells["claims"] == [
        {
            "stance": "denies", "claimant": "RURITANIA", "supplier": "RURITANIA", "recipient": "FREEDONIA",
            "weapons": ["ammunition"], "phase": "delivered", "words": "Ruritania denies sending shells to Freedonia",
        }
    ]  # fmt: skip


async def test_an_address_shows_where_it_led_and_what_spares_the_next_poll(
    server: FeedServer, desk: FeedDesk, lexicon: Lexicon
) -> None:
    server.pages |= {"/old": redirect("/rss"), "/rss": validated(rss(RAIN), '"v1"', "Wed, 18 Feb 2026 09:00:00 GMT")}
    (found,) = await examined(desk, lexicon, server.url("/old"))
    assert (found.reason, found.address, found.etag) == (None, server.url("/rss"), '"v1"')
    assert found.last_modified == "Wed, 18 Feb 2026 09:00:00 GMT"


async def test_whatever_cant_be_read_has_its_reason_and_the_order_is_kept(
    server: FeedServer, desk: FeedDesk, lexicon: Lexicon, tmp_path: Path
) -> None:
    (tmp_path / "empty").touch()
    (tmp_path / "good").write_text(rss(RAIN))
    (tmp_path / "large").write_bytes(bytes(desk.settings.max_bytes + 1))
    os.mkfifo(tmp_path / "pipe")
    server.pages["/page"] = page("<!doctype html><html></html>", "text/html")
    subjects: list[tuple[str | Path, str | None]] = [
        (tmp_path, "This is a folder. Name the files in it"),
        (tmp_path / "empty", "The file is empty."),
        (tmp_path / "large", "The file is larger than 10,485,760 bytes"),
        (tmp_path / "pipe", "This is no ordinary file"),
        (tmp_path / "none", "There is no such file. An address has to begin with http"),
        (tmp_path / "x\0y", "The file can't be read: "),
        (tmp_path / ("x" * 300), "The file can't be read: File name too long."),
        (server.url("/none"), "404 Not Found"),
        (server.url("/page"), "This is a web page, not a feed."),
        ("http://", "is not a proper address"),
        (tmp_path / "good", None),
    ]
    found = await examined(desk, lexicon, *(subject for subject, _ in subjects))
    assert [one.subject for one in found] == [str(subject) for subject, _ in subjects]
    for one, (_, reason) in zip(found, subjects, strict=True):
        assert (one.reason is None) if reason is None else (reason in (one.reason or ""))


async def test_many_files_come_out_in_their_order(desk: FeedDesk, lexicon: Lexicon, tmp_path: Path) -> None:
    files = [tmp_path / f"{number}.xml" for number in range(80)]
    for number, file in enumerate(files):
        file.write_text(rss(RAIN, title=str(number)) if number % 7 else "no feed")
    found = await examined(desk, lexicon, *files)
    assert [one.title for one in found] == [str(number) if number % 7 else None for number in range(80)]


async def test_a_secret_in_an_address_is_not_shown(desk: FeedDesk, lexicon: Lexicon) -> None:
    (found,) = await examined(desk, lexicon, "http://127.0.0.1:9/feed?token=s3cret")
    assert "s3cret" not in f"{found.subject} {found.reason}"
