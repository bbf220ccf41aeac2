"""What Slack's errors mean: wait, give the channel up, tell the operators, or say it shorter."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError

from bot.errors import DeliveryError, DestinationGone, Refused, RetryLater

# What no retry mends: https://docs.slack.dev/reference/methods/chat.postMessage#errors
_GONE: Mapping[str, str] = {
    "channel_not_found": "the channel does not exist any more, or the bot is not in it; invite it with /invite",
    "not_in_channel": "the bot is not in the channel; invite it with /invite",
    "is_archived": "the channel is archived",
    "restricted_action": "the workspace does not let the bot write there",
    "restricted_action_read_only_channel": "the channel is read-only",
    "restricted_action_thread_only_channel": "the channel takes replies only",
    "restricted_action_non_threadable_channel": "the channel takes no replies",
    "user_not_found": "there is no such person",
    "user_disabled": "that person's account is closed",
    "cannot_dm_bot": "that is a bot, which takes no messages",
    "messages_tab_disabled": "the app takes no direct messages; paste the manifest anew (claimwatch slack-manifest)",
}
# The token, and with it the whole workspace.
_REFUSED: Mapping[str, str] = {
    "account_inactive": "the app was removed from the workspace, or switched off there",
    "token_revoked": "the token was revoked",
    "token_expired": "the token has expired",
    "invalid_auth": "the token is not known",
    "not_authed": "there is no token",
    "not_allowed_token_type": "it is a token of another kind",
    "missing_scope": "the app lacks a scope",
    "team_access_not_granted": "the app has no access to the workspace",
    "access_denied": "the app has no access to the workspace",
    "no_permission": "the app has no access to the workspace",
    "org_login_required": "the workspace is being moved, or an administrator has to log in",
    "ekm_access_denied": "an administrator has closed the workspace's messages",
}
_WAIT = frozenset(
    {
        *("ratelimited", "rate_limited", "message_limit_exceeded"),
        *("internal_error", "fatal_error", "service_unavailable", "request_timeout", "team_added_to_org"),
        "external_channel_migrating",
    }
)
_TOO_LONG = frozenset({"msg_too_long", "msg_blocks_too_long", "invalid_blocks", "invalid_blocks_format"})

# What slack_sdk lets through of the connection under it.
_BROKEN = (aiohttp.ClientError, OSError)  # TimeoutError is an OSError


class TooLong(DeliveryError):
    """Slack finds the message too long, or has something against its blocks."""


class NotThere(DeliveryError):
    """The message or thread that was meant is not there any more, or can't be changed."""


_NOT_THERE = frozenset(
    {"message_not_found", "thread_not_found", "cant_update_message", "edit_window_closed", "cannot_reply_to_message"}
)


@contextmanager
def errors_of(what: str) -> Iterator[None]:
    """Turn slack_sdk's errors about `what`, and those of the connection under it, into ours."""
    try:
        yield
    except SlackApiError as error:
        raise _error(what, error) from error
    except _BROKEN as error:
        raise RetryLater(f"Slack can't be reached: {str(error) or type(error).__name__}.") from error
    except SlackClientError as error:
        raise DeliveryError(f"{what}: {error}") from error


def _error(what: str, error: SlackApiError) -> DeliveryError:
    code, status, wait = _details(error)
    if code in _GONE:
        return DestinationGone(f"{what}: {_GONE[code]} (Slack's error {code}).")
    if code in _REFUSED:
        needed = error.response.get("needed") if code == "missing_scope" else None
        return Refused(
            f"Slack refuses the app: {_REFUSED[code]}{f', {needed}' if needed else ''} ({code}). "
            "`claimwatch check` says what to mend.",
            code,
        )
    if code in _WAIT or status == 429 or status >= 500 or not code:
        return RetryLater(f"Slack could not do it now ({code or status}).", wait)
    if code in _TOO_LONG:
        return TooLong(f"Slack finds the message to {what} too long ({code}).")
    if code in _NOT_THERE:
        return NotThere(f"{what}: the message is not there any more, or can't be changed ({code}).")
    return DeliveryError(f"Slack refused the message to {what} (error {code}).")


def _details(error: SlackApiError) -> tuple[str, int, float | None]:
    """Slack's error code, the HTTP status and the seconds to wait; the code is "" for what is not Slack's answer."""
    response = error.response  # of slack_sdk, or of aiohttp where the body could not be read
    status = int(getattr(response, "status_code", 0) or getattr(response, "status", 0))
    data = getattr(response, "data", None)
    code = str(data.get("error") or "") if isinstance(data, dict) else ""
    try:
        return code, status, float(response.headers["Retry-After"])
    except (KeyError, ValueError):
        return code, status, None
