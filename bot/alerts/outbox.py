"""Records a story: the one transaction that keeps it, its claims and cases, and owes the alerts that they cause.

::

    story, claims ─▶ story ─▶ place claims in cases ─▶ claims ─▶ copy? ─▶ summaries ─▶ alerts owed
                      │ unchanged: done                                                 │ alert=False: none
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from datetime import datetime

from bot import cases
from bot.alerts import owing, repeats
from bot.alerts.owing import Changed
from bot.detect.lexicon import Lexicon
from bot.model import Case, Claim, Recorded, Story
from bot.store import Connection, ledger, stories
from bot.store import claims as kept_claims
from bot.store.feed_list import family_of

Placed = list[tuple[Claim, int | None]]


def record(
    connection: Connection,
    feed_id: int,
    story: Story,
    claims: Sequence[Claim],
    *,
    now: datetime,
    alert: bool,
    lexicon: Lexicon,
) -> Recorded:
    """Keep a story with the claims read from it, and owe the alerts that it causes; return what became of it.

    A story that reads as it did is left alone. In an edited one the claims that are still made keep their ids, and
    alerts are owed only if the claims changed. With `alert` false everything is kept and nothing is owed.
    """
    before = stories.find(connection, feed_id, story.key)
    if before is not None and before.known.reads(story):
        return Recorded("unchanged")
    publisher = lexicon.publisher(family_of(connection, feed_id, story.outlet) or story.outlet)
    if before is None:
        story_id = stories.add(connection, feed_id, story, publisher)
    else:
        story_id, story = before.id, dataclasses.replace(story, seen=before.seen)
        stories.replace(connection, story_id, story, publisher)

    claims = list({claim.key: claim for claim in claims}.values())
    was_in = ledger.cases_of_stories(connection, [story_id])
    changed, were = _keep_claims(connection, story_id, feed_id, story, claims, before=before)
    owed = 0
    if alert and changed:
        event = f"{story_id} {stories.hash_of(story)} {now.isoformat()}"
        again = repeats.told_before(connection, story_id, story, claims, lexicon=lexicon, now=now)
        told = ledger.cases_of_stories(connection, again) | was_in
        owed = owing.owe(connection, story, changed, were, told=told, event=event, now=now, lexicon=lexicon)
    return Recorded(
        "new" if before is None else "edited", claims=len(claims), cases=tuple(sorted(changed)), alerts=owed
    )


# ── claims and their cases ───────────────────────────────────────────────────────────────────────────────────────────


def _keep_claims(
    connection: Connection,
    story_id: int,
    feed_id: int,
    story: Story,
    claims: Sequence[Claim],
    *,
    before: stories.KeptStory | None,
) -> tuple[Changed, dict[int, Case]]:
    """Make these the story's claims and its cases' summaries true; return what changed, and the cases as they were."""
    held = {} if before is None else kept_claims.of_story(connection, story_id)
    if not claims and not held:
        return {}, {}
    copies = [] if before is None else stories.copies(connection, story_id)
    if before is not None and before.title != story.title:
        for copy in copies:
            stories.mark_copy(connection, copy, None)
    moved = story_id if before is not None and before.at != story.at else None
    placed = _place(connection, claims, story.at, moved)
    touched = {*_numbers(placed, held), *ledger.cases_of_stories(connection, copies)}
    were = {case.id: case for case in ledger.cases_by_id(connection, sorted(touched)) if case.voices}

    kept_claims.put(connection, story_id, story.at, placed, held)
    stories.index_text(connection, story_id, story if claims else None, [claim.words for claim in claims])
    original = stories.original(
        connection,
        story_id,
        feed_id,
        story,
        sorted(_numbers(placed, {})),
        reach=cases.COPY_REACH,
        same=cases.same_text,
    )
    stories.mark_copy(connection, story_id, original)
    for one in (story_id, *copies):
        ledger.count_story(connection, one)
    for case_id in sorted(touched):
        ledger.refresh(connection, case_id, lost=bool(held))
    return _changed(placed, held), were


def _place(connection: Connection, claims: Sequence[Claim], at: datetime, moved: int | None) -> Placed:
    """Find the case of each claim, or start one. `moved`: the story, if it is dated otherwise than it was."""
    numbers: dict[cases.Dyad, int] = {}
    placed: Placed = []
    for claim, dyad in zip(claims, cases.dyads(claims), strict=True):
        if dyad is not None and dyad not in numbers:
            spans = ledger.spans(connection, dyad)
            if moved is not None:
                spans = [_span_without(connection, span, moved, at) for span in spans]
            numbers[dyad] = cases.nearest(spans, at) or ledger.start(connection, dyad, at)
        placed.append((claim, None if dyad is None else numbers[dyad]))
    return placed


def _span_without(connection: Connection, span: cases.Span, story_id: int, at: datetime) -> cases.Span:
    """The span that a case would have without a story. A case of that story alone goes where the story goes."""
    first, last = ledger.span_without(connection, span.case_id, story_id) or (at, at)
    return cases.Span(span.case_id, first, last)


def _changed(placed: Placed, held: Mapping[kept_claims.Key, kept_claims.Held]) -> Changed:
    changed: dict[int | None, list[Claim]] = {}
    for claim, case_id in placed:
        was = held.get(claim.key)
        if was is None or was.case_id != case_id or _says(was.claim) != _says(claim):
            changed.setdefault(case_id, []).append(claim)
    now = {claim.key: case_id for claim, case_id in placed}
    for key, was in held.items():
        if key not in now or now[key] != was.case_id:
            changed.setdefault(was.case_id, [])
    return {case_id: claims for case_id, claims in changed.items() if case_id is not None}


def _says(claim: Claim) -> tuple[object, ...]:
    """What a claim says, beyond its key; its words may be put otherwise."""
    return (claim.phase, frozenset(claim.weapons), claim.carrier)


def _numbers(placed: Placed, held: Mapping[kept_claims.Key, kept_claims.Held]) -> set[int]:
    found = {case_id for _, case_id in placed} | {one.case_id for one in held.values()}
    return {case_id for case_id in found if case_id is not None}
