"""How a card looks on Slack: within its limits, and with no markup that acts but ours, whatever the card holds."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import model
from bot.model import STATUSES, Card, Line, Section, Style, Text
from bot.platforms.slack_answers import NEXT, PREVIOUS, SHARE
from bot.platforms.slack_card import Button, beside, draw, draw_text
from bot.platforms.slack_forms import shown
from bot.platforms.slack_words import links_of, typed
from tests.fakes.slack_limits import TOGETHER, beyond_limits, beyond_view_limits, units

HOSTILE = (
    *("<!channel>", "<!here>", "<!everyone>", "<@U0ANN0001>", "<#C0NEWS001>", "<!subteam^S1>", "<!date^1^{date}|x>"),
    *("<https://example.net|a>", "<mailto:a@b.example>", "https://example.net", "@here", "#news", ":skull:", "http"),
    *("*a*", "_a_", "~a~", "`a`", "```", "`", "*", "_", ">", ">>> ", "<", "&", "&lt;!channel&gt;", "|", "\n", " "),
    *('"', "\\", "🟠", "'"),
    *("\u202e", "\u2066", "\u2069", "\u200b", "\u0000", "\ud800", "\U000e0041", "👨‍👩‍👧", "e\u0301", "🇩🇪", "﷽"),
)  # fmt: skip
texts = st.lists(st.sampled_from(HOSTILE) | st.text(max_size=8)).map("".join)
long_texts = st.builds(lambda text, times: text * times, texts, st.integers(1, 400))
urls = st.none() | st.sampled_from(["https://example.org/a?b&c|d>", "javascript:x", "http://u:p@example.org"]) | texts
long_urls = urls | st.builds(lambda times: "https://example.org/?" + "&" * times, st.integers(1, 600))
runs = st.builds(Text, long_texts, st.sampled_from(get_args(Style)), long_urls)
sections = st.builds(
    Section,
    st.none() | long_texts,
    st.lists(st.lists(runs, max_size=2).map(tuple), max_size=4).map(tuple),
    st.booleans(),
)
cards = st.builds(
    Card,
    long_texts,
    st.builds(lambda few, times: tuple(few) * times, st.lists(sections, max_size=4), st.integers(1, 20)),
    st.none() | st.sampled_from(STATUSES),
    long_urls,
    st.none() | long_texts,
    buttons=st.lists(st.builds(model.Button, texts, texts | long_texts), max_size=6).map(tuple),
)
actions = (NEXT, PREVIOUS, SHARE)
buttons = st.lists(st.tuples(texts, long_texts), max_size=3).map(
    lambda drawn: [Button(label, action, value) for action, (label, value) in zip(actions, drawn, strict=False)]
)

OURS = re.compile(r"<https?://[!-;=?-{}~]+\|[^<>]*>")


def every_text(message: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Each text of a message, with its kind."""
    yield "mrkdwn", message["text"]
    for block in message["blocks"]:
        for one in (block.get("text"), *block.get("fields", ()), *block.get("elements", ())):
            if one and one["type"] in ("mrkdwn", "plain_text"):
                yield one["type"], one["text"]


def drawn(*line: Text) -> str:
    """A line as a section shows it."""
    blocks = draw(Card("x", (Section(None, (line,)),)))["blocks"]
    return str(blocks[1]["text"]["text"]) if len(blocks) > 1 else ""


@settings(max_examples=50)
@given(cards, buttons)
def test_any_card_is_a_message_that_slack_takes_with_nothing_in_it_that_acts(card: Card, below: list[Button]) -> None:
    message = draw(card, below)
    assert beyond_limits(message) is None
    assert beyond_view_limits(shown(message, "C0NEWS001")) is None
    assert units(message["text"]) <= 4000
    assert len(json.dumps(message["blocks"], ensure_ascii=False)) < TOGETHER
    for kind, text in every_text(message):
        if kind == "mrkdwn":
            assert not set("<>") & set(OURS.sub("", re.sub(r"^>", "", text, flags=re.MULTILINE)))
            assert re.fullmatch(r"([^&]|&(amp|lt|gt);)*", text, re.DOTALL)


@settings(max_examples=60)
@given(texts)
def test_what_a_person_reads_is_what_was_written(text: str) -> None:
    """`&`, `<` and `>` are escaped, and no more than these."""
    said = draw_text("Elbonia " + text)
    assert not set("<>") & set(said)
    assert typed(said) == " ".join(
        draw_text("Elbonia " + text).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").split()
    )


def test_a_headline_is_escaped_once() -> None:
    assert drawn(Text("Arms & <!channel> &amp; 100% _x_")) == "Arms &amp; &lt;!channel&gt; &amp;amp; 100% _x_"
    assert draw(Card("A & <!here>"))["blocks"][0]["text"] == {
        "type": "plain_text",
        "text": "A & <!here>",
        "emoji": False,
    }


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (Text("a", "strong"), "*a*"),
        (Text("a * b", "strong"), "a * b"),
        (Text(" a ", "dim"), "a"),
        (Text("!claims a", "code"), "`!claims a`"),
        (Text("a`b", "code"), "a'b"),
        (Text("```a", "plain"), "'''a"),
        (Text("never", "quote"), ">never"),
        (Text("here", "strong", "https://example.org/?a&b"), "<https://example.org/?a&amp;b|here> (example.org)"),
        (Text("here", url="https://ехample.org/"), "<https://xn--ample-ywe6i.org/|here> (xn--ample-ywe6i.org)"),
        (Text("here", url="javascript:alert(1)"), "here"),
        (Text("here", url="http://user:secret@example.org/"), "here"),
    ],
)
def test_a_run_has_the_mark_of_its_style_and_no_other(text: Text, shown: str) -> None:
    assert drawn(text) == shown


def test_neighbours_of_one_style_are_one_and_a_quote_within_a_line_is_slanted() -> None:
    assert (
        drawn(Text("a", "strong"), Text("b", "strong"), Text(" said "), Text("never", "quote")) == "*ab* said _never_"
    )


def test_a_status_has_its_mark_and_its_word_unless_the_title_says_it() -> None:
    titles = [draw(Card(title, status="denied"))["blocks"][0]["text"]["text"] for title in ("A → B", "Denied: A → B")]
    assert titles == ["⚪ Denied: A → B", "⚪ Denied: A → B"]
    assert len({draw(Card("x", status=status))["blocks"][0]["text"]["text"][0] for status in STATUSES}) == len(STATUSES)


def test_the_title_s_link_and_the_footer_are_small_print() -> None:
    blocks = draw(Card("x", url="https://example.org/story", footer="Case 1"))["blocks"]
    assert blocks[1]["elements"][0]["text"] == "<https://example.org/story|example.org> · Case 1"


def test_a_title_too_long_for_a_header_is_still_whole() -> None:
    (block,) = draw(Card("word " * 60))["blocks"]
    assert block["type"] == "section"
    assert block["text"]["text"] == f"*{('word ' * 60).strip()}*"


def test_sections_with_short_lines_stand_side_by_side_if_they_may() -> None:
    lines: tuple[Line, ...] = ((Text("few words"),),)
    card = Card("x", (*(Section(f"c{number}", lines, compact=True) for number in range(12)), Section("wide", lines)))
    blocks = draw(card)["blocks"]
    assert [len(block.get("fields", ())) for block in blocks] == [0, 10, 2, 0]


def test_a_long_section_goes_on_in_the_next_block() -> None:
    lines: tuple[Line, ...] = tuple((Text(f"line {number} " + "x" * 390),) for number in range(9))
    blocks = draw(Card("x", (Section("Claims", lines),)))["blocks"][1:]
    assert [block["text"]["text"].count("line") for block in blocks] == [7, 2]


def test_a_card_that_had_to_be_shortened_says_so() -> None:
    many = tuple(Section(f"Case {number}", ((Text("x" * 300),),)) for number in range(60))
    assert "shortened" in str(draw(Card("x", many, footer="Page 1"))["blocks"][-2])
    assert "shortened" not in str(draw(Card("x", many[:3], footer="Page 1")))


def test_a_card_s_buttons_stand_above_those_of_its_pages_each_with_its_command() -> None:
    card = Card("x", buttons=(model.Button("Why", "why 12"), model.Button("Follow", "follow 12 me")))
    own, turning = draw(card, [Button("Next page", NEXT, "1:claims:")])["blocks"][-2:]
    assert [(one["text"]["text"], one["value"]) for one in own["elements"]] == [
        ("Why", "why 12"),
        ("Follow", "follow 12 me"),
    ]
    assert [one["action_id"] for one in turning["elements"]] == [NEXT]


def test_of_very_many_buttons_as_many_stand_as_slack_takes() -> None:
    many = tuple(model.Button(f"{number}", f"why {number}") for number in range(60))
    assert len(draw(Card("x", buttons=many))["blocks"][-1]["elements"]) == 25


@pytest.mark.parametrize(("label", "drawn"), [("x" * 75, "x" * 75), ("x" * 76, "x" * 74 + "…"), ("a\u200b\nb", "a b")])
def test_a_label_is_as_long_as_slack_takes(label: str, drawn: str) -> None:
    block = draw(Card("x", buttons=(model.Button(label, "why 1"),)))["blocks"][-1]
    assert [one["text"]["text"] for one in block["elements"]] == [drawn]


@settings(max_examples=30)
@given(st.lists(st.lists(runs, max_size=2).map(tuple), max_size=4), texts, long_texts)
def test_a_section_with_a_button_beside_it_is_within_limits(lines: list[Line], label: str, value: str) -> None:
    assert beyond_limits({"blocks": [beside(lines, Button(label, "a", value))]}) in (None, "msg_blocks_too_long")


def test_a_button_that_asks_for_too_much_is_left_out() -> None:
    kept, dropped = Button("Next page", "a", "x" * 1000), Button("Next page", "b", "x" * 1001)
    assert [one["action_id"] for one in draw(Card("x"), [kept, dropped])["blocks"][-1]["elements"]] == ["a"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("claims dprk&gt;russia", "claims dprk>russia"),
        ("claims  outlet:<http://thehill.com|thehill.com>\n", "claims outlet:thehill.com"),
        ("why <https://example.org/a?b=1&amp;c=2>", "why https://example.org/a?b=1&c=2"),
        ("<@U0ANN0001|ann> in <#C0NEWS001|news> <!here> <!subteam^S1|@desk>", "@ann in #news @here @desk"),
        ("<mailto:a@b.example|a@b.example>", "a@b.example"),
        ("a &lt; b", "a < b"),
    ],
)
def test_words_are_read_as_they_were_typed(text: str, words: str) -> None:
    assert typed(text) == words


def test_links_are_found_once_each() -> None:
    text = "<https://a.example/?x&amp;y> <https://a.example/?x&amp;y|again> <@U1> <http://b.example|b>"
    assert links_of(text) == ["https://a.example/?x&y", "http://b.example"]
