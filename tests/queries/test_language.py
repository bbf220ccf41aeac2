"""Reading a query, and saying it in words."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.detect.lexicon import load
from bot.errors import UserError
from bot.model import Query
from bot.queries.language import FIELDS, describe, parse

NOW = datetime(2022, 12, 24, 10, 30, tzinfo=UTC)
LEXICON = load()


def read(text: str) -> list[str]:
    """The clauses as text: `-from:IR|weapon:drones`."""
    query = parse(text, LEXICON, NOW)
    return ["|".join(f"{'-' * term.negated}{term.field}:{term.value}" for term in clause) for clause in query.clauses]


def refuse(text: str) -> str:
    with pytest.raises(UserError) as caught:
        parse(text, LEXICON, NOW)
    return str(caught.value)


@pytest.mark.parametrize("text", ["russia", "Russian", "MOSCOW", "ru", "Russia's", "russia,", '"russia"', "“russia”"])
def test_an_actor_is_known_by_name_adjective_capital_or_code_in_any_case(text: str) -> None:
    assert read(text) == ["actor:RU"]


@pytest.mark.parametrize("text", ["north korea", "North Korean", '"north korea"', "dprk"])
def test_a_name_of_several_words_needs_no_quotes(text: str) -> None:
    assert read(text) == ["actor:KP"]


@pytest.mark.parametrize(
    ("text", "clauses"),
    [
        ("", []),
        ("south african drones", ["actor:ZA", "weapon:drones"]),
        ("weapon:air defence", ["weapon:air-defence"]),
        ("shipment russia", ["text:shipment", "actor:RU"]),
        ('"arms deal"', ["text:arms deal"]),
        ("from:north korea by:us", ["from:KP", "by:US"]),
        ('from:"north korea"', ["from:KP"]),
        ("by:media", ["by:MEDIA"]),
        ('FROM:iran outlet:"The Hill"', ["from:IR", "outlet:The Hill"]),
        ("status:Contested stance:denies phase:agreed", ["status:contested", "stance:denies", "phase:agreed"]),
        ("-drones -from:iran", ["-weapon:drones", "-from:IR"]),
        ('-"north korea" −north korea', ["-actor:KP"]),
        ("russia russia", ["actor:RU"]),
    ],
)
def test_words_and_fields_become_terms(text: str, clauses: list[str]) -> None:
    assert read(text) == clauses


@pytest.mark.parametrize("text", ["in russia", "is russia", "no russia"])
def test_a_small_english_word_is_no_country_code(text: str) -> None:
    assert read(text)[0].startswith("text:")


def test_in_capitals_the_code_is_meant() -> None:
    assert read("NO") == ["actor:NO"]


@pytest.mark.parametrize(
    "text", ["iran>russia", "iran > russia", "Iran → Russia", "iran->russia", '"iran">"russia"', "tehran>moscow"]
)
def test_a_dyad_is_supplier_and_recipient(text: str) -> None:
    assert read(text) == ["from:IR", "to:RU"]


@pytest.mark.parametrize(
    ("text", "clauses"),
    [
        (">russia", ["to:RU"]),
        ("russia>", ["from:RU"]),
        ("russia> ukraine", ["from:RU", "actor:UA"]),
        ("iran >russia", ["actor:IR", "to:RU"]),
        ("shells north korea>south africa", ["weapon:ammunition", "from:KP", "to:ZA"]),
        ("-iran>russia", ["-from:IR|-to:RU"]),
    ],
)
def test_either_side_of_a_dyad_may_be_left_out(text: str, clauses: list[str]) -> None:
    assert read(text) == clauses


@pytest.mark.parametrize(
    ("text", "clauses"),
    [
        ("russia drones OR missiles", ["actor:RU", "weapon:drones|weapon:missiles"]),
        ("north korea OR iran OR -russia", ["actor:KP|actor:IR|-actor:RU"]),
        ("iran>russia OR serbia", ["from:IR|actor:RS", "to:RU|actor:RS"]),
    ],
)
def test_or_joins_the_terms_beside_it_before_all_must_hold(text: str, clauses: list[str]) -> None:
    assert read(text) == clauses


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("since:30d", "2022-11-24T10:30:00"),
        ("since:2w", "2022-12-10T10:30:00"),
        ("since:6m", "2022-06-24T10:30:00"),
        ("since:1Y", "2021-12-24T10:30:00"),
        ("since:today", "2022-12-24T00:00:00"),
        ("since:yesterday", "2022-12-23T00:00:00"),
        ("since:2022-12-03", "2022-12-03T00:00:00"),
        ("since:2022-2", "2022-02-01T00:00:00"),
        ("since:2022", "2022-01-01T00:00:00"),
        ("until:yesterday", "2022-12-24T00:00:00"),
        ("until:2022-12-23", "2022-12-24T00:00:00"),
        ("until:2022-12", "2023-01-01T00:00:00"),
        ("until:2022", "2023-01-01T00:00:00"),
        ("until:30d", "2022-11-24T10:30:00"),
    ],
)
def test_since_begins_with_a_day_and_until_ends_after_it(text: str, moment: str) -> None:
    assert read(text) == [f"{text[:5]}:{moment}+00:00"]


def test_months_ago_end_with_the_shorter_month() -> None:
    query = parse("since:1m", LEXICON, datetime(2023, 3, 31, tzinfo=UTC))
    assert query.clauses[0][0].value == "2023-02-28T00:00:00+00:00"


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("form:iran", "There is no form: here. Did you mean from:?"),
        ("supplier:iran", "Did you mean from:?"),
        ("https://example.org", "There are from:, to:,"),
        ("from:irn", "“irn” that I know. Did you mean iran?"),
        ("from:nort korea", "Did you mean north korea?"),
        ("iran>ukrain", "Did you mean ukraine?"),
        ("ukrain>iran", "Did you mean ukraine?"),
        ("weapon:dron", "Did you mean drone"),
        ("status:contestd", "Did you mean contested?"),
        ("stance:x", "There are: asserts, denies."),
        ('russia "north', 'A quote is not closed: "north'),
        ("from:", "from: has no value"),
        ('from:""', "from: has no value"),
        ("from: iran", "from: has no value"),
        ("since:soon", "“soon” is not a date I can read. Write it as 30d"),
        ("since:2022-02-30", "There is no such date: 2022-02-30"),
        ("since:9999y", "There is no such date"),
        ("until:9999", "There is no such date"),
        ("since:2023 until:2022", "since: is later than until:"),
        ("russia OR", "OR needs a term on each side"),
        ("OR russia", "OR needs a term on each side"),
        ("russia OR OR iran", "OR needs a term on each side"),
        ("russia or iran", "Write OR in capitals"),
        ("russia and iran", "All terms must hold anyway"),
        ("not russia", "put - right before it"),
        ("from iran", "Write from: with its value"),
        ("(russia OR iran)", "Leave the brackets out"),
        ("- iran", "A - stands alone"),
        (">", "> needs an actor on one side"),
        ("!!!", "holds no letter or digit"),
        ("x" * 501, "501 characters long; a query may have 500"),
        (" ".join(f"word{number}" for number in range(40)), "more than 32 conditions"),
        ("iran>russia OR " * 8 + "iran>russia", "Too many dyads"),
    ],
)
def test_a_mistake_is_answered_with_what_is_wrong_and_what_to_write(text: str, hint: str) -> None:
    assert hint in refuse(text)


PIECES = st.sampled_from(
    ["russia", "north korea", "drones", "OR", "-", ">", "→", '"', "“", ":", " ", "30d", "2022-12", "\x00", "\ud800"]
    + [f"{field}:" for field in FIELDS]
)


@given(st.one_of(st.text(max_size=520), st.lists(PIECES, max_size=60).map("".join)))
@example("-->→")
@example('-"":')
@settings(max_examples=400, deadline=None)
def test_any_text_is_a_query_or_a_sentence_about_what_is_wrong(text: str) -> None:
    try:
        query = parse(text, LEXICON, NOW)
    except UserError as error:
        assert str(error)
    else:
        assert describe(query, LEXICON)
        assert all(term.value for clause in query.clauses for term in clause)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "claims"),
        ("russia", "claims involving Russia"),
        ("from:iran drones since:30d", "claims about Iran supplying drones since 24 November 2022"),
        ("iran>russia drones OR missiles", "claims about Iran supplying Russia with drones or missiles"),
        ("to:ukraine until:2022-12-23", "claims about Ukraine receiving arms until 23 December 2022"),
        ("stance:denies by:iran outlet:KCNA", "denials made by Iran reported by KCNA"),
        ("since:2022 -drones us", "claims involving United States but not about drones since 1 January 2022"),
        ("status:denied weapon:unspecified", "claims about unspecified arms in denied cases"),
        ("rifles OR since:2022", "claims about small arms or since 1 January 2022"),
        ('"arms deal" phase:agreed', "claims with “arms deal” of a transfer that is agreed"),
    ],
)
def test_a_query_is_said_in_plain_words(text: str, words: str) -> None:
    assert describe(parse(text, LEXICON, NOW), LEXICON) == words


def test_an_empty_query_holds_no_condition() -> None:
    assert parse("  ", LEXICON, NOW) == Query()
