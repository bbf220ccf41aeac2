"""What is said of feeds: lists, and what became of a command, as cards. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from bot.cards import shorten
from bot.commands.feed_words import length
from bot.detect.lexicon import Lexicon
from bot.feeds.examine import Examined, ExaminedEntry
from bot.feeds.manage import Added, Imported
from bot.feeds.opml import Opml
from bot.feeds.state import in_trouble, state
from bot.log import redact
from bot.model import Attachment, Card, Claim, Feed, Line, Section, Text

_SHOWN = 5  # entries of a feed that is tried, reasons of an import
_TITLE = 120


def name_of(feed: Feed) -> str:
    """How a feed is called: its outlet, else its own title, else its address."""
    return feed.outlet or feed.title or redact(feed.url)


def when(moment: datetime | None) -> str:
    """2026-02-18 12:00 UTC, or "never"."""
    return f"{moment:%Y-%m-%d %H:%M} UTC" if moment else "never"


def _lines(*texts: str) -> tuple[Line, ...]:
    return tuple((Text(text),) for text in texts)


def done(title: str, *sentences: str) -> Card:
    """What was done, in words."""
    return Card(title, (Section(None, _lines(*sentences)),) if sentences else ())


# ── lists ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def listing(feeds: Sequence[Feed], *, title: str, page: int, more: bool) -> Card:
    """A page of feeds for who looks after them: number, name, address, state, polls and errors."""
    return Card(title, tuple(_feed(feed) for feed in feeds), footer=_footer(page, more), more=more)


def _feed(feed: Feed) -> Section:
    kept = f"every {length(feed.interval)}" if not feed.adaptive else f"about every {length(feed.interval)}"
    pushed = ", and pushed by its hub" if feed.hub_until else ""
    lines: list[Line] = [
        (Text(redact(feed.url), "code"),),
        (Text(f"{state(feed)} · {kept}{pushed} · last read {when(feed.last_success_at)}"),),
    ]
    if feed.last_error:
        lines.append((Text(f"{when(feed.last_error_at)}: {redact(feed.last_error)}", "quote"),))
    where = [feed.folder] if feed.folder else []
    lines.append((Text(" · ".join([*where, "config.toml" if feed.configured else "by command"]), "dim"),))
    return Section(f"{feed.id} · {name_of(feed)}", tuple(lines))


def sources(feeds: Sequence[Feed], *, total: int, troubled: int, page: int, more: bool) -> Card:
    """A page of outlets for everybody: who owns each, what it is, and whether it can be read."""
    well = "all of them well" if not troubled else f"{troubled} of them in trouble"
    title = f"{total} feeds, {well}" if total != 1 else "One feed, " + ("in trouble" if troubled else "well")
    return Card(title, (Section(None, tuple(_source(feed) for feed in feeds)),), footer=_footer(page, more), more=more)


def _source(feed: Feed) -> Line:
    url = feed.url if redact(feed.url) == feed.url else None
    about = [feed.family] if feed.family and feed.family != name_of(feed) else []
    about += [word for word in (feed.kind, feed.country) if word]
    status = state(feed)
    return (
        Text(name_of(feed), url=url),
        Text(f" · {' · '.join(about)}" if about else "", "dim"),
        Text(f" · {status}", "strong" if in_trouble(feed) else "dim"),
    )


def _footer(page: int, more: bool) -> str | None:
    return f"Page {page + 1}" + (" · more follow" if more else "") if page or more else None


def starter(opml: Opml) -> Card:
    """What the shipped list holds, by folder."""
    folders = Counter(feed.folder or "" for feed in opml.feeds)
    sections = [
        Section(
            f"{folder} ({count})",
            _lines(", ".join(one.outlet or one.url for one in opml.feeds if one.folder == folder)),
        )
        for folder, count in folders.items()
    ]
    how = Section("To take it", (_code("!feed starter all"), _code(f"!feed starter {next(iter(folders))}")))
    return Card(f"The starter list: {len(opml.feeds)} feeds", (*sections, how))


def _code(command: str) -> Line:
    return (Text(command, "code"),)


# ── what was done ────────────────────────────────────────────────────────────────────────────────────────────────────


def added(result: Added, now: datetime) -> Card:
    """What came of adding a feed."""
    feed = result.feed
    if not result.new:
        return done(
            f"{name_of(feed)} is on the list already",
            f"It is feed {feed.id}, {redact(feed.url)}: {state(feed)}.",
        )
    found = result.found
    newest = f", the newest of {when(result.newest)}" if result.newest else ""
    sentences = [redact(feed.url)]
    if found and found.how:
        sentences.append(
            f"Found because {found.how}." if not found.others else f"{found.how[0].upper()}{found.how[1:]}."
        )
    sentences.append(
        f"It has {_many(result.entries, 'entry', 'entries')} now{newest}."
        if result.entries
        else "It is empty just now."
    )
    rhythm = "It is polled at once, then " + (
        f"every {length(feed.interval)}." if not feed.adaptive else "as often as it publishes."
    )
    sections = [Section(None, _lines(*sentences, rhythm))]
    if found and found.others:
        others = [
            f"{other.title}: {redact(other.address)}" if other.title else redact(other.address)
            for other in found.others
        ]
        sections.append(Section("The page names these too", _lines(*others[:_SHOWN])))
    return Card(f"Added feed {feed.id}: {name_of(feed)}", tuple(sections))


def imported(result: Imported) -> Card:
    """What came of a list."""
    sentences = [f"{_many(len(result.added), 'feed')} added; they are polled one after the other."]
    if result.already:
        sentences.append(f"{_many(result.already, 'feed')} already there.")
    if result.refused:
        sentences.append(f"{_many(len(result.refused), 'entry', 'entries')} refused.")
    sections = [Section(None, _lines(*sentences))]
    if reasons := result.reasons():
        told = [
            f"{count} ×, such as {shorten(one, 80)}: {reason}" if count > 1 else reason
            for reason, count, one in reasons
        ]
        sections.append(Section("Why", _lines(*told[:_SHOWN])))
    return Card("Nothing new in this list" if not result.added else "The list is imported", tuple(sections))


def exported(text: str, count: int) -> Card:
    """The list as a file."""
    return Card(f"{_many(count, 'feed')} as OPML", attachment=Attachment("feeds.opml", text))


def _many(count: int, one: str, many: str | None = None) -> str:
    return f"{count:,} {one if count == 1 else many or one + 's'}"


# ── a feed that is tried ─────────────────────────────────────────────────────────────────────────────────────────────


def examined(result: Examined, lexicon: Lexicon) -> Card:
    """What would be read of one feed."""
    if result.reason:
        return done(f"This can't be read: {shorten(result.subject, 100)}", result.reason)
    about = [result.format or "feed", _many(len(result.entries), "entry", "entries")]
    if result.skipped:
        about.append(f"{result.skipped} without any text passed over")
    about += [f"newest {when(result.newest)}" if result.newest else "undated", f"{result.seconds:g} s"]
    arms = [entry for entry in result.entries if entry.about_arms]
    lead = f"{_many(len(arms), 'of them holds', 'of them hold')} a word for arms" if arms else "None speaks of arms now"
    sections = [Section(None, _lines(" · ".join(about), f"{lead}."))]
    sections += [_entry(entry, lexicon) for entry in (arms or result.entries)[:_SHOWN]]
    return Card(result.title or shorten(result.subject, 100), tuple(sections))


def _entry(entry: ExaminedEntry, lexicon: Lexicon) -> Section:
    lines: list[Line] = [(Text(shorten(entry.title, _TITLE) or "untitled", url=entry.link),)]
    lines += [(Text(claim_in_words(claim, lexicon), "quote"),) for claim in entry.claims or ()]
    if entry.about_arms and not entry.claims:
        lines.append((Text("no claim would be read", "dim"),))
    return Section(None, tuple(lines))


def claim_in_words(claim: Claim, lexicon: Lexicon) -> str:
    """Iran denies: Iran → Russia, drones, delivered."""
    who = lexicon.name(claim.claimant) if claim.claimant else "own report"
    parties = f"{lexicon.name(claim.supplier)} → {lexicon.name(claim.recipient)}"
    return f"{who} {claim.stance}: {parties}, {', '.join(claim.weapons)}, {claim.phase}"
