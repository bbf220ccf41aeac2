"""`!help`: the commands, how each is written, and the language of queries.

`COMMANDS` is the one list of them: help, the console, the Discord cogs and the tests go by it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType

from bot import cards
from bot.commands.about import about
from bot.commands.alerts import alerts
from bot.commands.case import case
from bot.commands.claims import claims
from bot.commands.context import Command, Context
from bot.commands.denials import denials
from bot.commands.feed import feed, sources
from bot.commands.forget import forget
from bot.commands.health import health
from bot.commands.latest import latest
from bot.commands.prefs import mute, prefs, unmute
from bot.commands.reload import reload, sync
from bot.commands.rule import rule
from bot.commands.setup import setup
from bot.commands.subscriptions import follow, subscribe, subscriptions, unsubscribe
from bot.commands.why import why
from bot.errors import UserError
from bot.model import PHASES, STANCES, STATUSES, WEAPONS, Card
from bot.queries.language import nearest

_LANGUAGE: Mapping[str, tuple[str, ...]] = {
    "What a query may hold": (
        "Actors by name, adjective, capital or code: russia, russian, moscow, ru",
        "Weapons: drones, shells, tanks; any other word is looked for in the stories",
        "from: supplier · to: recipient · by: who says it · iran>russia is from:iran to:russia",
        'outlet:"the hill" · since:30d · until:2022-12-23 · also 2w, 6m, 1y, today, yesterday, 2022-12, 2022',
        "- excludes: -drones · OR joins two terms: drones OR missiles",
    ),
    "Values": (
        f"weapon: {', '.join(WEAPONS)}",
        f"status: {', '.join(STATUSES)}",
        f"stance: {', '.join(STANCES)} · phase: {', '.join(PHASES)}",
    ),
}


async def help(context: Context, arguments: str, page: int = 0) -> Card:  # noqa: A001
    """What the commands do, with examples, or the one named in `arguments`; UserError when there is none such.

    Those for everybody are on page 0, those for who manages or runs the bot on page 1: Discord shows only 25 fields.
    """
    wanted = arguments.strip().casefold().lstrip("!/")
    if not wanted and page:
        return cards.usage(
            "What managers can ask", _written(one for one in COMMANDS.values() if one.who != "everyone"), {}
        )
    if not wanted:
        asked = cards.usage(
            "What you can ask", _written(one for one in COMMANDS.values() if one.who == "everyone"), _LANGUAGE
        )
        return replace(asked, more=True, footer="On the next page: what managers can ask")
    if wanted not in COMMANDS:
        raise unknown_command(wanted)
    command = COMMANDS[wanted]
    return cards.usage(f"!{command.name}", _written([command]), _LANGUAGE if "QUERY" in command.usage else {})


def unknown_command(name: str) -> UserError:
    """The error for a command that does not exist, with the nearest one that does."""
    likely = nearest(name, COMMANDS)
    hint = f"Did you mean !{likely}?" if likely else "Write !help to see what there is."
    return UserError(f"There is no command “{cards.shorten(name, 40)}”. {hint}")


def _written(commands: Iterable[Command]) -> dict[str, tuple[str, tuple[str, ...]]]:
    return {command.usage: (command.help, command.examples) for command in commands}


COMMANDS: Mapping[str, Command] = MappingProxyType(
    {
        command.name: command
        for command in (
            Command(
                "claims",
                claims,
                "Lists the cases that a query finds, newest first; without one, the newest of all.",
                "!claims [QUERY]",
                ("!claims russia", "!claims russia from:iran since:30d", "!claims status:contested -drones"),
            ),
            Command(
                "case",
                case,
                "Shows one case: who says so and who denies it, in which words, reported by whom.",
                "!case NUMBER",
                ("!case 1",),
            ),
            Command(
                "denials",
                denials,
                "Lists who denies what, newest first, each with the claim that it answers.",
                "!denials [QUERY]",
                ("!denials", "!denials by:iran", "!denials to:russia weapon:ammunition"),
            ),
            Command(
                "latest",
                latest,
                "Lists the newest claims and denials, 10 of them or as many as you say, up to 25.",
                "!latest [NUMBER]",
                ("!latest", "!latest 25"),
            ),
            Command(
                "why",
                why,
                "Says what a case's claims, or a story, were read from and by which rules, or why there are none.",
                "!why NUMBER or LINK",
                ("!why 1", "!why https://example.org/story"),
            ),
            Command(
                "sources",
                sources,
                "Lists the feeds: outlet, who owns it, country, and whether it can be read.",
                "!sources [WORD]",
                ("!sources", "!sources think tank"),
            ),
            Command(
                "feed",
                feed,
                "Adds, tests, pauses, removes, imports and exports feeds; without more, says how.",
                "!feed [add, list, errors, test, pause, resume, remove, starter, import or export] …",
                ("!feed", "!feed list", "!feed starter", "!feed export"),
                who="manager",
            ),
            Command(
                "subscribe",
                subscribe,
                "Tells this channel (here) or you (me) of all that fits a query: at once, daily or weekly.",
                "!subscribe QUERY [here|me] [now|daily|weekly] [@ROLE]",
                (
                    "!subscribe russia",
                    "!subscribe from:iran drones me daily",
                    "!subscribe status:contested here weekly",
                ),
            ),
            Command(
                "unsubscribe",
                unsubscribe,
                "Ends a subscription, by its number or its query; `all` ends all of them here.",
                "!unsubscribe NUMBER or QUERY",
                ("!unsubscribe 3", "!unsubscribe russia", "!unsubscribe all"),
            ),
            Command(
                "subscriptions",
                subscriptions,
                "Lists what this channel and you are told of, and how often.",
                "!subscriptions",
                ("!subscriptions",),
            ),
            Command(
                "follow",
                follow,
                "Tells you of all that is said of a case's supplier and recipient from now on.",
                "!follow NUMBER [here|me]",
                ("!follow 1",),
            ),
            Command(
                "mute",
                mute,
                "Tells this channel (here) or you (me) nothing more of a case, for a while or for good.",
                "!mute NUMBER [7d] [here|me]",
                ("!mute 1", "!mute 1 7d here"),
            ),
            Command("unmute", unmute, "Tells of a muted case again.", "!unmute NUMBER [here|me]", ("!unmute 1",)),
            Command(
                "prefs",
                prefs,
                "Shows or changes when you are told: time zone, quiet hours, and at which hour digests come.",
                "!prefs [here] [zone ZONE | quiet FROM-TO | now | daily TIME | weekly DAY TIME]",
                ("!prefs", "!prefs zone Europe/Berlin", "!prefs quiet 22:00-07:00", "!prefs here daily 08:30"),
            ),
            Command(
                "setup",
                setup,
                "Sets this channel up, step by step: feeds, what it is told of, when; shows what an alert is like.",
                "!setup [feeds | QUERY [now|daily|weekly] | now | daily | weekly]",
                ("!setup", "!setup russia", "!setup everything daily"),
                who="manager",
            ),
            Command(
                "alerts",
                alerts,
                "Lists, edits, pauses and tests what this channel is told of, and counts its alerts.",
                "!alerts [list | edit NUMBER CHANGE | pause NUMBER [7d] | resume NUMBER | test [NUMBER]]",
                (
                    "!alerts",
                    "!alerts edit 3 from:iran daily",
                    "!alerts edit 3 nobody",
                    "!alerts pause 3 7d",
                    "!alerts test",
                ),
                who="manager",
            ),
            Command(
                "rule",
                rule,
                "Shows how a headline is read: its claims, words and rules, or why it is passed over.",
                '!rule test "HEADLINE"',
                ('!rule test "Iran denies sending drones to Russia"',),
                who="manager",
            ),
            Command(
                "health",
                health,
                "Says how the feeds, the alerts that are owed, and the database are, and what went wrong last.",
                "!health",
                ("!health",),
                who="manager",
            ),
            Command(
                "reload",
                reload,
                "Reads your own rules again and says what changed, or what is wrong in which file.",
                "!reload rules",
                ("!reload rules",),
                who="owner",
            ),
            Command(
                "sync",
                sync,
                "Takes in feeds and subscriptions of config.toml and announces the slash commands again.",
                "!sync",
                ("!sync",),
                who="owner",
            ),
            Command(
                "about",
                about,
                "Says what this bot is, how much it keeps and since when, how it reads, and what it keeps of you.",
                "!about",
                ("!about",),
            ),
            Command(
                "forget",
                forget,
                "Shows what is kept of you, and removes it when you say so.",
                "!forget me [yes]",
                ("!forget me",),
            ),
            Command(
                "help",
                help,
                "Says what you can ask, or more about one command.",
                "!help [COMMAND]",
                ("!help", "!help claims"),
            ),
        )
    }
)
