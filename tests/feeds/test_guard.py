"""The guard: no request reaches this machine or its network, whatever an address, a redirect or DNS says."""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import Mapping, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address

import aiohttp
import pytest
from aiohttp.abc import AbstractResolver, ResolveResult
from hypothesis import example, given
from hypothesis import strategies as st
from yarl import URL

from bot.errors import FeedError
from bot.feeds.fetch import open_session
from bot.feeds.guard import Guard, Resolver, kind_of, web_address
from tests.fakes.feed_server import FeedServer, page, redirect, rss
from tests.feeds.fetching import get, refused

UNROUTED = "3ffe::1"  # public by its number, but given back to IANA in 2006, so that nobody is disturbed
FEED = page(rss())


class Names(AbstractResolver):
    """Names that lead to these addresses: to the first list when first asked, and so on; the last one stays."""

    def __init__(self, names: Mapping[str, Sequence[Sequence[str]]]) -> None:
        self._names = {name: list(answers) for name, answers in names.items()}
        self.asked: list[str] = []

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        self.asked.append(host)
        answers = self._names[host]
        return [
            ResolveResult(hostname=host, host=ip, port=port, family=family, proto=0, flags=0)
            for ip in (answers.pop(0) if len(answers) > 1 else answers[0])
        ]

    async def close(self) -> None:
        pass


def session_with(guard: Guard, names: Names) -> aiohttp.ClientSession:
    return aiohttp.ClientSession(connector=guard.connector(names), middlewares=[guard.middleware])


# ── addresses as they are written ────────────────────────────────────────────────────────────────────────────────────

PRIVATE = [
    "127.0.0.1", "127.255.255.254", "0.0.0.0", "0.1.2.3", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1",
    "100.64.0.1", "100.100.100.200", "169.254.169.254", "168.63.129.16", "192.0.0.192", "192.0.2.1", "192.88.99.1",
    "198.18.0.1", "198.51.100.7", "203.0.113.9", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
    "[::]", "[::1]", "[::127.0.0.1]", "[::8.8.8.8]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[0:0:0:0:0:ffff:a00:1]",
    "[::ffff:0:127.0.0.1]", "[64:ff9b::127.0.0.1]", "[64:ff9b::a9fe:a9fe]", "[64:ff9b:1::808:808]", "[100::1]",
    "[2001::1]", "[2001:0:808:808:0:0:f7f7:f7f7]", "[2001:db8::1]", "[2002:7f00:1::]", "[2002:808:808::1]", "[3fff::1]",
    "[5f00::1]", "[fc00::1]", "[fd00:ec2::254]", "[fe80::1]", "[fec0::1]", "[ff02::1]", "[4000::1]",
    "①②⑦.⓪.⓪.①", "１２７.０.０.１", "127。0。0。1", "[::FFFF:127.0.0.1]", "[0000::0001]",
    "localhost", "LOCALHOST.", "a.localhost", "ⓛocalhost", "localhost.localdomain", "printer.local", "nas.home.arpa",
    "metadata.google.internal", "internal",
]  # fmt: skip
# What getaddrinfo takes for an address, and what it cuts off to get one.
ODD = [
    "2130706433", "0x7f000001", "0X7F.1", "017700000001", "127.1", "127.0.1", "0177.0.0.1", "0x7f.0.0.1", "127.0.0.01",
    "127.0.0.1.", "0", "00", "0x", "1.2.3.4.5", "256.0.0.1", "127.0.0.0x1", "134744072",
]  # fmt: skip
IMPROPER = [
    "127.0.0.1\0.example.org", "127.0.0.1%00.example.org", "127.0.0.1 .example.org", "[fe80::1%25eth0]", "[::1%lo]",
    "[127.0.0.1]x", "a..example.org", f"{'a' * 64}.example.org", "[]", "%31%32%37.0.0.1", "[::g]",
]  # fmt: skip


@pytest.mark.parametrize("host", PRIVATE)
def test_no_request_goes_to_an_address_that_is_not_public(host: str) -> None:
    with pytest.raises(FeedError, match="leads to an address that is not public"):
        Guard().check(web_address(f"http://{host}/feed"))


@pytest.mark.parametrize("host", [*ODD, *IMPROPER])
def test_an_address_in_an_odd_form_is_refused_whatever_it_stands_for(host: str) -> None:
    with pytest.raises(FeedError, match=r"not a proper|not public"):
        Guard().check(web_address(f"http://{host}/feed"))


@pytest.mark.parametrize(
    "host",
    [
        "example.org", "example.org.", "xn--mnchen-3ya.de", "münchen.de", "a_b.example.org", "8.8.8.8", "1.1.1.1",
        "[2606:4700:4700::1111]", "[2a00:1450::1]", "[::ffff:8.8.8.8]", "[64:ff9b::8.8.8.8]", "localhost.example.org",
        "internal.example.org", "1.example", "0x7f.example", "local-news.example", "172.32.0.1", "100.128.0.1",
    ],
)  # fmt: skip
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_public_addresses_are_let_through(scheme: str, host: str) -> None:
    Guard().check(web_address(f"{scheme}://{host}/feed"))


@pytest.mark.parametrize("login", ["ann:hunter2@", "ann@", ":hunter2@", "ann:@", "example.org:hunter2@"])
def test_a_login_in_an_address_is_refused_and_not_shown(login: str) -> None:
    with pytest.raises(FeedError, match="has a login in it") as caught:
        web_address(f"https://{login}example.com/feed")
    assert "hunter2" not in str(caught.value)


def fullwidth(text: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if c.isdigit() else c for c in text)


numbers = st.integers(0, 2**32 - 1) | st.sampled_from([int(IPv4Address(h)) for h in PRIVATE[:22]])
v4 = numbers.map(IPv4Address)
written_v4 = st.one_of(
    v4.map(str),
    v4.map(lambda ip: fullwidth(str(ip))),
    numbers.map(str),
    numbers.map(hex),
    numbers.map(lambda n: f"0{n:o}"),
    numbers.map(lambda n: f"{n >> 24}.{n & 0xFFFFFF}"),
    numbers.map(lambda n: f"{n >> 24:#x}.0{n >> 16 & 255:o}.{n & 0xFFFF}"),
    v4.map(lambda ip: f"{ip}\0.example.org"),
)
written_v6 = st.one_of(
    st.integers(0, 2**128 - 1).map(IPv6Address),
    st.builds(
        lambda prefix, n, shift: IPv6Address(int(IPv6Address(prefix)) | n << shift),
        st.sampled_from(["::", "::ffff:0:0", "::ffff:0:0:0", "64:ff9b::", "64:ff9b:1::", "2002::", "2001::", "fe80::"]),
        numbers,
        st.sampled_from([0, 80]),
    ),
).map(lambda ip: f"[{ip}]")


@given(written_v4 | written_v6 | st.text(max_size=12) | st.sampled_from([*PRIVATE, *ODD, *IMPROPER]))
@example("[2001:db8::1]")
def test_whatever_host_is_given_it_is_refused_or_public(host: str) -> None:
    """Against what the system makes of it, and what Python's own tables say of that."""
    try:
        address = web_address(f"http://{host}/")
        Guard().check(address)
    except FeedError:
        return
    try:
        found = socket.getaddrinfo(address.raw_host, 80, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    except (OSError, UnicodeError):
        return  # a name: what it leads to is checked when that is known
    for *_, sockaddr in found:
        assert is_public(str(sockaddr[0]))


def is_public(text: str) -> bool:
    ip: IPv4Address | IPv6Address | None = ip_address(text)
    if isinstance(ip, IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo and ip.teredo[1])
        nat64 = int(ip) >> 32 == int(IPv6Address("64:ff9b::")) >> 32
        ip = IPv4Address(int(ip) & 0xFFFFFFFF) if nat64 else inner or ip
    assert ip is not None
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


@given(st.integers(0, 2**32 - 1) | st.integers(0, 2**128 - 1))
def test_no_address_is_public_that_python_takes_for_special(number: int) -> None:
    ip = IPv6Address(number) if number >= 2**32 else IPv4Address(number)
    assert is_public(str(ip)) or kind_of(str(ip)) is not None


# ── requests ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "①②⑦.⓪.⓪.①", "0x7f000001", "127.1"])
async def test_this_machine_is_not_asked(server: FeedServer, host: str) -> None:
    server.pages["/f"] = FEED
    async with open_session("Claimwatch/test", Guard(ports=frozenset({server.port}))) as session:
        assert re.search("not public|not a proper host", str(await refused(session, server.url("/f", host))))
    assert server.requests == []


async def test_a_port_that_is_not_the_web_s_is_not_asked(server: FeedServer) -> None:
    async with open_session("Claimwatch/test", Guard(frozenset({"127.0.0.1"}))) as session:
        error = str(await refused(session, server.url("/f")))
    assert f"`allow_ports = [{server.port}]`" in error
    assert server.requests == []


@pytest.mark.parametrize(
    "to",
    [
        "http://127.0.0.1/", "https://[::1]/", "http://[::1]:{port}/", "http://169.254.169.254/latest/meta-data/",
        "//0x7f000001:{port}/", "http://127.0.0.1:22/", "http://metadata.google.internal/", "//localhost.:{other}/",
        "http://8.8.8.8:25/", "http://ann:hunter2@127.0.0.1:{port}/g", "file:///etc/passwd", "http://2130706433/",
    ],
)  # fmt: skip
@pytest.mark.parametrize("status", [301, 302, 307])
async def test_a_redirect_leads_nowhere_else(
    session: aiohttp.ClientSession, server: FeedServer, to: str, status: int
) -> None:
    server.pages |= {"/f": redirect(to.format(port=server.port, other=server.port + 1), status), "/g": FEED}
    await refused(session, server.url("/f"))
    assert [request.path for request in server.requests] == ["/f"]


async def test_a_name_that_leads_here_is_not_followed_unless_it_is_allowed(server: FeedServer) -> None:
    """As a line in /etc/hosts, or a stranger's DNS, may have it. The sentence gives no internal address away."""
    server.pages["/f"] = FEED
    names = {"feed.example": [["127.0.0.1"]], "other.example": [["127.0.0.1"]]}
    guard = Guard(frozenset({f"feed.example:{server.port}"}), frozenset({server.port}))
    async with session_with(guard, Names(names)) as session:
        assert (await get(session, server.url("/f", "feed.example"))).body == rss().encode()
        error = str(await refused(session, server.url("/f", "other.example")))
    assert f'`allow_hosts = ["other.example:{server.port}"]`' in error
    assert "127.0.0.1" not in error
    assert len(server.requests) == 1


async def test_names_are_told_apart_when_they_are_asked_at_the_same_time(server: FeedServer) -> None:
    server.pages["/f"] = FEED
    good, bad = [f"good{n}.example" for n in range(5)], [f"bad{n}.example" for n in range(5)]
    names = Names({name: [["127.0.0.1", "127.0.0.2"]] for name in [*good, *bad]})
    guard = Guard(frozenset(f"{name}:{server.port}" for name in good), frozenset({server.port}))
    async with session_with(guard, names) as session:
        await asyncio.gather(
            *(get(session, server.url("/f", name)) for name in good),
            *(refused(session, server.url("/f", name)) for name in bad),
        )
    assert {request.host.partition(":")[0] for request in server.requests} == set(good)


@given(st.lists(st.one_of(v4, st.integers(0, 2**128 - 1).map(IPv6Address)).map(str), min_size=1, max_size=4))
async def test_of_the_addresses_of_a_name_only_public_ones_are_left(addresses: list[str]) -> None:
    try:
        found = await Resolver(Guard(), Names({"feed.example": [addresses]})).resolve("feed.example", 80)
    except FeedError:
        found = []
    left = [result["host"] for result in found]
    assert left == [ip for ip in addresses if kind_of(ip) is None]


async def test_a_name_that_leads_somewhere_else_the_next_time_is_not_followed(server: FeedServer) -> None:
    """DNS rebinding: one answer for the check and another for the connection. There is one look-up for both."""
    server.pages["/f"] = FEED
    names = Names({"feed.example": [[UNROUTED], ["127.0.0.1"]]})
    async with session_with(Guard(ports=frozenset({server.port})), names) as session:
        await refused(session, server.url("/f", "feed.example"), timeout=0.5)
        assert names.asked == ["feed.example"]
        assert isinstance(session.connector, aiohttp.TCPConnector)
        session.connector.clear_dns_cache()
        assert "not public" in str(await refused(session, server.url("/f", "feed.example")))
    assert server.requests == []


@pytest.mark.parametrize("host", ["127.0.0.1", "[::ffff:127.0.0.1]", "localhost", "0x7f000001"])
async def test_the_connection_itself_is_checked_where_nothing_else_was(server: FeedServer, host: str) -> None:
    """Without the check of requests, a literal address is not seen by any resolver, and aiohttp connects to it."""
    guard = Guard(frozenset({f"{host}:{server.port}"}))
    async with aiohttp.ClientSession(connector=guard.connector()) as session:
        with pytest.raises((aiohttp.ClientConnectorError, FeedError)):
            await session.get(server.url("/f", host))
    assert server.requests == []


@pytest.mark.parametrize(
    ("hosts", "url", "allowed"),
    [
        ({"nas.lan"}, "http://nas.lan/", True),
        ({"nas.lan"}, "https://NAS.lan./", True),
        ({"nas.lan"}, "http://nas.lan:8080/", False),
        ({"nas.lan:8080"}, "http://nas.lan:8080/", True),
        ({"printer.local"}, "http://printer.local/", True),
        ({"printer.local"}, "http://a.printer.local/", False),
        ({"192.168.1.5"}, "http://192.168.1.5/", True),
        ({"192.168.1.5"}, "http://192.168.1.6/", False),
        ({"[fd00::1]"}, "http://[fd00:0::1]/", True),
        ({"127.0.0.1"}, "http://[::ffff:127.0.0.1]/", False),
        ({"127.0.0.1"}, "http://localhost/", False),
    ],
)
def test_a_host_is_allowed_as_it_stands_in_an_address(hosts: set[str], url: str, allowed: bool) -> None:
    try:
        Guard(frozenset(hosts)).check(URL(url))
    except FeedError:
        assert not allowed
    else:
        assert allowed
