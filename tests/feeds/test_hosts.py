"""Whose turn it is to ask a host."""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta

from yarl import URL

from bot.feeds.hosts import Hosts, host_of
from tests.feeds.conftest import NOW

A, B = URL("https://a.example/feed"), URL("https://b.example/feed")


async def test_a_host_is_left_alone_for_a_while_after_each_request() -> None:
    hosts = Hosts(delay=0.05)
    begun = []
    for _ in range(3):
        async with hosts.poll("a.example"), hosts.turn(A):
            begun.append(time.monotonic())
    assert begun[1] - begun[0] >= 0.05
    assert begun[2] - begun[1] >= 0.05


async def test_another_host_does_not_wait() -> None:
    hosts = Hosts(delay=3_600)
    async with hosts.turn(A):
        pass
    async with hosts.poll("b.example"), hosts.turn(B):
        pass


async def test_a_poll_that_holds_its_host_does_not_keep_an_articles_request_from_it() -> None:
    hosts = Hosts(delay=0)
    async with hosts.poll("a.example"), hosts.turn(A):
        pass
    async with hosts.poll("a.example"), hosts.turn(A):
        waiting = asyncio.create_task(hosts.turn(A).__aenter__())
        await asyncio.sleep(0)
        assert not waiting.done()
    await waiting


async def test_hosts_are_forgotten_once_they_may_be_asked_again() -> None:
    hosts = Hosts(delay=0)
    for number in range(1_000):
        async with hosts.poll(f"{number}.example"), hosts.turn(URL(f"https://{number}.example/")):
            assert len(hosts) == 1
    assert len(hosts) == 0


async def test_a_host_that_was_asked_just_now_is_remembered() -> None:
    hosts = Hosts(delay=3_600)
    async with hosts.turn(A):
        pass
    async with hosts.turn(B):
        pass
    assert len(hosts) == 2


def test_a_host_rests_until_its_time_has_come() -> None:
    hosts = Hosts(delay=0)
    hosts.rest("a.example", NOW + timedelta(hours=1), NOW)
    assert hosts.rests_until("a.example", NOW) == NOW + timedelta(hours=1)
    assert hosts.rests_until("b.example", NOW) is None
    assert hosts.rests_until("a.example", NOW + timedelta(hours=1)) is None


def test_an_address_without_a_host_has_none() -> None:
    assert [host_of(url) for url in ("https://A.example:8080/", "nonsense", "http://[")] == ["a.example", "", ""]
