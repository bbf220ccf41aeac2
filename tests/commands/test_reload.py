"""`!reload rules` and `!sync`, given to an app with files of its own."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

from bot.app import App, opened
from bot.commands import Asker, Context, answer
from bot.config import Config, load
from bot.errors import RetryLater
from bot.store.subscriptions import subscribe
from tests.commands.conftest import NOW
from tests.commands.test_commands import lines, refusal
from tests.test_reload import PLACES, WEAPON, rules_of

CONFIG = 'database = "x.db"\nrules = "rules"\n'
FEED = '[[feeds]]\nurl = "http://127.0.0.1:9/{name}"\n'
SUBSCRIPTION = '[[subscriptions]]\nto = "console"\nquery = "{query}"\n'


def configured(tmp_path: Path, *tables: str) -> Path:
    """A config.toml with these tables, and a folder of rules beside it."""
    file = tmp_path / "config.toml"
    file.write_text(CONFIG + "".join(tables), encoding="utf-8")
    rules_of(tmp_path, actors=PLACES)
    return file


def opened_from(file: Path) -> AbstractAsyncContextManager[App]:
    return opened(load(file), lambda: NOW, reread=lambda: load(file))


# ── reload rules ─────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_what_changed_in_the_rules_is_said_and_in_use_at_once(tmp_path: Path) -> None:
    async with opened_from(configured(tmp_path)) as app:
        rules_of(tmp_path, weapons=WEAPON, actors=PLACES.replace('name = "Sylvania"', 'name = "Greater Sylvania"'))
        card = await answer(app.context, "!reload rules")
        assert card.title == "2 rules changed"
        assert lines(card) == [
            f"{tmp_path / 'rules'}: actors.toml, weapons.toml. All examples of the rules hold.",
            "actors.toml: actor SYLVANIA changed",
            "weapons.toml: weapon missiles changed",
        ]
        assert app.lexicon.find_weapon("thunderstick") == "missiles"


async def test_rules_that_are_as_they_were_are_said_to_be_so(tmp_path: Path) -> None:
    async with opened_from(configured(tmp_path)) as app:
        before = app.lexicon
        assert (await answer(app.context, "!reload rules")).title == "The rules have not changed"
        assert app.lexicon is before


async def test_what_the_bot_has_taken_in_by_itself_meanwhile_is_said_with_its_time(tmp_path: Path) -> None:
    async with opened_from(configured(tmp_path)) as app:
        rules_of(tmp_path, weapons=WEAPON)
        await app.look_at_rules()
        card = await answer(app.context, "!reload rules")
        assert (card.title, card.sections[1].heading) == (
            "The rules have not changed",
            "Last changed, 2026-03-01 12:00 UTC",
        )
        assert lines(card)[1:] == ["weapons.toml: weapon missiles changed"]


@pytest.mark.parametrize(
    ("weapons", "reason"),
    [
        ("[[weapon]\n", "weapons.toml is not valid TOML"),
        ('[[weapon]]\ncategory = "drones"\nwrods = ["x"]\n', "weapon drones: there is no key 'wrods'"),
        ('[[weapon]]\ncategory = "lasers"\nwords = ["x"]\n', "weapon lasers: category is none of"),
    ],
)
async def test_what_is_wrong_with_the_rules_is_said_each_time_with_file_and_key(
    tmp_path: Path, weapons: str, reason: str
) -> None:
    async with opened_from(configured(tmp_path)) as app:
        before = app.lexicon
        rules_of(tmp_path, weapons=weapons)
        for _ in range(2):
            told = await refusal(app.context, "!reload rules")
            assert "those before them stay" in told
            assert reason in told
        assert app.lexicon is before


async def test_subscriptions_that_the_new_rules_cant_read_are_named(tmp_path: Path) -> None:
    async with opened_from(configured(tmp_path)) as app:
        await app.store.write(
            subscribe, "discord:7", "from:sylvania", rhythm=None, maker="discord:user:1", mention=None, now=NOW
        )
        (tmp_path / "rules" / "actors.toml").unlink()
        card = await answer(app.context, "!reload rules")
        assert card.sections[-1].heading == "Subscriptions that these rules can't read"
        assert lines(card)[-1].startswith("1 · from:sylvania: There is no actor “sylvania”")


async def test_without_a_folder_of_rules_one_is_told_how_to_have_one(tmp_path: Path) -> None:
    async with opened(Config(database=tmp_path / "x.db")) as app:
        card = await answer(app.context, "!reload rules")
        assert card.title == "Only the rules that come with Claimwatch are in use"
        assert "Write !reload rules. For config.toml there is !sync." in await refusal(app.context, "!reload")


# ── sync ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_what_was_changed_in_config_toml_is_taken_in_without_a_restart(tmp_path: Path) -> None:
    file = configured(tmp_path, FEED.format(name="old"), SUBSCRIPTION.format(query="sylvania"))
    async with opened_from(file) as app:
        await app.sync()
        configured(tmp_path, FEED.format(name="new"), SUBSCRIPTION.format(query="freedonia"))
        card = await answer(app.context, "!sync")
        assert card.title == "In step with config.toml"
        assert [(section.heading, section.lines[0][0].text) for section in card.sections] == [
            ("Feeds that are polled now", "http://127.0.0.1:9/new"),
            ("Feeds that are polled no longer", "http://127.0.0.1:9/old"),
            ("Subscriptions that began", "console: freedonia"),
            ("Subscriptions that ended", "console: sylvania"),
            ("Slash commands", "No platform that has to be told of them is on."),
        ]
        assert "They are as config.toml has them." in lines(await answer(app.context, "!sync"))


async def test_a_mistake_in_config_toml_is_said_and_changes_nothing(tmp_path: Path) -> None:
    file = configured(tmp_path, SUBSCRIPTION.format(query="sylvania"))
    async with opened_from(file) as app:
        await app.sync()
        configured(tmp_path, SUBSCRIPTION.format(query="form:sylvania"))
        told = await refusal(app.context, "!sync")
        assert told.startswith('Nothing was changed. subscriptions.1.query is "form:sylvania"')
        configured(tmp_path, SUBSCRIPTION.format(query="sylvania"))
        assert "They are as config.toml has them." in lines(await answer(app.context, "!sync"))


class Announcing:
    """A platform with slash commands, or one that can't be reached."""

    name = "discord"

    def __init__(self, fails: Exception | None = None) -> None:
        self._fails = fails

    async def announce(self) -> int:
        if self._fails:
            raise self._fails
        return 21


@pytest.mark.parametrize(
    ("platform", "said"),
    [
        (Announcing(), "Discord was told of 21."),
        (Announcing(RetryLater("Discord is not connected.")), "They could not be announced. Discord is not connected."),
    ],
)
async def test_slash_commands_are_announced_again(tmp_path: Path, platform: Announcing, said: str) -> None:
    async with opened_from(configured(tmp_path)) as app:
        app.announcers.append(platform)
        assert lines(await answer(app.context, "!sync"))[-1] == said


async def test_rules_are_checked_by_the_subscriptions_that_were_taken_in(tmp_path: Path) -> None:
    file = configured(tmp_path, SUBSCRIPTION.format(query="from:sylvania"))
    async with opened_from(file) as app:
        await app.sync()
        (tmp_path / "rules" / "actors.toml").unlink()
        assert 'subscriptions.1.query is "from:sylvania"' in await refusal(app.context, "!reload rules")
        file.write_text(CONFIG)
        await answer(app.context, "!sync")
        assert (await answer(app.context, "!reload rules")).title == "2 rules changed"


# ── who ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("text", ["!reload rules", "!sync"])
async def test_they_are_for_whoever_runs_the_bot(context: Context, text: str) -> None:
    manager = Asker("discord:user:2", "discord:7", "manager", keeps_place=True)
    assert "is for whoever runs the bot" in await refusal(context.asked_by(manager), text)


@pytest.mark.parametrize("text", ["!reload rules", "!sync"])
async def test_where_no_bot_is_around_that_is_said(empty: Context, text: str) -> None:
    assert "There is no bot here that could do that" in await refusal(empty, text)
