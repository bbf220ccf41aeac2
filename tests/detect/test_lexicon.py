"""What words mean (in stories: see `tables/`), and what is refused in a rule file."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.detect.examples import check
from bot.detect.lexicon import load
from bot.errors import RuleError
from tests.detect.reading import found


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("russia", "RU"),
        ("Russian", "RU"),
        ("moscow", "RU"),
        ("ru", "RU"),
        ("north korea", "KP"),
        ("dprk", "KP"),
        ("the Emirates", "AE"),
        ("Dutch", "NL"),
        ("wagner", "WAGNER"),
        ("rapid support forces", "RSF"),
        ("Yemen", "YE"),
        ("atlantis", None),
    ],
)
def test_people_find_an_actor_by_any_of_its_names(words: str, code: str | None) -> None:
    assert load().find_actor(words) == code


def test_every_state_of_the_world_has_a_name() -> None:
    lexicon = load()
    assert {"KP", "RU", "TW", "XK", "PS", "EH", "VA", "SS"} <= lexicon.actors.keys()
    assert lexicon.name("KP") == "North Korea"
    assert lexicon.name(None) == ".."
    assert lexicon.name("FOO REBELS") == "Foo rebels"


def test_copies_of_an_agency_have_one_publisher() -> None:
    lexicon = load()
    assert lexicon.publisher("Reuters via The Fore") == lexicon.publisher("Thomson Reuters") == "Reuters"
    assert lexicon.publisher("AP") == "Associated Press"
    assert lexicon.publisher("The Strelsau Herald") == "The Strelsau Herald"


def test_every_rule_keeps_to_its_examples() -> None:
    check()


def rules_folder(tmp_path: Path, name: str, content: str) -> Path:
    (tmp_path / name).write_text(content, encoding="utf-8")
    return tmp_path


def test_a_user_adds_an_actor_a_weapon_and_a_verb(tmp_path: Path) -> None:
    rules_folder(tmp_path, "actors.toml", '[[actor]]\ncode = "LEMURIA"\nname = "Lemuria"\nadjectives = ["Lemurian"]\n')
    rules_folder(tmp_path, "weapons.toml", '[[weapon]]\ncategory = "missiles"\nwords = ["thunderstick"]\n')
    rules_folder(
        tmp_path,
        "verbs.toml",
        '[[verb]]\nname = "bestow"\nclass = "give"\nwords = ["bestow"]\n',
    )
    lexicon = load(tmp_path)
    assert lexicon.find_actor("lemurian") == "LEMURIA"
    assert lexicon.find_weapon("thundersticks") == "missiles"
    assert lexicon.find_actor("russia") == "RU"


def test_what_a_user_adds_to_a_known_actor_leaves_the_rest_as_it_is(tmp_path: Path) -> None:
    rules_folder(tmp_path, "actors.toml", '[[actor]]\ncode = "BE"\nseats = ["Laken"]\n\n[[actor]]\ncode = "RSF"\n')
    lexicon = load(tmp_path)
    assert (lexicon.find_actor("laken"), lexicon.name("BE")) == ("BE", "Belgium")
    assert lexicon.find_actor("brussels") == "EU"  # which the built-in rules take from Belgium
    assert lexicon.actors["RSF"].kind == "group"


def test_a_user_adds_places_makers_epithets_and_wars(tmp_path: Path) -> None:
    names = '[[actor]]\ncode = "LEMURIA"\nname = "Lemuria"\n\n[[actor]]\ncode = "MU"\nname = "Mu"\n\n'
    names += '[epithets]\n"the sunken realm" = ["LEMURIA"]\n\n[wars]\nLEMURIA = ["LEMURIA", "AGARTHA"]\n'
    rules_folder(tmp_path, "actors.toml", names)
    rules_folder(tmp_path, "places.toml", '[[place]]\ncode = "LEMURIA"\nnames = ["Port Lemur"]\n')
    weapons = '[[weapon]]\ncategory = "drones"\nwords = ["Skimmer-3"]\n\n[makers]\nMU = ["Skimmer-3"]\n'
    rules_folder(tmp_path, "weapons.toml", weapons)
    lexicon = load(tmp_path)
    reached = {"somebody says MU>LEMURIA missiles delivered"}
    assert found(lexicon, "Missiles from Mu arrive in Port Lemur") == reached
    assert found(lexicon, "Lemuria parades missiles", "The sunken realm received the missiles from Mu.") == reached
    assert found(lexicon, "Lemuria orders Skimmer-3s") == {"LEMURIA says MU>LEMURIA drones agreed"}
    sides = {f"MU denies MU>{side} unspecified delivered" for side in ("LEMURIA", "AGARTHA")}
    assert found(lexicon, "Mu arms neither side in Lemuria, Mu says") == sides


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("verbs.toml", "[[verb]\n", "verbs.toml is not valid TOML"),
        ("verbs.toml", '[[verb]]\nname = "x"\nclass = "gve"\nwords = ["x"]\n', "class 'gve' is none of give"),
        ("verbs.toml", '[[verb]]\nname = "x"\nclass = "give"\nword = ["x"]\n', "there is no key 'word'"),
        ("weapons.toml", '[[weapon]]\ncategory = "lasers"\nwords = ["x"]\n', "category is none of aircraft"),
        ("actors.toml", '[[actor]]\nname = "x"\n', "code is missing"),
        ("places.toml", '[[place]]\nnames = ["x"]\n', "code is missing"),
        ("weapons.toml", '[makers]\nMU = "Skimmer-3"\n', "must be a list of words"),
        ("actors.toml", '[[actors]]\ncode = "x"\n', "there is no table 'actors'"),
        ("outlets.toml", '[outlet]\nname = "x"\n', "write [[outlet]]"),
        ("weapons.toml", '[[weapon]]\ncategory = "drones"\nwords = "x"\n', "must be a list of words"),
    ],
)
def test_a_rule_file_that_cannot_be_used_says_why(tmp_path: Path, name: str, content: str, says: str) -> None:
    with pytest.raises(RuleError) as error:
        load(rules_folder(tmp_path, name, content))
    assert says in str(error.value)
    assert name in str(error.value)


def test_a_rule_that_fails_its_example_stops_the_start(tmp_path: Path) -> None:
    content = (
        '[[verb]]\nname = "x"\nclass = "give"\nwords = ["bestow"]\nmatch = ["Freedonia bestowed grain on Sylvania"]\n'
    )
    with pytest.raises(RuleError, match="bestowed grain"):
        check(rules_folder(tmp_path, "verbs.toml", content))


def test_a_rules_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(RuleError, match="does not exist"):
        load(tmp_path / "nowhere")
