"""One convention for all platforms: each command is on Discord, Slack and the console, and says the same on each.

The real discord.py and slack-bolt are asked, the one in a simulated Discord, the other by a small Slack on loopback.
"""

from __future__ import annotations

import html
import io
import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
from discord import AppCommandType, app_commands
from discord.ext import commands
from rich.console import Console

from bot.commands import COMMANDS, Context, answer
from bot.commands.context import ROLES
from bot.commands.dispatch import command_of
from bot.model import STATUSES, Card
from bot.platforms.console_app import ConsoleApp
from bot.platforms.discord_app import DiscordBot
from bot.platforms.slack_app import SlackApp
from bot.platforms.slack_manifest import manifest
from bot.store.subscriptions import all_subscriptions
from cogs import adder
from tests.cogs.test_commands import channel
from tests.fakes.slack_people import slash
from tests.fakes.slack_server import APP_TOKEN, TOKEN, SlackServer, slack_server

__all__ = ["channel"]

# The words of the design that a command may be called by, and what else one can do.
NOUNS = {"claim", "case", "denial", "source", "feed", "subscription", "alert", "rule", "pref", "correction"}
VERBS = {
    "subscribe",
    "unsubscribe",
    "follow",
    "mute",
    "unmute",
    "reload",
    "sync",
    "setup",
    "forget",
    "correct",
    "merge",
    "split",
    "undo",
}
ABOUT_THE_BOT = {"help", "about", "health", "why", "latest"}

ASKING = ("claims", "case", "denials", "latest", "why", "sources", "help", "about")  # the others change something
QUESTIONS = [
    example.replace("https://example.org/story", "https://example.org/20")
    for name in ASKING
    for example in COMMANDS[name].examples
]
LEADING = [
    "!claims freedonia>sylvania",
    "!denials freedonia>",
    "!claims >ruritania status:acknowledged",
    "!help claims",
]
OPTIONS = {"claims": "query", "case": "number", "denials": "query", "latest": "number", "why": "about"}
OPTIONS |= {"sources": "word", "help": "command"}  # what Discord calls the words behind a command


@pytest.fixture
def simcord_bot(context: Context) -> DiscordBot:
    bot = DiscordBot(adder(context))
    bot.shard_count = 1  # simcord has no gateway to ask how many
    return bot


@pytest.fixture
async def slack(context: Context) -> AsyncIterator[SlackServer]:
    async with slack_server() as server:
        app = SlackApp(TOKEN, APP_TOKEN, context, base_url=server.base_url, apart=0, ping=0.1)
        await app.start()
        yield server
        await app.stop()


# ── what there is ────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_discord_has_every_command_by_prefix_and_slash_and_no_other(simcord_env: Any) -> None:
    bot = simcord_env.bot
    assert {command.name for command in bot.commands} == set(COMMANDS)
    assert {command.name for command in bot.tree.get_commands(type=AppCommandType.chat_input)} == set(COMMANDS)


async def test_discord_shows_the_help_that_the_command_has(simcord_env: Any) -> None:
    for shown in simcord_env.bot.commands:
        command = COMMANDS[shown.name]
        assert isinstance(shown, commands.HybridCommand)
        assert shown.description == command.help
        assert command.examples[0] in (shown.help or "")
        assert isinstance(shown.app_command, app_commands.Command)
        assert all(parameter.description != "…" for parameter in shown.app_command.parameters)


async def test_slack_takes_every_command_behind_its_own(slack: SlackServer) -> None:
    for number, (name, command) in enumerate(COMMANDS.items()):
        asker, user = f"U0{number:04}", f"U1{number:04}"  # who asks too often is put off
        await slash(slack, "/claimwatch", f"help {name}", user=asker)
        assert command.help in html.unescape((await newest(slack, asker))["text"])
        # By themselves the first two open a form.
        await slash(slack, "/claimwatch", f"{name} here" if name in ("subscribe", "prefs") else name, user=user)
        assert "There is no command" not in (await newest(slack, user))["text"]


async def newest(slack: SlackServer, user: str) -> dict[str, Any]:
    """What this person alone was told last."""
    found: list[dict[str, Any]] = await slack.until(lambda: [one for one in slack.whispers if one["user"] == user])
    return found[-1]


def test_slack_announces_no_command_that_does_not_exist() -> None:
    announced = set(re.findall(r'"command": "/(\w+)"', manifest()))
    assert announced - {"claimwatch"} <= set(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_has_help_and_examples_that_are_understood(name: str) -> None:
    command = COMMANDS[name]
    assert command.name == name
    assert command.who in ROLES
    assert command.help.endswith(".")
    assert len(command.help) <= 100  # https://docs.discord.com/developers/interactions/application-commands
    assert command.usage.startswith(f"!{name}")
    assert command.examples
    for example in command.examples:
        assert command_of(example)[0] is command


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_is_called_by_a_word_of_the_design(name: str) -> None:
    assert name.removesuffix("s") in NOUNS or name in VERBS | ABOUT_THE_BOT


# ── what is said ─────────────────────────────────────────────────────────────────────────────────────────────────────


def plain(text: str) -> str:
    """The letters and digits of what is shown, in small, without what each platform adds to draw them."""
    without_hosts = re.sub(r"\((?:https?\W+[^\s)]+|[\w\\-]+(?:\.[\w\\-]+)+)\)", "", html.unescape(text))
    return " ".join(re.findall(r"[^\W_]+", without_hosts.casefold()))


def facts(card: Card) -> list[str]:
    """What an answer says: its title, its headings and its lines, with the numbers and statuses of the cases."""
    told = [card.title, *(section.heading or "" for section in card.sections)]
    told += ["".join(text.text for text in line) for section in card.sections for line in section.lines]
    return [plain(fact) for fact in told if plain(fact)]


def on_console(card: Card) -> str:
    written = io.StringIO()
    ConsoleApp(Console(file=written, width=400), plain=True).show(card)
    return written.getvalue()


def on_discord(message: Any) -> str:
    (embed,) = message.embeds
    fields = "\n".join(f"{field.name}\n{field.value}" for field in embed.fields)
    return f"{embed.title}\n{embed.description or ''}\n{fields}"


async def test_a_question_is_answered_with_the_same_facts_on_every_platform(
    context: Context, channel: Any, slack: SlackServer, simcord_env: Any
) -> None:
    for number, question in enumerate([*QUESTIONS, *LEADING]):
        card = await answer(context, question)
        name, _, arguments = question.removeprefix("!").partition(" ")
        ann = simcord_env.guild.add_member(simcord_env.create_user(f"ann{number}"))  # who asks too often is put off
        await simcord_env.advance_time(10)  # and so is a channel in which all ask too often
        await ann.send(channel, question)
        typed = on_discord(channel.last_message)
        chosen = await ann.slash(channel, name, **({OPTIONS[name]: arguments} if arguments else {}))
        await slash(slack, "/claimwatch", question, user=f"U0{number:04}")
        shown = {
            "console": on_console(card),
            "Discord, typed": typed,
            "Discord, slash": on_discord(chosen.response),
            "Slack": (await newest(slack, f"U0{number:04}"))["text"],
        }
        for place, text in shown.items():
            assert [fact for fact in facts(card) if fact not in plain(text)] == [], f"{place} leaves out of {question}"
            assert statuses(text) == statuses(shown["console"]), f"{place} tells other statuses at {question}"


def statuses(text: str) -> list[str]:
    """Every status that a text tells of, in its order."""
    return [word for word in plain(text).split() if word in STATUSES]


@pytest.mark.parametrize("query", ["freedonia>sylvania", "freedonian > sylvanian", "Freedonia>", "FREEDONIA>SYLVANIA"])
async def test_from_and_to_are_understood_wherever_a_query_is_taken(context: Context, query: str) -> None:
    for name in ("claims", "denials", "subscribe"):
        assert (await answer(context, f"!{name} {query}")).cases == (1,)
    await answer(context, f"!unsubscribe {query}")
    assert (await answer(context, f"!setup {query}")).cases == (1,)
    (one,) = await context.store.read(all_subscriptions)
    assert one.query == query
    await answer(context, f"!alerts edit {one.id} ruritania")
    assert "freedonia" in (await answer(context, f"!alerts edit {one.id} {query}")).title.casefold()
