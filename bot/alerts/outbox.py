"""Records a story: the one transaction that keeps it, its claims and cases, and owes the alerts that they cause.

::

    story, claims ─▶ story ─▶ place claims in cases, ─▶ claims ─▶ copy? ─▶ summaries ─▶ alerts owed
                      │       as people corrected them                                   │ alert=False: none
                      └ unchanged: done
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import datetime

from bot import cases
from bot.alerts import owing, placing, repeats
from bot.alerts.owing import Changed
from bot.alerts.placing import Placing
from bot.detect.lexicon import Lexicon
from bot.model import Case, Claim, Recorded, Story
from bot.store import Connection, ledger, stories
from bot.store.feed_list import family_of


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
    was_in = ledger.cases_of_stories(connection, [story_id]) if before else set()
    found, changed, were = _keep_claims(connection, story_id, feed_id, story, claims, before=before)
    owed = 0
    if alert and changed:
        event = f"{story_id} {stories.hash_of(story)} {now.isoformat()}"
        again = repeats.told_before(connection, story_id, story, claims, lexicon=lexicon, now=now)
        told = ledger.cases_of_stories(connection, again) | was_in
        owed = owing.owe(connection, story, changed, were, told=told, event=event, now=now, lexicon=lexicon)
    return Recorded(
        "new" if before is None else "edited", claims=len(found.placed), cases=tuple(sorted(changed)), alerts=owed
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
) -> tuple[Placing, Changed, dict[int, Case]]:
    """Make these the story's claims and its cases' summaries true; return what changed, and the cases as they were."""
    found = _find(connection, story_id, feed_id, story, claims, before=before)
    if not claims and not found.held:
        placing.keep(connection, story_id, story.at, found)
        return found, {}, {}
    copies = [] if before is None else stories.copies(connection, story_id)
    if before is not None and before.title != story.title:
        for copy in copies:
            stories.mark_copy(connection, copy, None)
    touched = found.touched | ledger.cases_of_stories(connection, copies)
    were = {case.id: case for case in ledger.cases_by_id(connection, sorted(touched)) if case.voices}

    placing.keep(connection, story_id, story.at, found)
    stories.index_text(connection, story_id, story if claims else None, [claim.words for claim in claims])
    original = stories.original(
        connection,
        story_id,
        feed_id,
        story,
        sorted({one.case_id for one in found.placed if one.case_id is not None}),
        reach=cases.COPY_REACH,
        same=cases.same_text,
    )
    stories.mark_copy(connection, story_id, original or found.repeats)
    for one in (story_id, *copies):
        ledger.count_story(connection, one)
    for case_id in sorted(touched):
        ledger.refresh(connection, case_id, lost=bool(found.held))
    return found, _changed(found), were


def _find(
    connection: Connection,
    story_id: int,
    feed_id: int,
    story: Story,
    claims: Sequence[Claim],
    *,
    before: stories.KeptStory | None,
) -> Placing:
    """Find where a story's claims go. A new one that repeats a text which somebody corrected is corrected likewise."""
    if before is not None:
        return placing.find(connection, story_id, claims, story.at, known=True, moved=before.at != story.at)
    reach, same = cases.COPY_REACH, cases.same_text
    repeats = (
        stories.corrected_original(connection, story_id, feed_id, story, reach=reach, same=same) if claims else None
    )
    return placing.find(connection, story_id, claims, story.at, known=False, repeats=repeats)


def _changed(found: Placing) -> Changed:
    changed: dict[int | None, list[Claim]] = {}
    for one in found.placed:
        was = found.held.get(one.claim.key)
        if was is None or was.case_id != one.case_id or _says(was.claim) != _says(one.claim):
            changed.setdefault(one.case_id, []).append(one.claim)
    now = {one.claim.key: one.case_id for one in found.placed}
    for key, was in found.held.items():
        if key not in now or now[key] != was.case_id:
            changed.setdefault(was.case_id, [])
    return {case_id: claims for case_id, claims in changed.items() if case_id is not None}


def _says(claim: Claim) -> tuple[object, ...]:
    """What a claim says, beyond its key; its words may be put otherwise."""
    return (claim.phase, frozenset(claim.weapons), claim.carrier)
