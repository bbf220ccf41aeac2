"""Feeds of invented places in every format, and ways to break them: seeds for the tests by property and the fuzzer."""

from __future__ import annotations

import json
import random

NAMESPACES = (
    'xmlns:atom="http://www.w3.org/2005/Atom" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:media="http://search.yahoo.com/mrss/" '
    'xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" xmlns:sy="http://purl.org/rss/1.0/modules/syndication/" '
    'xmlns:odd="https://sylvania.example/odd"'
)

# What an RSS item may hold; {n} is its number.
RSS_PARTS = (
    "<title>Freedonia denies it {n}</title>",
    "<title><![CDATA[Sylvania <b>waits</b> {n}]]></title>",
    "<link>https://gazette.example/{n}</link>",
    "<link>/relative/{n}?a=1&amp;b=2</link>",
    "<guid>https://gazette.example/{n}#0</guid>",
    '<guid isPermaLink="false">tag-{n}</guid>',
    "<guid>bare-{n}</guid>",
    "<description>&lt;p&gt;Words of {n}.&lt;/p&gt;</description>",
    "<description><p>Not escaped {n}</p><p>twice</p></description>",
    "<description><div>A div {n}<br/></div></description>",
    "<content:encoded><![CDATA[<p>The whole text of {n}, longer than its summary.</p>]]></content:encoded>",
    "<pubDate>Wed, 18 Feb 2026 10:3{n}:00 GMT</pubDate>",
    "<dc:date>2026-02-18T10:3{n}:00Z</dc:date>",
    "<dc:creator>A Reporter</dc:creator>",
    "<author>reporter@gazette.example (A Reporter)</author>",
    '<category domain="d">Arms</category><category/>',
    '<media:content url="https://gazette.example/{n}.jpg" xmlns:media="http://search.yahoo.com/mrss/"/>',
    '<media:group><media:content url="u"><media:title>Picture {n}</media:title></media:content></media:group>',
    "<media:description>What the picture shows {n}</media:description><media:thumbnail url='t'>&gt;</media:thumbnail>",
    '<enclosure url="https://gazette.example/{n}.mp3" length="1" type="audio/mpeg"/>',
    '<source url="https://wire.example/rss">The Wire</source>',
    '<atom:link rel="alternate" href="https://gazette.example/atom/{n}"/>',
    "<itunes:summary>Summed up {n}</itunes:summary><itunes:subtitle>Sub</itunes:subtitle>",
    "<image><url>https://gazette.example/i.png</url><title>Image</title><link>https://gazette.example/i</link></image>",
    "<odd:thing a='>'>x<odd:inner/></odd:thing><unknown>y</unknown>",
    '<new:thing xmlns:new="https://sylvania.example/new"><new:title>New {n}</new:title></new:thing>',
    "<body xmlns='http://www.w3.org/1999/xhtml'><p>Inline {n}</p><title>unbalances</title></body>",
    "<comments>https://gazette.example/{n}#c</comments>",
    "<textinput><name>q</name></textinput>",
    "<item>within {n}</item>",
    "<!-- <item> --><![CDATA[</item>]]>",
)
FRAME_PARTS = (
    "<link>https://gazette.example/</link><description>News of Freedonia</description>",
    "<ttl>60</ttl><sy:updatePeriod>hourly</sy:updatePeriod>",
    "<image><url>https://gazette.example/logo.png</url><title>Logo</title></image>",
    "<language>en</language><lastBuildDate>Wed, 18 Feb 2026 10:30:00 GMT</lastBuildDate>",
    '<atom:link rel="self" href="https://gazette.example/rss"/><atom:link rel="hub" href="https://hub.example/"/>',
    "<managingEditor>editor@gazette.example</managingEditor><category>News</category>",
    "<copyright>&#169; Gazette</copyright>",
    "<itunes:image href='i'/>",
)
ATOM_PARTS = (
    "<title type='html'>Freedonia &lt;b&gt;denies&lt;/b&gt; {n}</title>",
    "<title>Sylvania waits {n}</title>",
    "<id>tag:gazette,2026:{n}</id>",
    "<link href='/entries/{n}'/>",
    "<link rel='enclosure' href='https://gazette.example/{n}.pdf'/>",
    "<updated>2026-02-18T10:3{n}:00Z</updated>",
    "<published>2026-02-17T10:3{n}:00Z</published>",
    "<summary>Words of {n}.</summary>",
    "<content type='html'>&lt;p&gt;The whole text of {n}, longer than that.&lt;/p&gt;</content>",
    "<content type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'><p>Whole {n}</p><p>text</p></div></content>",
    "<content type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'><svg><title>T</title></svg> {n}</div></content>",
    "<content type='text' xml:base='https://elsewhere.example/'>Plain {n}</content><link href='deep'/>",
    "<author><name>A Reporter</name><uri>https://gazette.example/a</uri></author>",
    "<category term='arms'/>",
    "<source><id>w</id><title>The Wire</title><link href='https://wire.example/'/></source>",
)
PARTS = {"rss": RSS_PARTS, "rdf": RSS_PARTS, "atom": ATOM_PARTS}


def made(form: str, frame: list[int], entries: list[list[int]], *, late: int = -1) -> str:
    """Return a feed of the form "rss", "rdf" or "atom"; the numbers choose its parts, `late` one behind the entries."""
    parts = PARTS[form]
    tag = "entry" if form == "atom" else "item"
    listed = [
        f"\n  <{tag}>\n"
        + "\n".join(parts[part % len(parts)].replace("{n}", str(n % 10)) for part in chosen)
        + f"</{tag}>"
        for n, chosen in enumerate(entries)
    ]
    head = "<title>The Freedonia Gazette</title>" + "".join(FRAME_PARTS[part % len(FRAME_PARTS)] for part in frame)
    tail = FRAME_PARTS[late % len(FRAME_PARTS)] if late >= 0 else ""
    match form:
        case "atom":
            start = f'<feed xmlns="http://www.w3.org/2005/Atom" {NAMESPACES}><title>The Freedonia Gazette</title>'
            return f"{start}{''.join(listed)}</feed>"
        case "rdf":
            start = f'<rdf:RDF xmlns="http://purl.org/rss/1.0/" xmlns:rdf="{_RDF}" {NAMESPACES}>'
            return f"{start}<channel>{head}</channel>{''.join(listed)}{tail}</rdf:RDF>"
        case _:
            start = f'<?xml version="1.0"?><rss version="2.0" {NAMESPACES}><channel>'
            return f"{start}{head}{''.join(listed)}{tail}</channel></rss>"


_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"

JSON_FEED = {
    "version": "https://jsonfeed.org/version/1.1",
    "title": "Gazette",
    "hubs": [{"type": "WebSub", "url": "https://hub.example/"}],
    "items": [{"id": 7, "url": "/7", "content_html": "<p>x</p>", "date_published": "2026-02-18T10:30:00Z"}] * 2,
}
SEEDS = (
    *(made(form, [0, 1, 2, 3, 4, 5], [[part, 0, 2] for part in range(len(PARTS[form]))]).encode() for form in PARTS),
    json.dumps(JSON_FEED).encode(),
    b'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY nbsp "&#160;"><!ENTITY w "&nbsp;wire">]><rss version="0.91">'
    b"<channel><title>G</title><item><title>A&nbsp;B &w;</title></item></channel></rss>",
    b"<html><head><link rel='alternate' type='application/rss+xml' href='/f'></head><body>Hi</body></html>",
)

_PIECES = (
    *(
        b"<",
        b">",
        b"&",
        b"&#",
        b"&#x110000;",
        b"&#0;",
        b"&#xD83D;&#xDE00;",
        b"&nbsp;",
        b"]]>",
        b"<![CDATA[",
        b"<!--",
        b"-->",
    ),
    *(
        b"<!DOCTYPE x [",
        b"<!ENTITY a 'b'>",
        b"<!ENTITY a '\\g<9>'>",
        b"]>",
        b"<?",
        b"?>",
        b"\x00",
        b"\xff",
        b"\xc3",
        b"\xef\xbf\xbf",
    ),
    *(
        b"<item>",
        b"</item>",
        b"<entry>",
        b"<item/>",
        b"<title>",
        b"</title>",
        b"<width>x</width>",
        b"<svg>",
        b"<source/>",
    ),
    *(
        b" xmlns='u'",
        b" xmlns:dc='u'",
        b" xml:base='//['",
        b" xml:lang=''",
        b" type='application/xml'",
        b" mode='base64'",
    ),
    *(
        b"encoding='utf-16'",
        b"encoding='punycode'",
        b"encoding='\x00'",
        b"0000-00-00",
        b"99999999999",
        b"javascript:",
        b"http://[",
    ),
    *(
        b"<gml:pos>1</gml:pos>",
        b"<psc:chapter/>",
        b"<itunes:keywords/>",
        b"<media:rating/>",
        b"<link/>",
        b"<guid/>",
        b"\xe2\x80\xae",
    ),
)


def broken(seed: bytes, chance: random.Random) -> bytes:
    """Return the feed with some of its bytes changed, doubled, left out or put elsewhere."""
    body = bytearray(seed)
    for _ in range(chance.choice((1, 1, 2, 3, 8, 30))):
        at, length = chance.randrange(len(body) + 1), chance.choice((1, 1, 2, 8, 40, 400))
        match chance.randrange(6):
            case 0:
                del body[at : at + length]
            case 1:
                body[at:at] = chance.choice(_PIECES)
            case 2:
                body[at:at] = body[(other := chance.randrange(len(body) + 1)) : other + length]
            case 3:
                body[at : at + 1] = bytes([chance.randrange(256)])
            case 4:
                body[at : at + length] = chance.choice(_PIECES)
            case _:
                body[at:at] = chance.choice(_PIECES) * chance.choice((2, 50))
    if not chance.randrange(20):
        body = bytearray(
            bytes(body).decode("utf-8", "replace").encode(chance.choice(("utf-16", "utf-32-be", "utf-16-le")))
        )
    return bytes(body)
