"""How a card looks on Discord: within its limits, and with no markup but ours, whatever the card holds."""

from __future__ import annotations

import re
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.model import STATUSES, Card, Line, Section, Style, Text
from bot.platforms.discord_card import draw, draw_text
from tests.fakes.discord_server import beyond_limits, units

HOSTILE = (
    *("<@1>", "<@&1>", "<#1>", "</go:1>", "<t:1>", "<:a:1>", "<id:guide>", "@everyone", "@here", ":skull:"),
    *("https://example.net", "<https://example.net>", "[a](http://example.net)", "http", "://a.b", "](http://a.b)"),
    *("**a**", "__a__", "_a_", "*a*", "~~a~~", "||a||", "`a`", "```a```", "\\", "\\*", "**", "`", "["),
    *(">", ">>> ", "- ", "+ ", "* ", "1", ". ", "# ", "-# ", "\n", " "),
    *("\u202e", "\u2066", "\u2069", "\u200b", "\u0000", "\ud800", "\U000e0041", "👨‍👩‍👧", "e\u0301", "🇩🇪", "﷽"),
)
texts = st.lists(st.sampled_from(HOSTILE) | st.text(max_size=8)).map("".join)
long_texts = st.builds(lambda text, times: text * times, texts, st.integers(1, 400))
urls = st.none() | st.sampled_from(["https://example.org/a_(b)*", "javascript:x", "http://u:p@example.org"]) | texts
runs = st.builds(Text, long_texts, st.sampled_from(get_args(Style)), urls)
sections = st.builds(
    Section,
    st.none() | long_texts,
    st.lists(st.lists(runs, max_size=3).map(tuple), max_size=6).map(tuple),
    st.booleans(),
)
cards = st.builds(
    Card,
    long_texts,
    st.lists(sections, max_size=30).map(tuple),
    st.none() | st.sampled_from(STATUSES),
    urls,
    st.none() | long_texts,
)

ESCAPED = re.compile(r"\\[^0-9A-Za-z\s]")
ACTIVE = re.compile(r"[\\`*_~|<>\[\]@:]|^\s*(#|-|\+|\d+\.)", re.MULTILINE)


def description(*runs: Text) -> str:
    return draw(Card("x", (Section(None, (runs,)),))).description or ""


def active(text: str) -> list[str]:
    """What acts as markup in a drawn text: what is left of it beside what is escaped."""
    return [found.group() for found in ACTIVE.finditer(ESCAPED.sub("x", text))]


@settings(max_examples=50)
@given(cards)
def test_any_card_is_an_embed_that_discord_takes(card: Card) -> None:
    embed = draw(card).to_dict()
    assert beyond_limits({"embeds": [embed]}) is None
    assert embed["title"]


@given(texts)
def test_nothing_in_a_plain_text_acts_as_markup(text: str) -> None:
    assert active(description(Text(text))) == []
    assert active(draw(Card(text)).title or "") == []
    assert active(draw_text(text)) == []


@given(st.lists(texts, max_size=4))
def test_nothing_in_texts_side_by_side_acts_as_markup(parts: list[str]) -> None:
    assert active(description(*(Text(part, "plain" if i % 2 else "dim") for i, part in enumerate(parts)))) == []


@given(texts, st.sampled_from([("strong", "**"), ("quote", "> "), ("code", "`")]))
def test_a_styled_text_has_the_mark_of_its_style_and_no_other(text: str, styled: tuple[Style, str]) -> None:
    style, mark = styled
    drawn = description(Text(text, style))
    if drawn.startswith(mark):
        inner = drawn.removeprefix(mark).removesuffix(mark)
        assert "`" not in inner if style == "code" else active(inner if style == "quote" else "x" + inner) == []
    else:
        assert active(drawn) == []


@given(texts)
def test_a_link_s_text_can_not_change_where_it_leads(text: str) -> None:
    drawn = description(Text(text, url="https://example.org/a_(b)"))
    if linked := re.fullmatch(r"\[([^\[\]]*)\]\(https://example\.org/a_%28b%29\) \(example\.org\)\\?", drawn):
        assert active("x" + linked[1]) == []
    else:
        assert active(drawn) == []


@pytest.mark.parametrize("style", get_args(Style))
def test_what_a_person_reads_is_what_was_written(style: Style) -> None:
    drawn = description(Text("Sylvania [again] denies_it: 100% @home", style))
    shown = ESCAPED.sub(lambda found: found.group()[1], drawn)
    assert "Sylvania [again] denies_it: 100% @home" in shown


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "http://user:secret@example.org/",
        "https:///nowhere",
        "http://[::1",
        "x" * 3000,
        "http://\ud800.org",
    ],
)
def test_only_a_plain_web_address_becomes_a_link(url: str) -> None:
    assert description(Text("here", url=url)) == "here"
    assert draw(Card("x", url=url)).url is None


def test_a_link_shows_its_host_and_a_foreign_one_as_punycode() -> None:
    assert (
        description(Text("here", url="https://ехample.org/"))
        == "[here](https://xn--ample-ywe6i.org/) (xn--ample-ywe6i.org)"
    )


def test_the_host_of_the_title_s_link_stands_in_the_footer() -> None:
    embed = draw(Card("x", url="https://example.org/story", footer="Case 1"))
    assert (embed.url, embed.footer.text) == ("https://example.org/story", "example.org · Case 1")


def test_neighbours_of_one_style_are_one() -> None:
    assert description(Text("a", "strong"), Text("b", "strong"), Text(" "), Text("c", "strong")) == "**ab** **c**"


def test_a_line_of_quotes_is_a_block_quote_and_a_quote_within_a_line_is_slanted() -> None:
    assert description(Text("never", "quote")) == "> never"
    assert description(Text("it said "), Text("never", "quote")) == "it said *never*"


def test_a_status_has_its_colour_and_its_word_unless_the_title_says_it() -> None:
    assert draw(Card("Freedonia → Sylvania", status="denied")).author.name == "Denied"
    assert draw(Card("Denied: Freedonia → Sylvania", status="denied")).author.name is None
    assert len({draw(Card("x", status=status)).colour for status in STATUSES}) == len(STATUSES)


def test_a_cut_leaves_whole_characters_and_says_so() -> None:
    title = draw(Card("👨‍👩‍👧" * 100)).title or ""
    assert title == "👨‍👩‍👧" * (len(title) // 5) + "…"
    assert 248 < units(title) <= 256


def test_after_a_cut_the_line_ends() -> None:
    drawn = description(Text("a" * 5000), Text(" end"))
    assert drawn.endswith("a…")


def test_a_turned_text_is_turned_back_at_its_end() -> None:
    assert description(Text("\u202eabc"), Text(" d")) == "\u202eabc\u202c d"
    assert description(Text("a\u202c\u2069b")) == "ab"


def test_a_long_section_goes_on_in_the_next_field_under_no_heading_of_its_own() -> None:
    lines: tuple[Line, ...] = tuple((Text(f"line {number} " + "x" * 190),) for number in range(9))
    fields = draw(Card("x", (Section("Claims", lines),))).fields
    assert [field.name for field in fields] == ["Claims", "\u200b"]
    assert sum((field.value or "").count("line") for field in fields) == 9


def test_sections_with_short_lines_stand_side_by_side_if_they_may() -> None:
    short, wide = ((Text("few words"),),), ((Text("a line with many words that needs the whole width"),),)
    card = Card("x", (Section("a", short, compact=True), Section("b", wide, compact=True), Section("c", short)))
    assert [field.inline for field in draw(card).fields] == [True, False, False]


def test_a_card_that_had_to_be_shortened_says_so() -> None:
    many = tuple(Section(f"Case {number}", ((Text("x" * 300),),)) for number in range(40))
    assert "shortened" in (draw(Card("x", many, footer="Page 1")).footer.text or "")
    assert "shortened" not in (draw(Card("x", many[:3], footer="Page 1")).footer.text or "")
