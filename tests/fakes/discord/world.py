"""Who and what there is: guilds, people, channels with their permissions, and messages."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from dataclasses import dataclass, field

from tests.fakes.discord.wire import (
    COMPONENTS_V2,
    DIRECT,
    EMBED_LINKS,
    EPHEMERAL,
    EVERYTHING,
    ORDINARY,
    READ_MESSAGE_HISTORY,
    SEND_MESSAGES,
    TEXT,
    VIEW_CHANNEL,
    Json,
    now,
)

BOT_ID, GUILD_ID, CHANNEL_ID = 1000, 2000, 3000
PERSON_ID, MEMBER_ID = 4000, 4001  # the guild's owner, and somebody with no special permission
BOT_ROLE, MANAGER_ROLE = 5000, 5001
CHANNELS_A_GUILD = 500  # Discord's own limit

BOT: Json = {"id": str(BOT_ID), "username": "Claimwatch", "discriminator": "0", "avatar": None, "bot": True}
PEOPLE: dict[int, Json] = {
    PERSON_ID: {"id": str(PERSON_ID), "username": "ann", "discriminator": "0", "avatar": None},
    MEMBER_ID: {"id": str(MEMBER_ID), "username": "bob", "discriminator": "0", "avatar": None},
}
APPLICATION: Json = {
    "id": str(BOT_ID), "name": "Claimwatch", "icon": None, "description": "", "flags": 0, "verify_key": "",
    "bot_public": True, "bot_require_code_grant": False, "owner": PEOPLE[PERSON_ID], "team": None,
}  # fmt: skip

_EPOCH = 1_420_070_400_000  # the first second of 2015, in milliseconds
_NONCE_SECONDS = 180.0  # "the past few minutes"


@dataclass(slots=True)
class Channel:
    """A place for messages: of a guild, or, where there is none, of a person and the bot."""

    id: int
    guild: int | None = GUILD_ID
    person: int | None = None
    refused: int = 0  # the permissions that everybody lacks there

    def as_json(self) -> Json:
        """The channel as Discord shows it."""
        shown: Json = {"id": str(self.id), "last_message_id": None}
        if self.guild is None:
            return shown | {"type": DIRECT, "recipients": [PEOPLE[self.person or PERSON_ID]]}
        lacks = {"id": str(self.guild), "type": 0, "allow": "0", "deny": str(self.refused)}
        return shown | {
            "type": TEXT, "guild_id": str(self.guild), "name": f"c{self.id}", "position": 0, "topic": None,
            "nsfw": False, "parent_id": None, "rate_limit_per_user": 0,
            "permission_overwrites": [lacks] if self.refused else [],
        }  # fmt: skip


@dataclass(slots=True)
class World:
    """The state of the small Discord; tests read and change it at will."""

    messages: dict[int, list[Json]] = field(default_factory=lambda: {CHANNEL_ID: []})  # a channel's, oldest first
    channels: dict[int, Channel] = field(default_factory=lambda: {CHANNEL_ID: Channel(CHANNEL_ID)})
    guilds: dict[int, str] = field(default_factory=lambda: {GUILD_ID: "Freedonia"})
    roles: dict[int, int] = field(
        default_factory=lambda: {GUILD_ID: ORDINARY, BOT_ROLE: EVERYTHING, MANAGER_ROLE: EVERYTHING}
    )  # their permissions; @everyone has its guild's id
    roles_of: dict[int, list[int]] = field(default_factory=lambda: {BOT_ID: [BOT_ROLE]})
    commands: list[Json] = field(default_factory=list)  # the slash commands that were synced
    changed: asyncio.Event = field(default_factory=asyncio.Event)  # set at each message that is posted or edited
    blocked: set[int] = field(default_factory=set)  # people who take no messages from the bot
    nonces: dict[str, tuple[float, Json]] = field(default_factory=dict)
    _last_id: int = 0

    def new_id(self) -> int:
        """A number that nothing else has: a snowflake, by which discord.py tells when something was made.

        https://docs.discord.com/developers/reference#snowflakes
        """
        self._last_id = max(self._last_id + 1, (int(time.time() * 1000) - _EPOCH) << 22)
        return self._last_id

    def add_channels(self, numbers: Iterable[int]) -> None:
        """Add channels to the guild, and guilds when it is full."""
        for number in numbers:
            guild = GUILD_ID + len(self.channels) // CHANNELS_A_GUILD
            if guild not in self.guilds:
                self.guilds[guild] = f"Guild {guild}"
                self.roles[guild] = ORDINARY
            self.channels[number] = Channel(number, guild)
            self.messages[number] = []

    def direct(self, person: int) -> Channel | None:
        """The channel of a person and the bot, or None when there is no such person."""
        if person not in PEOPLE:
            return None
        for channel in self.channels.values():
            if channel.person == person:
                return channel
        channel = Channel(self.new_id(), None, person)
        self.channels[channel.id] = channel
        self.messages[channel.id] = []
        return channel

    def find(self, channel: int, message: int) -> Json | None:
        """A message, or None."""
        return next((one for one in self.messages.get(channel, []) if int(one["id"]) == message), None)

    def permissions(self, user: int, channel: int) -> int:
        """What a user may do in a channel."""
        place = self.channels.get(channel) or Channel(channel)
        if place.guild is None or user == PERSON_ID:
            return EVERYTHING
        held = self.roles.get(place.guild, ORDINARY)
        for role in self.roles_of.get(user, []):
            held |= self.roles[role]
        return held & ~place.refused

    def refusal(self, channel: int, body: Json) -> tuple[int, int, str] | None:
        """Why the bot may not post `body` there: status, code and text of the error."""
        if channel not in self.messages:
            return 404, 10003, "Unknown Channel"
        place = self.channels.get(channel)
        if place is not None and place.person in self.blocked:
            return 403, 50007, "Cannot send messages to this user"
        may = self.permissions(BOT_ID, channel)
        if not may & VIEW_CHANNEL:
            return 403, 50001, "Missing Access"
        if not may & SEND_MESSAGES or (body.get("embeds") and not may & EMBED_LINKS):
            return 403, 50013, "Missing Permissions"
        if body.get("message_reference") and not may & READ_MESSAGE_HISTORY:
            return 403, 160002, "Cannot reply without permission to read message history"
        return None

    def post(self, channel: int, body: Json, author: Json) -> tuple[Json, bool]:
        """Add a message and return it, or the one that had its nonce; and whether it is new."""
        nonce = f"{author['id']} {body['nonce']}" if body.get("enforce_nonce") and body.get("nonce") else None
        if nonce and nonce in self.nonces:
            since, message = self.nonces[nonce]
            if time.monotonic() - since < _NONCE_SECONDS:
                return message, False
        message = self.message(channel, body, author)
        self.messages[channel].append(message)
        if nonce:
            self.nonces[nonce] = time.monotonic(), message
        self.changed.set()
        return message, True

    def edit(self, message: Json, body: Json) -> None:
        """Let a message show something else."""
        changes: Json = {key: body[key] or [] for key in ("embeds", "components") if key in body}
        if "content" in body:
            changes["content"] = body["content"] or ""
        message |= changes | {"edited_timestamp": now()}
        self.changed.set()

    def message(self, channel: int, body: Json, author: Json) -> Json:
        """A message as Discord shows it, not yet in its channel."""
        reference = body.get("message_reference")
        if reference:
            reference = {"channel_id": str(channel), "message_id": str(reference["message_id"])}
        return {
            "id": str(self.new_id()), "channel_id": str(channel), "author": author, "timestamp": now(),
            "type": 19 if reference else 0, "content": body.get("content") or "", "embeds": body.get("embeds") or [],
            "components": body.get("components") or [], "edited_timestamp": None, "nonce": body.get("nonce"),
            "allowed_mentions": body.get("allowed_mentions"), "tts": False,
            "flags": (body.get("flags") or 0) & (EPHEMERAL | COMPONENTS_V2), "pinned": False,
            "mention_everyone": False, "mentions": [], "mention_roles": [], "attachments": [],
        } | ({"message_reference": reference} if reference else {})  # fmt: skip

    def member(self, user: Json, channel: int | None = None) -> Json:
        """A user as member of the guild."""
        roles = [str(role) for role in self.roles_of.get(int(user["id"]), [])]
        shown: Json = {"user": user, "roles": roles, "joined_at": now(), "deaf": False, "mute": False, "flags": 0}
        return shown if channel is None else shown | {"permissions": str(self.permissions(int(user["id"]), channel))}

    def guild(self, number: int) -> Json:
        """A guild as GUILD_CREATE shows it. `member_count` is the number of members sent: else each start waits 5 s."""
        roles = [
            {
                "id": str(role), "name": "@everyone" if role == number else f"role {role}",
                "position": int(role != number), "permissions": str(may), "color": 0,
                "colors": {"primary_color": 0}, "hoist": False, "managed": role == BOT_ROLE, "mentionable": False,
                "flags": 0,
            }
            for role, may in self.roles.items()
            if role == number or role not in self.guilds
        ]  # fmt: skip
        return {
            "id": str(number), "name": self.guilds[number], "owner_id": str(PERSON_ID), "roles": roles,
            "channels": [one.as_json() for one in self.channels.values() if one.guild == number],
            "members": [self.member(BOT)], "member_count": 1, "unavailable": False, "emojis": [], "features": [],
            "threads": [], "stickers": [], "voice_states": [], "presences": [],
        }  # fmt: skip
