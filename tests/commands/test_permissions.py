"""Who may give which command."""

from __future__ import annotations

import contextlib

import pytest

from bot.commands import Asker, Command, Context
from bot.commands.context import OPERATOR, ROLES, Role
from bot.commands.dispatch import check_allowed
from bot.errors import UserError
from bot.model import Card


async def who_asks(context: Context, arguments: str, page: int = 0) -> Card:
    return Card(context.asker.person)


def command(who: Role) -> Command:
    return Command("secret", who_asks, "Says who asks.", "!secret", ("!secret",), who)


@pytest.mark.parametrize("asked", ROLES)
@pytest.mark.parametrize("needed", ROLES)
def test_a_command_may_be_given_by_those_it_is_for_and_those_above(needed: Role, asked: Role) -> None:
    asker = Asker("discord:user:1", "discord:2", asked)
    assert asker.may(command(needed)) == (ROLES.index(asked) >= ROLES.index(needed))


@pytest.mark.parametrize(
    ("needed", "sentence"),
    [("manager", "!secret is for whoever manages this server."), ("owner", "!secret is for whoever runs the bot.")],
)
def test_others_are_told_whom_it_is_for(needed: Role, sentence: str) -> None:
    with pytest.raises(UserError, match=sentence):
        check_allowed(Asker("discord:user:1", "discord:2"), command(needed))


def test_whoever_has_the_terminal_may_give_every_command() -> None:
    for role in ROLES:
        check_allowed(OPERATOR, command(role))


async def test_a_command_learns_who_asks_and_the_bots_own_context_stays_as_it_was(empty: Context) -> None:
    card = await who_asks(empty.asked_by(Asker("discord:user:1", "discord:2")), "")
    assert (card.title, empty.asker) == ("discord:user:1", OPERATOR)


async def test_it_is_told_of_each_command_how_it_was_answered(empty: Context) -> None:
    heard: list[tuple[str, str]] = []
    empty.told = lambda *what: heard.append(what)

    async def run(context: Context, arguments: str, page: int = 0) -> Card:
        if arguments:
            raise {"mistake": UserError, "fault": ValueError}[arguments](arguments)
        return Card("Well")

    asked = Command("try", run, "Tries.", "!try", ("!try",))
    for arguments in ("", "mistake", "fault"):
        with contextlib.suppress(UserError, ValueError):
            await asked.run(empty.asked_by(OPERATOR), arguments)
    assert heard == [("try", "answered"), ("try", "mistaken"), ("try", "failed")]
