"""Markup from strangers → plain text."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.feeds.text import cut, plain


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>Freedonia <b>denies</b> it.</p><p>Sylvania\nwaits.</p>", "Freedonia denies it. Sylvania waits."),
        ("shells<br>and<br/>rockets", "shells and rockets"),
        ("<table><tr><td>a</td><td>b</td></tr></table>", "a b"),
        ("before<script>alert(1)</script><style>p{}</style> after", "before after"),
        ("&lt;p&gt;escaped &lt;b&gt;twice&lt;/b&gt;&lt;/p&gt;", "escaped twice"),
        ("&lt;script&gt;alert(1)&lt;/script&gt;seen", "seen"),
        ("arms &amp;amp; shells &quot;sold&quot; &#8211; &euro;5", 'arms & shells "sold" – €5'),
        ("<![CDATA[<b>Ruritania</b> says]]> no", "Ruritania says no"),
        ("profit <5% and x<y", "profit <5% and x<y"),
        ("cut off in a link <a href='http://exa", "cut off in a link"),
        ("<!-- hidden -->seen", "seen"),
        ("  many\t\u00a0\u3000 spaces\u2028here ", "many spaces here"),
    ],
)
def test_tags_and_entities_become_text(markup: str, text: str) -> None:
    assert plain(markup, 1_000) == text


def test_blocks_become_lines_where_lines_are_wanted() -> None:
    assert plain("<p>One\nline.</p><ul><li>Two<li>Three</ul>", 1_000, lines=True) == "One line.\nTwo\nThree"
    assert plain("One\nline.\n\nTwo", 1_000, lines=True) == "One line.\nTwo"


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("Free\u200bdo\u00adnia\ufeff \U000e0041", "Freedonia"),
        ("a\x00b\x1bc\x7f", "abc"),
        ("\x93Quoted\x94 \x96 it\x92s", "“Quoted” – it’s"),
        ("cafe\u0301", "café"),
        ("Free\u200cdonia", "Freedonia"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("\U0001f468\u200d\U0001f469", "\U0001f468\u200d\U0001f469"),
        ("\ud83d\ude00 \ud800", "\U0001f600"),
    ],
)
def test_characters_that_hide_words_go_and_those_that_make_them_stay(raw: str, text: str) -> None:
    assert plain(raw, 1_000) == text


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("shells\u202esdlos\u202c", "shellssdlos"),
        ("\u2067shells\u2069 \u200fsold", "shells sold"),
        ("\u202bשלום", "\u202bשלום\u202c"),
        ("שלום\u202c \u2069עולם", "שלום עולם"),
        ("\u2067\u202bשלום\u2069 עולם", "\u2067\u202bשלום\u202c\u2069 עולם"),
        ("\u202eשלום\u202c\u200f!", "שלום\u200f!"),
    ],
)
def test_bidirectional_controls_are_balanced_in_right_to_left_text_and_go_from_other(raw: str, text: str) -> None:
    assert plain(raw, 1_000) == text


def test_each_line_closes_its_own_bidirectional_controls() -> None:
    assert plain("<p>\u202bשלום</p><p>עולם</p>", 1_000, lines=True) == "\u202bשלום\u202c\nעולם"


def test_long_text_is_cut_at_a_word() -> None:
    assert cut("shells and rockets and drones", 20) == "shells and rockets…"
    assert cut("shells and rockets", 18) == "shells and rockets"


def test_a_word_without_end_is_cut_between_whole_characters() -> None:
    text = cut("x" * 15 + "q\u0323" * 100, 20)
    assert text == "x" * 15 + "q\u0323" + "q\u0323" + "…"


MARKUP = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from("<>&;/!-'\"=#x \n\u200b\u200d\u202a\u202b\u202c\u202e\u2066\u2069א"),
    )
)
PIECES = st.lists(
    st.one_of(
        MARKUP,
        st.sampled_from(
            ["<p>", "</p>", "<b ", "&lt;", "&amp;", "<script>", "]]>", "<![CDATA[", "שלום", "<!--", "&#xd800;"]
        ),
    )
).map("".join)


@settings(deadline=None)
@given(PIECES, st.integers(40, 120), st.booleans())
def test_whatever_comes_the_text_is_short_visible_and_storable(markup: str, limit: int, lines: bool) -> None:
    text = plain(markup, limit, lines=lines)
    assert len(text) <= limit
    assert text.encode().decode() == text
    assert not any(unicodedata.category(character) in ("Cc", "Cs") for character in text.replace("\n", ""))
    assert lines or "\n" not in text
    assert not set(text) & set("\u200b\u202d\u202e\ufeff")
    for line in text.split("\n"):
        assert line == line.strip()
        opened = sum(line.count(character) for character in "\u202a\u202b")
        assert opened == line.count("\u202c")
        assert sum(line.count(character) for character in "\u2066\u2067\u2068") == line.count("\u2069")


@settings(deadline=None)
@given(PIECES)
def test_scripts_never_come_through(markup: str) -> None:
    assert "alert(1)" not in plain(f"<script>alert(1)</script>{markup}", 10_000)


@pytest.mark.parametrize(
    "piece", ["<a b=", "<!--", "&lt;", "<p><", "]]><![CDATA[", "\u202e\u2066א", "&#x", "x\u0323", "<svg>"]
)
def test_a_million_characters_of_anything_take_no_more_than_their_share(piece: str) -> None:
    text = plain(piece * (1_200_000 // len(piece)), 1_000)
    assert len(text) <= 1_000


@given(st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E)), st.integers(40, 120), st.booleans())
def test_ordinary_characters_become_the_same_whether_or_not_others_are_among_them(
    markup: str, limit: int, lines: bool
) -> None:
    assert plain(markup, limit, lines=lines) == plain(f"\u200b{markup}", limit, lines=lines)
