"""Which scope a method or an event needs, as https://docs.slack.dev/reference/methods and …/events have it."""

from __future__ import annotations

from collections.abc import Mapping

# {} stands for the kind of conversation: channels, groups, im, mpim.
OF_METHOD: Mapping[str, str] = {
    "chat.postEphemeral": "chat:write",
    "chat.postMessage": "chat:write",
    "chat.update": "chat:write",
    "conversations.history": "{}:history",
    "conversations.info": "{}:read",
    "conversations.open": "im:write",
    "conversations.replies": "{}:history",
    "usergroups.users.list": "usergroups:read",
    "users.info": "users:read",
}
OF_EVENT: Mapping[str, str] = {
    "app_mention": "app_mentions:read",
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "message.im": "im:history",
    "message.mpim": "mpim:history",
}
OF_COMMANDS = "commands"  # slash commands and shortcuts
