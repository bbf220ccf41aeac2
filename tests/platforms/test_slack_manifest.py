"""The manifest from which Slack makes the app: it asks for what the bot uses, and for no more."""

from __future__ import annotations

import json
import re
from importlib.resources import files

import pytest

from bot.commands import COMMANDS
from bot.platforms.slack_listen import ANYTHING, SHORTCUT
from bot.platforms.slack_manifest import manifest, scopes
from tests.fakes import slack_scopes
from tests.fakes.slack_methods import METHODS
from tests.fakes.slack_world import SCOPES

MANIFEST = json.loads(manifest())
# Alerts are posted and looked for wherever they may go, but the bot asks about channels only: `SlackApi.may_manage`.
WHERE = {"{}:history": ("channels", "groups", "im", "mpim"), "{}:read": ("channels", "groups")}


def called() -> set[str]:
    """The methods of the Web API that the bot calls."""
    source = files("bot.platforms").joinpath("slack_api.py").read_text(encoding="utf-8")
    written = set(re.findall(r"self\.client\.(\w+)", source))
    return {method for method in METHODS if method.replace(".", "_") in written}


def test_it_asks_for_the_scopes_of_what_the_bot_calls_and_is_told_and_for_no_other() -> None:
    needed = {slack_scopes.OF_COMMANDS}
    needed |= {slack_scopes.OF_EVENT[event] for event in events() if event in slack_scopes.OF_EVENT}
    for method in called():
        scope = slack_scopes.OF_METHOD.get(method, "")
        needed |= {scope.format(kind) for kind in WHERE.get(scope, ("",)) if scope}
    assert set(scopes()) == needed
    assert scopes() == sorted(scopes()) == SCOPES.split(",")


def events() -> list[str]:
    found: list[str] = MANIFEST["settings"]["event_subscriptions"]["bot_events"]
    return found


def test_it_subscribes_to_the_events_that_are_answered() -> None:
    source = files("bot.platforms").joinpath("slack_listen.py").read_text(encoding="utf-8")
    answered = set(re.findall(r'app\.event\("(\w+)"\)', source))
    assert {event.partition(".")[0] for event in events()} == answered


def test_it_turns_on_what_buttons_forms_and_the_home_tab_need() -> None:
    assert MANIFEST["settings"]["interactivity"]["is_enabled"]
    assert MANIFEST["settings"]["socket_mode_enabled"]
    assert MANIFEST["features"]["app_home"]["home_tab_enabled"]
    assert not MANIFEST["features"]["app_home"]["messages_tab_read_only_enabled"]
    (shortcut,) = MANIFEST["features"]["shortcuts"]
    assert (shortcut["type"], shortcut["callback_id"]) == ("message", SHORTCUT)
    assert len(shortcut["name"]) <= 24  # https://docs.slack.dev/reference/app-manifest


@pytest.mark.parametrize("declared", MANIFEST["features"]["slash_commands"], ids=lambda one: one["command"])
def test_each_slash_command_says_what_the_command_says_of_itself(declared: dict[str, str]) -> None:
    name = declared["command"].lstrip("/")
    assert name == ANYTHING or declared["description"] == COMMANDS[name].help


def test_the_slash_commands_are_those_of_the_documents() -> None:
    declared = [one["command"] for one in MANIFEST["features"]["slash_commands"]]
    assert declared == ["/claims", "/case", "/denials", "/subscribe", "/claimwatch"]
