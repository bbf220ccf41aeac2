"""Finds who speaks in a unit, and whether they assert or deny.

A voice is a verb of speaking or denying with its subject (`speakers.py`) and its scope.
"""

from __future__ import annotations

from dataclasses import replace

from bot.detect.headings import MEDIA, QUOTES, headline_voices
from bot.detect.lexicon import Lexicon
from bot.detect.parties import actor
from bot.detect.speakers import Subject, is_speech, named, named_after, named_before
from bot.detect.text import Token, Unit, words
from bot.detect.voice import Voice

# Behind a verb of speaking these show that its subject ended the sentence: "…, Seoul said on Monday".
_TRAILERS = words(
    "on after in at last this yesterday today monday tuesday wednesday thursday friday saturday sunday , as when "
    "of late earlier reporters before during"
)
_PRONOUNS = words("he she it they we i")
_NEVER = words("not never neither nor")
_DASHES = words("— – -- -")
_NO_REPORTS = words(
    "proposal plan plans request requests offer bid appeal idea call calls criticism decision motion plea pleas clause "
    "condition conditions terms demand demands sale sales export exports permit permits licence licences license "
    "licenses application purchase"
)
_IDEAS = words("idea notion suggestion suggestions prospect talk speculation possibility")
_UPHOLDING = ("stick", "stuck", "repeat", "renew", "issue", "reiterat", "stand", "stood", "maintain")
_FORGED = words("fake false bogus forged doctored invented fabricated misleading")
_PAPERWORK = words(
    "certificate certificates document documents end-user paperwork papers flag flags name names passport "
    "passports order orders licence licences license licenses permit permits label labels manifest manifests invoice "
    "invoices identity identities company companies"
)
_TOLD = words("announced announce confirmed confirm disclosed disclose")
_OVER = words("after as over if")


def voices(unit: Unit, lexicon: Lexicon) -> list[Voice]:
    """Everybody who speaks in the unit, in their order."""
    row = unit.tokens
    found: list[Voice] = []
    for i in range(len(row)):
        if voice := _voice_at(row, i, lexicon):
            found.append(_with_shared_subject(row, voice, found))
    found.extend(headline_voices(row, lexicon, found))
    return sorted((v for v in found if v.subject or v.kind != "say"), key=lambda voice: voice.at)


def untrue(unit: Unit) -> int | None:
    """The token that calls something untrue, unless a negation turns it round."""
    row = unit.tokens
    return next((i for i in range(len(row)) if _calls_untrue(row, i)), None)


def no_comment(unit: Unit) -> int | None:
    """The token by which somebody neither asserts nor denies what stands behind it: "declined to say whether"."""
    row = unit.tokens
    return next((i for i, t in enumerate(row) if "no_comment" in t.tags or (t.low in _TOLD and _untold(row, i))), None)


def no_evidence(unit: Unit) -> int | None:
    """The token of "no evidence", "no sign" and the like."""
    return next((i for i, token in enumerate(unit.tokens) if "no_evidence" in token.tags), None)


def _untold(row: list[Token], i: int) -> bool:
    """Whether something was not told: "neither Fredville nor Strelsau has announced", "has not confirmed"."""
    return any(token.low in _NEVER for token in row[max(0, i - 3) : i]) or any(
        token.low == "neither" for token in row[max(0, i - 9) : i]
    )


# ── voices ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def _voice_at(row: list[Token], i: int, lexicon: Lexicon) -> Voice | None:
    tags, before = row[i].tags, row[i - 1].low if i else ""
    if "not_denial" in tags:
        return None
    if _shoots_down(row, i):
        return Voice("deny", i, subject_before(row, i, lexicon), i + 2, len(row))
    if "deny" in tags and row[i].low.endswith("ed") and i + 1 < len(row) and row[i + 1].low == "by" and i > 2:
        return Voice("deny", 0, named_after(row, i + 1, lexicon), 0, i)  # "the claim that … was denied by Kigali"
    if row[i].low in {"denial", "denials"} and (subject := _denier(row, i, lexicon)):
        return Voice("deny", i, subject, i + 1, len(row))
    if "deny" in tags and is_speech(row, i, "deny") and not _turns_down(row, i):
        return Voice("deny", i, subject_before(row, i, lexicon), i + 1, len(row))
    if "call" in tags and (at := _untrue_behind(row, i)) is not None:
        goes_on = at + 1 < len(row) and ({"report"} & row[at + 1].tags.keys() or row[at + 1].low == "that")
        return Voice("deny", i, subject_before(row, i, lexicon), i + 1, len(row) if goes_on else at + 1)
    if "protest" in tags and not ("say" in tags and any(token.low == "that" for token in row[i + 1 : i + 3])):
        over = next((j for j in range(i + 1, min(i + 12, len(row))) if row[j].low in _over(row[i])), None)
        if over is not None:
            return Voice("protest", i, subject_before(row, i, lexicon), over, len(row))
    if "accuse" in tags and row[i].low.endswith("ed") and i + 1 < len(row) and row[i + 1].low == "by":
        subject = named_after(row, i + 1, lexicon)
        return Voice("accuse", i, subject, subject.end, len(row)) if subject else None
    if "accuse" in tags and i == 0 and row[i].low.endswith("ed"):
        at = next((j for j in range(1, min(6, len(row))) if row[j].low in {"by", "of"}), None)
        comma = next((j for j in range(1, len(row)) if row[j].low == ","), len(row))
        if at is None:
            return None  # "Accused of arming the rebels, Freedonia …": nobody is named who says so
        subject = named_after(row, at, lexicon) if row[at].low == "by" else Subject((), "unnamed")
        return Voice("accuse", 0, subject, 1, comma)
    if "accuse" in tags and any(token.low in {"of", "over", "for", "involved"} for token in row[i + 1 : i + 8]):
        if not is_speech(row, i, "accuse"):
            return None
        return Voice("accuse", i, subject_before(row, i, lexicon), i + 1, len(row))
    if row[i].low == "reportedly" or (
        row[i].low in {"reported", "said"} and before in {"are", "is", "was", "were", "been"}
    ):
        return Voice("say", i, MEDIA, 0, len(row))
    if "protest" in tags and before == "to":
        return None  # "summoned the ambassador to protest"
    if "say" in tags and not row[i].low.startswith(("tell", "told")) and (behind := _behind_comma(row, i, lexicon)):
        return behind
    if row[i].low == "told" and all(not token.text[:1].isalnum() for token in row[i + 1 :]):
        return None  # "…, Sylvania's envoy told": it was said to him
    if "say" in tags and before != "as" and is_speech(row, i, "say"):
        return _saying(row, i, lexicon)
    if "according" in tags:
        subject = named_after(row, i, lexicon)
        return Voice("say", i, subject, *((subject.end, len(row)) if i < 2 else (0, i)))
    return None


def _shoots_down(row: list[Token], i: int) -> bool:
    """ "Shoots down the idea of …", "shot down reports that …"."""
    if row[i].low not in {"shoot", "shoots", "shot", "shooting"} or i + 2 >= len(row) or row[i + 1].low != "down":
        return False
    return any("report" in token.tags or token.low in _IDEAS for token in row[i + 2 : i + 5])


def _denier(row: list[Token], i: int, lexicon: Lexicon) -> Subject:
    """Whose the denial at `i` is: "denials from Oman", "Kigali's denial"."""
    if i + 1 < len(row) and row[i + 1].low in {"from", "by"}:
        return named_after(row, i + 1, lexicon)
    word = actor(row[i - 1]) if i else None
    if word and (row[i - 1].possessive or word.form == "adjective"):
        return Subject((word.code,), "", None, i - 1, i)
    holds = any(token.low.startswith(_UPHOLDING) for token in row[max(0, i - 4) : i])  # "sticks to its denial"
    return subject_before(row, i, lexicon) if holds else Subject()


def _with_shared_subject(row: list[Token], voice: Voice, found: list[Voice]) -> Voice:
    """A verb behind "but" or "and" without a subject has that of the verb before: "denies …, but admits …"."""
    before = row[voice.at - 1].low if voice.at else ""
    if before in {"but", "and", "that", "which"} and found and not voice.subject.codes:
        return replace(voice, subject=found[-1].subject)
    if before in {"but", "and"} and voice.kind == "deny" and found and found[-1].at < voice.subject.start:
        return replace(voice, subject=found[-1].subject)  # "Beijing says the US is in no position … and denies it"
    aside = voice.subject.end + 1 < voice.at and row[voice.subject.end + 1].low in {"which", "who", "whom", "whose"}
    if before == "," and voice.kind == "deny" and found and not aside and _goes_on(row, found[-1], voice):
        return replace(voice, subject=found[-1].subject)  # "…, Beijing told reporters, calling it fake news"
    return voice


def _over(verb: Token) -> frozenset[str]:
    """What stands before that which is protested against: "after …", "demands explanation for …"."""
    if verb.low.startswith(("bristl", "fum", "rail")):
        return _OVER | {"at", "against"}
    return _OVER | {"for", "of", "about"} if verb.low.endswith(("explanation", "answers")) else _OVER


def _goes_on(row: list[Token], first: Voice, voice: Voice) -> bool:
    """Whether a denial behind a comma goes on with the subject of the voice before: "confirms talks, denies a sale"."""
    commas = sum(token.low == "," for token in row[first.at : voice.at])
    return row[voice.at].low.endswith("ing") or (commas == 1 and first.subject.end <= first.at < voice.at)


def _turns_down(row: list[Token], i: int) -> bool:
    """ "rejects a request", "dismisses criticism": no report is denied."""
    behind = row[i + 1 : i + 6]
    if any("report" in token.tags for token in behind):
        return False  # "rejects report of a plan"
    return row[i].low.startswith(("reject", "dismiss", "rebuff")) and any(t.low in _NO_REPORTS for t in behind)


def subject_before(row: list[Token], i: int, lexicon: Lexicon) -> Subject:
    """Whom the verb of speaking at `i` has as its subject; a pronoun is the person named before, or left open."""
    pronoun = next((j for j in (i - 1, i - 2) if j >= 0 and row[j].low in _PRONOUNS), None)
    if pronoun is not None and row[pronoun].low in {"he", "she"}:
        person = next((w for t in reversed(row[:pronoun]) if (w := actor(t)) and w.form == "person"), None)
        if person:
            return Subject((person.code,), "", None, pronoun, pronoun + 1)
    if pronoun is not None:
        return Subject((), "country", None, pronoun, pronoun + 1)
    return named_before(row, i, lexicon)


def _saying(row: list[Token], i: int, lexicon: Lexicon) -> Voice:
    subject = subject_before(row, i, lexicon)
    answer = [token.low for token in row[i + 1 :] if token.low not in QUOTES | {"”", "'", ".", "!"}]
    if answer in (["no"], ["never"]) and subject:
        return Voice("deny", i, subject, i + 1, len(row))  # "Tanks for Kyiv? Both sides say no"
    if subject.start <= 2 and any(token.low == "what" for token in row[: subject.start + 1]):
        return Voice("say", i, Subject(), i + 1, i + 1)  # "what the French say is not true": it is spoken of
    trailing = bool(subject) and _is_trailing(row, subject.start, i)
    if not subject:
        subject = named_after(row, i, lexicon)  # “…”, said the minister
        trailing = bool(subject)
    if trailing:
        quoted = subject.start and row[subject.start - 1].low in {"”", '"'}
        # “…,” she told LCI of a transfer; "not true, the Kremlin says of …"
        also = any(token.low in {"of", "about"} for token in row[i + 1 : i + (5 if quoted else 2)])
        also = also or [t.low for t in row[i + 1 : i + 3]] == [",", "and"]  # "…, the envoy said, and has been giving"
        return Voice("say", i, subject, 0, len(row) if also else min(subject.start, i))
    if subject.open == "unnamed" and row[i].low.startswith(("tell", "told")):  # "officials told Reuters"
        subject = MEDIA if any("media" in token.tags for token in row[i + 1 : i + 4]) else subject
    if row[i].low.endswith("ing") and i and row[i - 1].low == ",":  # "Washington sanctioned the firm, alleging …"
        start = max((j + 1 for j in range(i) if row[j].low in _DASHES), default=0)  # behind a dateline
        main = next((w for t in row[start:i] if (w := actor(t)) and w.form not in {"origin", "goal"}), None)
        subject = Subject((main.code,)) if main else subject
    return Voice("say", i, subject, i + 1, len(row))


def _behind_comma(row: list[Token], i: int, lexicon: Lexicon) -> Voice | None:
    """ "…, says Ukrainian official": the speaker is behind the verb."""
    if i < 2 or row[i - 1].low not in {",", "”", "—", "–"}:
        return None
    end = next((j for j in range(i + 1, len(row)) if row[j].low in {",", ".", "in", "on", "after"}), len(row))
    if not 1 <= end - i - 1 <= 5:
        return None
    subject = named(row, i + 1, end, lexicon, nearest=False)
    return Voice("say", i, subject, 0, i) if subject.codes or subject.open in {"office", "paper"} else None


def _is_trailing(row: list[Token], subject: int, verb: int) -> bool:
    """Whether the speaker stands at the end: "…, Seoul says", “…” Kulubaev told a deputy."""
    before = row[subject - 1].low if subject else ""
    end = next((j for j in range(verb + 1, len(row)) if row[j].low in {",", "after", ";", "while"}), len(row))
    rest = [token for token in row[verb + 1 : end] if token.low not in {".", "”", '"', ")"}]
    if before not in {",", "”", '"', "—", "–", "-", "?", "!"}:
        return False
    if any(token.low == "that" for token in rest[:4]):
        return False
    if before in {"”", '"'} or len(rest) <= 3 or rest[0].low in _TRAILERS:
        return True
    return not any("verb" in token.tags for token in rest)


def _calls_untrue(row: list[Token], i: int) -> bool:
    if row[i].low in _FORGED and any(token.low in _PAPERWORK for token in row[i + 1 : i + 4]):
        return False  # "with fake end-user certificates"
    return "untrue" in row[i].tags and not any(token.low in _NEVER for token in row[max(0, i - 3) : i])


def _untrue_behind(row: list[Token], i: int) -> int | None:
    for j in range(i + 1, min(i + 24, len(row))):
        if _calls_untrue(row, j):
            return j
        if row[j].low in {";", "but", "while"}:
            return None
    return None
