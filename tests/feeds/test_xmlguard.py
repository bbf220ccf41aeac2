"""What is refused before feedparser sees it, and what only looks dangerous."""

from __future__ import annotations

import html.entities

import pytest

from bot.errors import FeedError
from bot.feeds.parse import parse
from tests.fakes.feed_server import item, rss

FEED = rss(item("A &a; treaty")).partition("?>")[2]


def title(doctype: str, feed: str = FEED) -> str:
    parsed = parse(f'<?xml version="1.0"?>{doctype}{feed}'.encode(), "", "https://gazette.example/")
    return parsed.keyed[0][1].title


LAUGHS = "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in ("ab", "bc", "cd", "de", "ef", "fg", "gh"))


@pytest.mark.parametrize(
    ("doctype", "words"),
    [
        (f'<!DOCTYPE rss [<!ENTITY a "ha">{LAUGHS}]>', "stands for too many"),
        (f'<!DOCTYPE rss [<!ENTITY a "">{LAUGHS}<!ENTITY z "&h;">]>', None),
        ('<!DOCTYPE rss [<!ENTITY a "&b;"><!ENTITY b "&a;">]>', "entities within entities"),
        (f'<!DOCTYPE rss [<!ENTITY a "{"a" * 20_000}">]>', "stands for too many characters"),
        ('<!DOCTYPE rss [<!ENTITY a SYSTEM "file:///etc/passwd">]>', "outside of itself"),
        ('<!DOCTYPE rss [<!ENTITY a PUBLIC "x" "http://127.0.0.1/">]>', "outside of itself"),
        ('<!DOCTYPE rss [<!ENTITY % p SYSTEM "http://127.0.0.1/x.dtd"> %p;]>', "outside of itself"),
        (f"<!DOCTYPE rss [<!-- {'x' * 200_000} -->]>", "too many bytes"),
    ],
    ids=["laughs", "empty laughs", "by itself", "long", "file", "address", "parameter", "long DOCTYPE"],
)
def test_entities_that_grow_or_reach_out_are_refused_with_a_sentence(doctype: str, words: str | None) -> None:
    if words is None:
        assert title(doctype) == "A treaty"
    else:
        with pytest.raises(FeedError, match=words):
            title(doctype)


def test_an_entity_that_is_used_too_often_is_refused() -> None:
    with pytest.raises(FeedError, match="too many bytes"):
        title(f'<!DOCTYPE rss [<!ENTITY a "{"a" * 9_000}">]>', FEED.replace("&a;", "&a;" * 1_000))


@pytest.mark.parametrize(
    "doctype",
    [
        '<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" "http://my.netscape.com/rss-0.91.dtd">',
        '<!DOCTYPE rss SYSTEM "rss-0.91.dtd" [<!ENTITY a "">]>',
        '<!DOCTYPE rss [\n<!ELEMENT rss (channel)>\n<!ATTLIST rss version CDATA "2.0">\n<!ENTITY a "">]>',
        r"""<!DOCTYPE rss [<!ENTITY a ""><!ENTITY b "\g<9> \x">]>""",
        "<!DOCTYPE rss [<!ENTITY a ''><!-- <rss> ]> -->]>",
    ],
)
def test_a_harmless_doctype_is_read(doctype: str) -> None:
    assert title(doctype, FEED if "ENTITY a" in doctype else FEED.replace("&a; ", "")) == "A treaty"


def test_what_a_doctype_declares_is_put_in_but_not_into_what_is_no_reference() -> None:
    declared = "<!DOCTYPE rss [<!ENTITY a 'B&#38;b;'><!ENTITY b '&#8211;'><!ENTITY lt '&#38;#60;'>]>"
    feed = FEED.replace("A &a; treaty", "&a; &lt;5 <![CDATA[&a;]]>")
    assert title(declared, feed) == "B– <5 &a;"


def test_all_of_html_s_entities_may_be_declared() -> None:
    declared = "".join(f'<!ENTITY {name} "&#{code};">' for name, code in html.entities.name2codepoint.items())
    feed = FEED.replace("&a;", "&eacute;&nbsp;&mdash;")
    assert title(
        f"<!DOCTYPE rss [{declared}]>".replace('"&#60;"', '"&#38;#60;"').replace('"&#38;"', '"&#38;#38;"'), feed
    )


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (rss("<item " + " ".join(f"a{n}='1'" for n in range(300)) + "/>"), "too many attributes, more than 250"),
        ("<rss><channel>" + "<a>" * 300, "nested too deeply, more than 250"),
        ("<rss><channel>" + "<a/>" * 2_000_001, "too many tags, more than 2,000,000"),
        (rss(item("& " * 600_000)), "too many references"),
    ],
    ids=["attributes", "depth", "tags", "references"],
)
def test_more_than_any_feed_has_is_refused_with_the_limit(body: str, words: str) -> None:
    with pytest.raises(FeedError, match=words):
        parse(body.encode(), "", "https://gazette.example/")
