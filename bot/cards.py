"""What is said to people: cases, claims and answers as cards, once for all platforms. Pure.

Texts are data, never markup; how a card looks is the platform's matter (`bot/platforms/`).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from bot.detect.lexicon import Lexicon
from bot.model import Button, Card, Case, Claim, KeptClaim, Line, Section, Stance, Status, Text, Voice, Weapon

_QUOTE = 200  # characters of a claim's words that are shown
_HEADLINE = 160
_VOICES = 4  # shown of each stance; `!case` shows all
_OWN_VOICE = "own report"  # where nobody is named, the outlet itself says it
_DOT = Text(" · ", "dim")


# ── alerts ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def alert(case: Case, lexicon: Lexicon) -> Card:
    """A case's message in a channel: what stands where, who says so in which words, who denies it, since when."""
    return Card(
        title=f"{case.status.capitalize()}: {dyad(case, lexicon)}, {weapons(case.weapons)}",
        sections=(Section(None, (_newest_story(case),)), *_voices(case, lexicon)),
        status=case.status,
        url=case.url,
        footer=_footer(case),
        cases=(case.id,),
        buttons=(
            Button("Sources", f"case {case.id} sources"),
            Button("Why", f"why {case.id}"),
            Button("Follow", f"follow {case.id} me"),
        ),
    )


def status_change(case: Case, was: Status, lexicon: Lexicon) -> Card:
    """The reply under a case's message: from which status to which, and whose words made it so."""
    voice = _cause(case, was)
    said = "denies it" if voice.stance == "denies" else "says it was stopped" if voice.phase == "stopped" else "says so"
    statuses = f"{was} → {case.status}" if was != case.status else f"still {was}"
    return Card(
        title=f"{statuses.capitalize()}: {speaker(voice.claimant, voice.outlet, lexicon)} {said}",
        sections=(Section(None, _said(voice, lexicon)),),
        status=case.status,
        url=voice.url,
        footer=f"Case {case.id}: {dyad(case, lexicon)}",
        cases=(case.id,),
    )


def changed(case: Case, was: Status, lexicon: Lexicon) -> Section:
    """A change of status in a list: from which to which, and the words that made it so."""
    heading = f"{case.id} · {was} → {case.status} · {dyad(case, lexicon)}, {weapons(case.weapons)}"
    return Section(heading, _said(_cause(case, was), lexicon), compact=True)


def _cause(case: Case, was: Status) -> Voice:
    """The newest voice that explains the status: one story may bring an assertion and its denial at once."""
    if was == case.status:
        return case.voices[0]
    stance = "denies" if case.status == "denied" or (case.status == "contested" and was != "denied") else "asserts"
    fitting = [voice for voice in case.voices if voice.stance == stance]
    if case.status == "acknowledged":
        fitting.sort(key=lambda voice: voice.claimant not in (case.supplier, case.recipient))
    return (fitting or case.voices)[0]


# ── answers ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def cases(found: Sequence[Case], lexicon: Lexicon, *, asked: str, page: int = 0, more: bool = False) -> Card:
    """A page of cases, newest first. `asked` says the question in words; `more`: there is a next page."""
    return Card(
        title=capital(asked),
        sections=tuple(listed(case, lexicon) for case in found),
        footer=_paging("case", len(found), page, more),
        cases=tuple(case.id for case in found),
        more=more,
    )


def case(found: Case, claims: Sequence[KeptClaim], lexicon: Lexicon, *, page: int = 0, more: bool = False) -> Card:
    """One case and a page of its claims in time order; page 0 has the newest, `more`: there are earlier ones."""
    card = Card(
        title=f"Case {found.id}, {found.status}: {dyad(found, lexicon)}, {weapons(found.weapons)}",
        sections=tuple(_claim(kept, lexicon) for kept in claims),
        status=found.status,
        url=found.url,
        footer=_footer(found),
        cases=(found.id,),
        more=more,
        buttons=(
            Button("Timeline", f"case {found.id} timeline"),
            Button("Sources", f"case {found.id} sources"),
            Button("Why", f"why {found.id}"),
            Button("Follow", f"follow {found.id} me"),
        ),
    )
    return card if not page and not more else _noted(card, f"Page {page + 1}" + (" · earlier claims follow" * more))


def denials(
    found: Sequence[tuple[KeptClaim, Case | None]], lexicon: Lexicon, *, asked: str, page: int = 0, more: bool = False
) -> Card:
    """A page of denials, newest first, each with the newest assertion that it answers."""
    return Card(
        title=capital(asked),
        sections=tuple(_denial(kept, case, lexicon) for kept, case in found),
        footer=_paging("denial", len(found), page, more),
        cases=tuple(dict.fromkeys(case.id for _, case in found if case)),
        more=more,
    )


def nothing(asked: str, tries: Iterable[Sequence[str]]) -> Card:
    """The answer when nothing fits. `tries`: what to try instead, each as a hint and a command."""
    lines = tuple((Text(f"{hint}: "), Text(command, "code")) for hint, command in tries)
    return Card(title=f"No {asked}", sections=(Section("Try", lines),) if lines else ())


def usage(title: str, commands: Mapping[str, tuple[str, Sequence[str]]], notes: Mapping[str, Sequence[str]]) -> Card:
    """Help. `commands`: how a command is written → what it does, and examples; `notes`: a heading → its lines."""
    sections = [
        Section(written, ((Text(does),), *((Text(example, "code"),) for example in examples)))
        for written, (does, examples) in commands.items()
    ]
    sections += [Section(heading, tuple((Text(line),) for line in lines)) for heading, lines in notes.items()]
    return Card(title=title, sections=tuple(sections))


def error(sentence: str) -> Card:
    """What is wrong and what to do."""
    return Card(title="That did not work", sections=(Section(None, ((Text(sentence),),)),))


# ── parts of a card ──────────────────────────────────────────────────────────────────────────────────────────────────


def dyad(case: Case, lexicon: Lexicon) -> str:
    """Who to whom: "North Korea → Russia", with ".." for a party that nobody named."""
    return f"{lexicon.name(case.supplier)} → {lexicon.name(case.recipient)}"


def weapons(found: Sequence[Weapon]) -> str:
    """Categories in words: "drones and air defence". Beside others, "unspecified" adds nothing."""
    names = [weapon.replace("-", " ") for weapon in found if weapon != "unspecified"]
    return _and(names) if names else "unspecified arms"


def _newest_story(case: Case) -> Line:
    return (
        Text(shorten(case.headline, _HEADLINE), "strong", case.url),
        _DOT,
        Text(case.outlet, "dim"),
        _DOT,
        Text(day(case.last_at), "dim"),
    )


def _voices(case: Case, lexicon: Lexicon) -> Iterable[Section]:
    for heading, stance in (("Who says so", "asserts"), ("Who denies it", "denies")):
        voices = [voice for voice in case.voices if voice.stance == stance]
        if not voices:
            continue
        lines = [line for voice in voices[:_VOICES] for line in _said(voice, lexicon)]
        if len(voices) > _VOICES:
            others = counted(len(voices) - _VOICES, "other")
            lines.append((Text(f"and {others}: ", "dim"), Text(f"!case {case.id}", "code")))
        yield Section(heading, tuple(lines))


def _said(voice: Voice, lexicon: Lexicon) -> tuple[Line, Line]:
    """Who, in which phase, reported by whom and when; then the words."""
    when = day(voice.last_at)
    if voice.claims > 1:
        when = f"{voice.claims} claims, {_stretch(voice.first_at, voice.last_at)}"
    who = Text(capital(speaker(voice.claimant, voice.outlet, lexicon)), "strong")
    return (who, _DOT, *_source(voice, voice.outlet, voice.url, when)), _quoted(voice.words)


def _source(spoken: Claim | Voice, outlet: str, url: str | None, when: str) -> Line:
    """ "via KCNA · delivered · The Hill · 23 Dec 2022": the speaker and the outlet are two things."""
    line = [Text(spoken.phase, "dim")]
    if spoken.carrier and spoken.carrier != outlet:
        line.insert(0, Text(f"via {spoken.carrier}", "dim"))
    line.append(Text(_OWN_VOICE if spoken.claimant is None else outlet, "dim", url))
    line.append(Text(when, "dim"))
    return tuple(part for text in line for part in (_DOT, text))[1:]


def speaker(claimant: str | None, outlet: str, lexicon: Lexicon) -> str:
    """Who said it: the claimant's name, or the outlet where that reported it in its own voice."""
    return outlet if claimant is None else lexicon.name(claimant)


def listed(case: Case, lexicon: Lexicon) -> Section:
    """A case in a list: what stands where, its newest story, who says so and who denies it."""
    heading = f"{case.id} · {case.status} · {dyad(case, lexicon)}, {weapons(case.weapons)}"
    lines = [
        _newest_story(case),
        *_speakers(case, "asserts", ("says so", "say so"), lexicon),
        *_speakers(case, "denies", ("denies it", "deny it"), lexicon),
        (Text(f"{_publishers(case)} · {_stretch(case.first_at, case.last_at)}", "dim"),),
    ]
    return Section(heading, tuple(lines), compact=True)


def _speakers(case: Case, stance: Stance, verbs: tuple[str, str], lexicon: Lexicon) -> Iterable[Line]:
    """ "Iran and Russia deny it", where anybody does."""
    voices = [voice for voice in case.voices if voice.stance == stance]
    names = list(dict.fromkeys(speaker(voice.claimant, voice.outlet, lexicon) for voice in voices))
    if len(names) > _VOICES:
        names[_VOICES:] = [counted(len(names) - _VOICES, "other")]
    if names:
        yield Text(capital(_and(names)), "strong"), Text(f" {verbs[len(names) > 1]}")


def _claim(kept: KeptClaim, lexicon: Lexicon) -> Section:
    who = capital(speaker(kept.claim.claimant, kept.outlet, lexicon))
    return Section(f"{who} {kept.claim.stance}", reported(kept))


def _denial(kept: KeptClaim, case: Case | None, lexicon: Lexicon) -> Section:
    """What is denied by whom, and the newest assertion of the case that it stands against."""
    claim = kept.claim
    who = capital(speaker(claim.claimant, kept.outlet, lexicon))
    denied = f"{lexicon.name(claim.supplier)} → {lexicon.name(claim.recipient)}, {weapons(claim.weapons)}"
    lines = [*reported(kept)]
    if case:
        answered = next((voice for voice in case.voices if voice.stance == "asserts"), None)
        if answered:
            said, words = _said(answered, lexicon)
            lines += [(Text("Answers "), *said), words]
        lines.append((Text(f"Case {case.id}, {case.status}", "dim"),))
    return Section(f"{who} denies: {denied}", tuple(lines))


def reported(kept: KeptClaim) -> tuple[Line, Line]:
    """Where and when a claim was reported, in which phase; then its words."""
    when = day(kept.at) if kept.published else f"undated, seen {day(kept.at)}"
    return _source(kept.claim, kept.outlet, kept.url, when), _quoted(kept.claim.words)


def _footer(case: Case) -> str:
    return f"Case {case.id} · {_publishers(case)} · {_stretch(case.first_at, case.last_at)}"


def _publishers(case: Case) -> str:
    return f"at most {counted(case.publishers, 'independent publisher')}"


def _paging(what: str, shown: int, page: int, more: bool) -> str:
    if not page and not more:
        return counted(shown, what)
    return f"Page {page + 1}" + (" · there are more; narrow it down with from:, to:, weapon: or since:" if more else "")


def _noted(card: Card, note: str) -> Card:
    return replace(card, footer=f"{card.footer} · {note}")


# ── words ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def shorten(text: str, limit: int) -> str:
    """`text` on one line and of at most `limit` characters, cut between words where it can be, with "…"."""
    text = " ".join(text.split())
    if len(text) <= limit:
        return text
    cut = text.rfind(" ", 0, limit)
    if cut < limit // 2:  # one endless word
        cut = limit - 1
        while cut and (unicodedata.combining(text[cut]) or text[cut - 1] == "\u200d" or text[cut] == "\u200d"):
            cut -= 1
    return text[:cut].rstrip(" ,;:–—-") + "…"


def _quoted(words: str) -> Line:
    return (Text(f"“{shorten(words, _QUOTE)}”", "quote"),)


def _stretch(first: datetime, last: datetime) -> str:
    start, end = day(first), day(last)
    return start if start == end else f"{start} to {end}"


def day(moment: datetime) -> str:
    """ "23 Dec 2022", in UTC."""
    moment = moment.astimezone(UTC)
    return f"{moment.day} {moment:%b %Y}"


def counted(number: int, noun: str) -> str:
    """ "1 case", "1,200 cases"."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _and(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def capital(text: str) -> str:
    """`text` with its first letter as a capital."""
    return text[:1].upper() + text[1:]
