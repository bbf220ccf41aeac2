"""Kinds of values in config.toml: addresses, hosts, destinations. What is none of its kind raises ValueError."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field
from yarl import URL


def _web_address(url: str) -> str:
    parts = urlsplit(url)  # raises ValueError for what is no address at all
    if parts.scheme.lower() not in {"http", "https"} or not parts.hostname or any(c.isspace() for c in url):
        raise ValueError
    return url


def _without_login(url: str) -> str:
    if "@" in urlsplit(url).netloc:
        raise ValueError
    return url


def plain_address(url: str) -> str:
    """Return `url`; ValueError where it has a query or a fragment."""
    if "?" in url or "#" in url:
        raise ValueError
    return url


def _host(text: str) -> str:
    """As addresses have it once they are read: lower case, an IPv6 address short and in brackets."""
    read = URL(f"http://{text}")
    host = (read.host_subcomponent or "").removesuffix(".")
    plain = read == URL.build(scheme="http", host=read.host or "", port=read.explicit_port)
    if not plain or not re.fullmatch(r"[\w.-]+|\[[\da-f:.]+\]", host, re.ASCII):
        raise ValueError
    return host if read.explicit_port is None else f"{host}:{read.explicit_port}"


def host_and_port(text: str) -> str:
    """Return `text`, as in "127.0.0.1:8480"; ValueError for anything else."""
    found = re.fullmatch(r"(?:[\w.-]+|\[[\da-f:.]+\]):(\d{1,5})", text, re.ASCII | re.IGNORECASE)
    if not found or not 1 <= int(found[1]) <= 65_535:
        raise ValueError
    return text


_LENGTH = re.compile(r"(\d{1,4})([dwmy])", re.ASCII)
_DAYS = {"d": 1, "w": 7, "m": 30, "y": 365}
SHORTEST = timedelta(days=14)
"""For which everything is kept: stories of the last days are compared with new ones, and `status` tells of alerts."""


def _length(text: str) -> str:
    kept_for = length_of(text)
    if kept_for is not None and kept_for < SHORTEST:
        raise ValueError
    return text


def length_of(text: str) -> timedelta | None:
    """Return how long "90d", "12w", "6m" or "2y" is, and None for "forever"; ValueError for anything else."""
    if text == "forever":
        return None
    found = _LENGTH.fullmatch(text)
    if not found:
        raise ValueError
    return timedelta(days=int(found[1]) * _DAYS[found[2]])


DESTINATION = r"^(console|discord:(user:)?\d{1,20}|slack:[CGDUW][A-Z0-9]{2,20})$"
DESTINATIONS = '"console", "discord:CHANNEL_ID", "discord:user:USER_ID", "slack:CHANNEL_ID" or "slack:USER_ID"'
WebAddress = Annotated[str, AfterValidator(_web_address)]
FeedAddress = Annotated[WebAddress, AfterValidator(_without_login)]
Length = Annotated[str, AfterValidator(_length)]
Host = Annotated[str, AfterValidator(_host)]
Port = Annotated[int, Field(ge=1, le=65_535)]
