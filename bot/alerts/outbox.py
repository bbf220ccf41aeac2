"""Records a story: the one transaction that keeps it, its claims and cases, and owes the alerts that they cause.

::

    story, claims ─▶ story ─▶ place claims in cases ─▶ claims ─▶ copy? ─▶ summaries ─▶ alerts owed
                      │ unchanged: done                                                 │ alert=False: none
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import structlog

from bot import cases
from bot.detect.lexicon import Lexicon
from bot.errors import UserError
from bot.model import AlertKind, Case, Claim, Query, Recorded, Status, Story, Voice
from bot.queries import language, standing
from bot.store import Connection, alerts, ledger, stories, subscriptions
from bot.store import claims as kept_claims

log = structlog.get_logger(__name__)

Placed = list[tuple[Claim, int | None]]
Changed = dict[int, list[Claim]]
"""The cases whose claims a story changed, each with the claims that are new or say something else."""


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
    if before is not None and before.hash == stories.hash_of(story):
        return Recorded("unchanged")
    publisher = lexicon.publisher(story.outlet)
    if before is None:
        story_id = stories.add(connection, feed_id, story, publisher)
    else:
        story_id, story = before.id, dataclasses.replace(story, seen=before.seen)
        stories.replace(connection, story_id, story, publisher)

    claims = list({claim.key: claim for claim in claims}.values())
    changed, were = _keep_claims(connection, story_id, feed_id, story, claims, before=before)
    owed = 0
    if alert and changed:
        event = f"{story_id} {stories.hash_of(story)} {now.isoformat()}"
        owed = _owe(connection, story, changed, were, event=event, now=now, lexicon=lexicon)
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
    repeats = stories.original(
        connection,
        story_id,
        feed_id,
        story,
        sorted(_numbers(placed, {})),
        reach=cases.COPY_REACH,
        same=cases.same_text,
    )
    stories.mark_copy(connection, story_id, repeats)
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


# ── alerts ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def _owe(
    connection: Connection,
    story: Story,
    changed: Changed,
    were: Mapping[int, Case],
    *,
    event: str,
    now: datetime,
    lexicon: Lexicon,
) -> int:
    """Owe what the changed cases ask for. A case that is gone asks for nothing more, and takes what it owed with it."""
    queries = _queries(connection, lexicon, now)
    owed: list[alerts.Owed] = []
    for case in ledger.cases_by_id(connection, sorted(changed)):
        before = were.get(case.id)
        new = [Said(claim, story.outlet, f"{story.title}\n{story.summary}", story.at) for claim in changed[case.id]]
        old = [_said(voice, case) for voice in (*case.voices, *(before.voices if before else ()))]
        for_new = _interested(queries, new, case, lexicon)
        for_old = _interested(queries, old, case, lexicon)
        what = cases.change(before, case)
        shown = alerts.standing(connection, case.id)
        for place in sorted(for_new | (for_old & shown.keys())):
            kinds = _kinds(shown.get(place), what)
            owed += [_alert(kind, place, case, what.was, event) for kind in kinds]
    return alerts.owe(connection, owed, now)


def _kinds(shown: alerts.Standing | None, what: cases.Change) -> list[AlertKind]:
    """What a destination is owed when a case changes: its message, an edit of that, a reply under it."""
    if shown is None:
        return ["post"]
    if shown.posting:  # it will be drawn from the case as it is by then
        return []
    kinds: list[AlertKind] = ["edit"] if what.seen and not shown.editing else []
    return [*kinds, "reply"] if what.event else kinds


def _alert(kind: AlertKind, destination: str, case: Case, was: Status | None, event: str) -> alerts.Owed:
    if kind != "reply":
        return alerts.Owed(alerts.key_of(kind, destination, case.id, event), kind, destination, case.id)
    return alerts.Owed(alerts.key_of(kind, destination, case.id, event), kind, destination, case.id, was, case.status)


@dataclasses.dataclass(frozen=True, slots=True)
class Said:
    """A claim with what a query may ask about its story."""

    claim: Claim
    outlet: str
    text: str
    at: datetime


def _said(voice: Voice, case: Case) -> Said:
    claim = Claim(
        stance=voice.stance,
        claimant=voice.claimant,
        supplier=case.supplier,
        recipient=case.recipient,
        weapons=case.weapons,
        phase=voice.phase,
        words=voice.words,
        carrier=voice.carrier,
    )
    return Said(claim, voice.outlet, case.headline, voice.last_at)


def _queries(connection: Connection, lexicon: Lexicon, now: datetime) -> list[tuple[Query, set[str]]]:
    """The subscribed queries, each with its destinations. One that can't be read never stands in the ledger's way."""
    destinations: dict[str, set[str]] = {}
    for one in subscriptions.all_subscriptions(connection):
        destinations.setdefault(one.query, set()).add(one.destination)
    queries: list[tuple[Query, set[str]]] = []
    for text, places in destinations.items():
        try:
            queries.append((language.parse(text, lexicon, now), places))
        except UserError as error:
            log.warning("subscription not readable", query=text, destinations=sorted(places), reason=str(error))
    return queries


def _interested(
    queries: Iterable[tuple[Query, set[str]]], said: Sequence[Said], case: Case, lexicon: Lexicon
) -> set[str]:
    """The destinations with a subscription that one of these claims fits."""
    fitting = [places for query, places in queries if any(_fits(query, one, case, lexicon) for one in said)]
    return set().union(*fitting)


def _fits(query: Query, said: Said, case: Case, lexicon: Lexicon) -> bool:
    return standing.matches(
        query,
        said.claim,
        case.status,
        outlet=said.outlet,
        publisher=lexicon.publisher(said.outlet),
        text=said.text,
        at=said.at,
    )
