"""How often commands may be given."""

from __future__ import annotations

import pytest

from bot.commands.cooldown import Cooldown, TooMuch

ANN, BEN, HERE = "discord:user:1", "discord:user:2", "discord:9"


def ask(cooldown: Cooldown, person: str, now: float, place: str | None = HERE) -> str:
    """What a person is told who asks: nothing, or when to try again."""
    try:
        cooldown.count(person, place, now)
    except TooMuch as error:
        return str(error)
    return ""


def test_a_person_may_ask_five_times_in_ten_seconds_and_then_again_when_the_first_is_that_long_ago() -> None:
    cooldown = Cooldown()
    assert not any(ask(cooldown, ANN, second) for second in range(5))
    assert ask(cooldown, ANN, 6) == "That was much at once. Try again in 4 s."
    assert not ask(cooldown, BEN, 6)
    assert not ask(cooldown, ANN, 10)
    assert "Try again in 1 s" in ask(cooldown, ANN, 10)


def test_many_people_together_can_not_flood_a_channel() -> None:
    cooldown = Cooldown()
    told = [ask(cooldown, f"discord:user:{number}", 0) for number in range(12)]
    assert told == [""] * 10 + ["Much is asked in this channel just now. Try again in 10 s."] * 2
    assert not ask(cooldown, "discord:user:11", 0, place="discord:10")
    assert not ask(cooldown, "discord:user:11", 10)


def test_an_answer_that_one_person_sees_takes_nothing_from_the_channel_s_others() -> None:
    cooldown = Cooldown()
    assert not any(ask(cooldown, f"discord:user:{number}", 0, place=None) for number in range(50))
    assert not ask(cooldown, ANN, 0)


def test_a_refusal_costs_nothing_and_is_marked_as_the_first_only_once() -> None:
    cooldown = Cooldown()
    for _ in range(5):
        cooldown.count(ANN, None, 0)
    firsts = []
    for _ in range(3):
        with pytest.raises(TooMuch) as caught:
            cooldown.count(ANN, None, 1)
        firsts.append(caught.value.first)
    assert firsts == [True, False, False]
    cooldown.count(ANN, None, 10)


def test_presses_are_counted_by_themselves() -> None:
    cooldown = Cooldown()
    for _ in range(10):
        cooldown.count_press(ANN, 0)
    with pytest.raises(TooMuch, match="Try again in 10 s"):
        cooldown.count_press(ANN, 0)
    assert not ask(cooldown, ANN, 0)


def test_a_busy_day_is_not_kept_in_memory() -> None:
    cooldown = Cooldown()
    for person in range(20_100):
        cooldown.count(f"discord:user:{person}", None, person * 0.1)
    assert len(cooldown._uses) <= 10_001
