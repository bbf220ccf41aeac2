"""Discord's rate limits, as strict as they are written: 50 requests in any second, the messages of a channel, the ban.

https://docs.discord.com/developers/topics/rate-limits
"""

from __future__ import annotations

import math
import time
from collections import deque
from dataclasses import dataclass, field
from hashlib import blake2b

from aiohttp import web

from tests.fakes.discord.wire import answer

VIA = {"Via": "1.1 google"}


@dataclass(slots=True)
class Bucket:
    """How many requests of one route in one channel are left until when."""

    left: int
    reset: float


@dataclass(slots=True)
class Limits:
    """Counts requests and says which are too many."""

    per_second: int = 50
    per_channel: int = 5
    channel_seconds: float = 5.0
    invalid: int = 10_000
    invalid_seconds: float = 600.0
    ban_seconds: int = 3600
    refused: int = 0  # how many 429s there were
    most_in_a_second: int = 0
    banned_until: float = 0.0
    _recent: deque[float] = field(default_factory=deque)
    _wrong: deque[float] = field(default_factory=deque)
    _buckets: dict[tuple[str, str], Bucket] = field(default_factory=dict)

    def ban(self) -> web.Response | None:
        """The answer of the proxy before Discord to an address that is banned: no JSON and no Via."""
        left = self.banned_until - time.monotonic()
        if left <= 0:
            return None
        self.refused += 1
        text = (
            "<html><title>Access denied | discord.com used Cloudflare to restrict access</title>error code: 1015</html>"
        )
        headers = {"Retry-After": str(math.ceil(left))}
        return web.Response(text=text, status=429, content_type="text/html", headers=headers)

    def take(self, method: str, path: str) -> tuple[web.Response | None, dict[str, str]]:
        """Count a request; return the 429 that it gets, if any, and else the headers for its answer."""
        moment = time.monotonic()
        if not path.startswith(("/interactions/", "/webhooks/")):
            while self._recent and self._recent[0] <= moment - 1.0:
                self._recent.popleft()
            if len(self._recent) >= self.per_second:
                return self._too_many(self._recent[0] + 1.0 - moment, "global", {"X-RateLimit-Global": "true"}), {}
            self._recent.append(moment)
            self.most_in_a_second = max(self.most_in_a_second, len(self._recent))
        parts = path.strip("/").split("/")
        if parts[0] != "channels" or len(parts) < 3 or parts[2] != "messages":
            return None, {}
        return self._of_channel(method, parts[1], moment)

    def _of_channel(self, method: str, channel: str, moment: float) -> tuple[web.Response | None, dict[str, str]]:
        bucket = self._buckets.get((method, channel))
        if bucket is None or bucket.reset <= moment:
            bucket = self._buckets[method, channel] = Bucket(self.per_channel, moment + self.channel_seconds)
        after = bucket.reset - moment
        headers = {
            "X-RateLimit-Limit": str(self.per_channel),
            "X-RateLimit-Remaining": str(max(0, bucket.left - 1)),
            "X-RateLimit-Reset": f"{time.time() + after:.3f}",
            "X-RateLimit-Reset-After": f"{after:.3f}",
            "X-RateLimit-Bucket": blake2b(f"{method} messages".encode(), digest_size=16).hexdigest(),
        }
        if bucket.left <= 0:
            return self._too_many(after, "user", headers), {}
        bucket.left -= 1
        return None, headers

    def _too_many(self, after: float, scope: str, headers: dict[str, str]) -> web.Response:
        self.refused += 1
        body = {"message": "You are being rate limited.", "retry_after": round(after, 3), "global": scope == "global"}
        named = {"Retry-After": str(math.ceil(after)), "X-RateLimit-Scope": scope}
        return answer(body, 429, headers | named | VIA)

    def note(self, status: int) -> None:
        """Count an answer that Discord calls invalid; too many of them, and the address is banned."""
        if status not in (401, 403, 429):
            return
        moment = time.monotonic()
        self._wrong.append(moment)
        while self._wrong[0] <= moment - self.invalid_seconds:
            self._wrong.popleft()
        if len(self._wrong) >= self.invalid:
            self.banned_until = moment + self.ban_seconds
