"""What there is on the small Slack: the workspace, its people and channels."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

Json = dict[str, Any]

TOKEN, APP_TOKEN = "xoxb-1000-loopback-bot", "xapp-1-A1000-loopback-app"
BOT_USER, BOT_ID, TEAM = "U0BOT0001", "B0BOT0001", "T0TEAM001"
ANN, BEN, CEO = "U0ANN0001", "U0BEN0001", "U0CEO0001"
NEWS, DESK = "C0NEWS001", "C0DESK001"  # the bot is in both; Ann made the second
SCOPES = (
    "app_mentions:read,channels:history,channels:read,chat:write,commands,groups:history,groups:read,im:history,"
    "im:write,mpim:history,usergroups:read,users:read"
)


@dataclass(slots=True)
class Channel:
    """A conversation, its messages oldest first."""

    id: str
    creator: str = CEO
    kind: Literal["channels", "groups", "im", "mpim"] = "channels"  # as scopes call it
    archived: bool = False
    has_bot: bool = True
    messages: list[Json] = field(default_factory=list)

    @property
    def is_im(self) -> bool:
        return self.kind == "im"

    def find(self, ts: str) -> Json | None:
        return next((message for message in self.messages if message["ts"] == ts), None)


@dataclass(frozen=True, slots=True)
class Failure:
    """How a call fails: with Slack's error, or with another HTTP status and no JSON."""

    error: str = ""
    status: int = 200
    retry_after: float | None = None


class Lost(Exception):
    """The connection is to break before the answer."""
