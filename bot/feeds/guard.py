"""Where requests may go: to public addresses on the ports of the web, and to what the operator allows by name.

Feeds' addresses come from strangers, and so do redirects and DNS answers; none of them may turn the bot on the machine
or network that it runs in. So an address is checked three times, each time with what is known then::

    web_address   the text: http or https, a host, no login
    check         each request, redirects included: port, names of private networks, literal addresses
    resolve       what a name leads to: forbidden addresses are dropped
    connect       the very address that is about to be connected to; no name is looked up after this

The last one makes a DNS answer that changes, and the cache of such answers, harmless: what is checked is what is
connected to. The ways round are those that stripe/smokescreen and arkadiyt/ssrf_filter close as well.
"""

from __future__ import annotations

import errno
import os
import re
import socket
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.client_middlewares import ClientHandlerType
from aiohttp.resolver import ThreadedResolver
from yarl import URL

from bot.errors import FeedError
from bot.log import redact

_PORTS = frozenset({80, 443})
_HOST = re.compile(r"(?:[a-z0-9_-]{1,63}\.)*[a-z0-9_-]{1,63}\.?", re.IGNORECASE)
# What getaddrinfo, and the URL standard's host parser, take for an IPv4 address: 2130706433, 0x7f000001, 017700000001,
# 127.1. Of these only the plain form is let through.
_NUMBER = re.compile(r"(?:.*\.)?(?:[0-9]+|0x[0-9a-f]*)\.?", re.IGNORECASE)
# RFC 6761 (localhost), RFC 6762 (local), RFC 8375 (home.arpa), ICANN's resolution of 29 July 2024 (internal).
_PRIVATE_NAMES = re.compile(r"(?:.*\.)?(?:localhost|localdomain|local|internal|home\.arpa)", re.IGNORECASE)

# IANA's registries of special-purpose addresses (iana.org/assignments/iana-ipv4-special-registry), of multicast and of
# reserved ones. `ipaddress.is_global` lets some of these through.
_SPECIAL_V4 = {
    "loopback": ("127.0.0.0/8", "0.0.0.0/8"),  # the second reaches this machine as well
    "private": ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"),
    "link-local": ("169.254.0.0/16",),  # where most clouds keep their metadata
    "cloud metadata": ("168.63.129.16/32",),  # Azure's, amid public ones; not in the registry
    "multicast": ("224.0.0.0/4",),
    "reserved": (
        *("192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24"),
        *("192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4"),
    ),
}
# iana-ipv6-special-registry. Only 2000::/3 is given out; what lies outside is special, or nobody's.
_SPECIAL_V6 = {
    "loopback": ("::1/128",),
    "private": ("fc00::/7",),
    "link-local": ("fe80::/10",),
    "multicast": ("ff00::/8",),
    "reserved": (
        *("2001::/23", "2001:db8::/32", "2620:4f:8000::/48", "3fff::/20"),  # Teredo (2001::/32) among them
        "2002::/16",  # 6to4, given up by RFC 7526
        *("::/3", "4000::/2", "8000::/1"),
    ),
}
# Behind these stands an IPv4 address, in the last 32 bits, which decides. The second one is the only way to the old
# web where a network has IPv6 alone (RFC 6052).
_WRAPPED_V4 = (IPv6Network("::ffff:0:0/96"), IPv6Network("64:ff9b::/96"))


def _ranges(special: Mapping[str, Sequence[str]]) -> list[tuple[int, int, str]]:
    """First, last and kind of each: compared as numbers, a twentieth of the time that `in` takes for a network."""
    networks = [(ip_network(network), kind) for kind, networks in special.items() for network in networks]
    return [(int(network[0]), int(network[-1]), kind) for network, kind in networks]


_RANGES: dict[int, list[tuple[int, int, str]]] = {4: _ranges(_SPECIAL_V4), 6: _ranges(_SPECIAL_V6)}

_asked: ContextVar[tuple[str, int]] = ContextVar("asked")  # host and port of the request that a connection is made for


@lru_cache(maxsize=10_000)  # as many as one process polls; each is asked for at every poll
def web_address(url: str) -> URL:
    """Return `url` as an address of the web. Raises FeedError for what is none, and for one with a login in it."""
    try:
        address = URL(url)
        host = address.raw_host or ""
    except ValueError as error:
        raise _improper(url) from error
    if address.scheme not in ("http", "https") or not host:
        raise FeedError(f"{redact(url)} is not an address of the web. It has to begin with http:// or https://.")
    if address.raw_user is not None or address.raw_password is not None:
        raise FeedError(
            f"{redact(url)} has a login in it, which is never sent. Leave out what stands before the @; if the feed "
            "asks for it, look for a public address of the feed."
        )
    if not _HOST.fullmatch(host) and kind_of(host) == "unknown":
        raise _improper(url)
    return address


def kind_of(address: str) -> str | None:
    """Return of which special kind an IP address is, "unknown" for what is none, and None for a public one."""
    try:
        ip = ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(ip, IPv6Address):
        if any(ip in network for network in _WRAPPED_V4):
            return _kind(IPv4Address(int(ip) & 0xFFFFFFFF))
        if ip.scope_id:
            return "link-local"
    return _kind(ip)


def _kind(ip: IPv4Address | IPv6Address) -> str | None:
    number = int(ip)
    return next((kind for first, last, kind in _RANGES[ip.version] if first <= number <= last), None)


@dataclass(frozen=True, slots=True)
class Guard:
    """What the operator allows besides public hosts on ports 80 and 443."""

    hosts: frozenset[str] = frozenset()
    """Hosts that may be private, as they stand in addresses: `nas.lan`, `[fd00::1]`; `nas.lan:8080` with this port."""
    ports: frozenset[int] = frozenset()
    """Further ports, of every host."""

    def check(self, address: URL) -> None:
        """Raise FeedError where no request may go to `address`; what its name leads to is checked when it is known."""
        host, port = _plain(address.raw_host or ""), address.port or 0
        if f"{host}:{port}" in self.hosts:
            return
        if port not in _PORTS | self.ports:
            raise FeedError(
                f"Port {port} of {host} is not one of the web's (80 and 443). If the feed is there indeed, the "
                f"operator can allow it: `allow_ports = [{port}]` in [polling]."
            )
        if host in self.hosts:
            return
        if host.startswith("["):
            kind = kind_of(host.strip("[]"))
        elif _NUMBER.fullmatch(host):
            kind = kind_of(host)
        else:
            kind = "private" if _PRIVATE_NAMES.fullmatch(host) else None
        if kind == "unknown":
            raise FeedError(f"{host} is not a proper host. Write its address as four numbers from 0 to 255.")
        if kind:
            raise _refused(host, port, kind)

    def allows(self, host: str, port: int, ip: str) -> bool:
        """Return whether a connection for `host` and `port` may be made to the address `ip`."""
        host = _plain(host)
        return host in self.hosts or f"{host}:{port}" in self.hosts or kind_of(ip) is None

    async def middleware(self, request: aiohttp.ClientRequest, handler: ClientHandlerType) -> aiohttp.ClientResponse:
        """Check each request of a session, and let its connection be known by the host that it is made for."""
        self.check(request.url)
        token = _asked.set((request.url.raw_host or "", request.url.port or 0))
        try:
            return await handler(request)
        finally:
            _asked.reset(token)

    def connector(self, names: AbstractResolver | None = None) -> aiohttp.TCPConnector:
        """Return a connector that connects to allowed addresses only; `names` looks up hosts, else the system does.

        In a session without the middleware it connects to public addresses only.
        """
        return aiohttp.TCPConnector(
            limit=0,  # the poller bounds how many there are
            resolver=Resolver(self, names or ThreadedResolver()),
            socket_factory=self._socket,
        )

    def _socket(self, info: tuple[int, int, int, str, tuple[str, int] | tuple[str, int, int, int]]) -> socket.socket:
        """The socket for a connection to just this address; aiohttp calls it right before it connects."""
        family, kind, protocol, _, (ip, *_rest) = info
        if not self.allows(*_asked.get(("", 0)), ip):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        return socket.socket(family, kind, protocol)


class Resolver(AbstractResolver):
    """Looks up `names`, and drops the addresses that the guard forbids."""

    def __init__(self, guard: Guard, names: AbstractResolver) -> None:
        self._guard = guard
        self._names = names

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Return the allowed addresses of `host`. Raises FeedError where it has others only."""
        found = await self._names.resolve(host, port, family)
        kept = [result for result in found if self._guard.allows(host, port, result["host"])]
        if found and not kept:
            raise _refused(host, port, kind_of(found[0]["host"]) or "")
        if not kept:
            raise OSError("The name leads to no address.")
        return kept

    async def close(self) -> None:
        """Close what looks up the names."""
        await self._names.close()


def _plain(host: str) -> str:
    """As it stands in `Guard.hosts`: without the dot of a full name, an IPv6 address in brackets."""
    return f"[{host}]" if ":" in host else host.lower().removesuffix(".")


def _improper(url: str) -> FeedError:
    return FeedError(f"{redact(url)} is not a proper address. Check it for a typing error.")


def _refused(host: str, port: int, kind: str) -> FeedError:
    """Without the address that a name leads to: whoever may add feeds could read a private network's names from it."""
    allow = _plain(host) if port in _PORTS else f"{_plain(host)}:{port}"
    return FeedError(
        f"{host} leads to an address that is not public ({kind}), and is left alone. If it is meant, the operator can "
        f'allow it: `allow_hosts = ["{allow}"]` in [polling].'
    )
