"""Corrects the ledger: one transaction keeps the correction, takes the claims that it is about through it, and owes
the edits of the messages that show what was wrong.

::

    correction ─▶ log ─▶ its stories: place claims in cases anew ─▶ summaries ─▶ edits owed
         undo ─▶ undone ┘

A correction is no news: it edits messages, and never posts one or replies to one. An edit goes to each message that
shows the case, also where the case is muted or nobody subscribes any more, since what stands there is wrong.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot import cases
from bot import corrections as rules
from bot.alerts import placing
from bot.alerts.numbered import Numbered, numbered
from bot.corrections import Change, Correction, Kind, Subject, hindrance
from bot.errors import UserError
from bot.model import Case
from bot.store import Connection, alerts, corrections, handing_on, ledger, stories

Numbers = Collection[int]
"""Claims of a case, as `numbered` counts them; none: all that stand there."""


@dataclass(frozen=True, slots=True)
class By:
    """Who corrects, why, when."""

    who: str  # the person's destination
    why: str
    now: datetime


@dataclass(frozen=True, slots=True)
class Mended:
    """What became of a correction or its undoing: the cases that it names, as they are now."""

    correction: Correction
    cases: tuple[Case, ...]


# ── corrections ──────────────────────────────────────────────────────────────────────────────────────────────────────


def drop(connection: Connection, case_id: int, numbers: Numbers, by: By) -> Mended:
    """Let claims of a case be none. Raises UserError when there is no such case or claim."""
    _open_case(connection, case_id)
    return _mend(connection, "drop", case_id, _chosen(connection, case_id, numbers), by)


def change(connection: Connection, case_id: int, numbers: Numbers, changes: Sequence[Change], by: By) -> Mended:
    """Let claims of a case say something else; they go to the case of those that they are about then.

    Raises UserError when there is no such case or claim, when that would leave a claim without supplier and recipient,
    and when the claims say so already.
    """
    case = _open_case(connection, case_id)
    chosen = _chosen(connection, case_id, numbers)
    changed = [rules.changed(one.placed.claim, changes) for one in chosen]
    if all(new == one.placed.claim for new, one in zip(changed, chosen, strict=True)):
        raise UserError("That is what it says already.")
    dyads = {(new.supplier, new.recipient) for new in changed}
    if (None, None) in dyads:
        raise UserError("A claim has a supplier or a recipient at least. If it is no claim of arms, write `drop`.")
    other = None
    if any(one.field in ("supplier", "recipient") for one in changes):
        if len(dyads) > 1:
            raise UserError("These claims would be about different transfers. Correct them one by one.")
        (dyad,) = dyads
        other = None if _fits(dyad, case) else _case_of(connection, dyad, chosen)
    return _mend(connection, "set", case_id, chosen, by, changes=changes, other_id=other)


def relabel(connection: Connection, case_id: int, changes: Sequence[Change], by: By) -> Mended:
    """Let a case, and those of its claims that say what it says, be about another supplier or recipient.

    Raises UserError when there is no such case, and when it is about these already.
    """
    case = _open_case(connection, case_id)
    now = {one.field: one.now for one in changes}
    dyad = (_actor(now.get("supplier", case.supplier)), _actor(now.get("recipient", case.recipient)))
    if dyad == (case.supplier, case.recipient):
        raise UserError(f"Case {case_id} is about these already.")
    if dyad == (None, None):
        raise UserError("A case has a supplier or a recipient at least. If it is none of arms, write `drop`.")
    was = {"supplier": case.supplier, "recipient": case.recipient}
    full = [dataclasses.replace(one, was=was[one.field]) for one in changes]
    chosen = _chosen(connection, case_id, ())
    return _mend(connection, "parties", case_id, chosen, by, changes=full, other_id=case_id)


def merge(connection: Connection, one: int, other: int, by: By) -> Mended:
    """Let two cases be one: that with the lower number stays, and the other leads to it.

    Raises UserError when one of them is not there, or they are one already.
    """
    pair = {_open_case(connection, ledger.lead(connection, number)).id for number in (one, other)}
    if len(pair) == 1:
        raise UserError(f"Cases {one} and {other} are one already." if one != other else "Name two cases, as in 12 13.")
    stays, gone = sorted(pair)
    return _mend(connection, "merge", stays, [], by, other_id=gone)


def split(connection: Connection, case_id: int, numbers: Numbers, by: By) -> Mended:
    """Let some claims of a case be a case of their own. Raises UserError when there is no such case or claim, or when
    none would stay."""
    case = _open_case(connection, case_id)
    chosen = _chosen(connection, case_id, numbers)
    if len(chosen) == len([one for one in numbered(connection, case_id) if one.stands_in == case_id]):
        raise UserError(f"These are all the claims of case {case_id}. Name only those that are to leave it.")
    new = ledger.start(connection, (case.supplier, case.recipient), min(one.at for one in chosen))
    return _mend(connection, "split", case_id, chosen, by, other_id=new)


def undo(connection: Connection, number: int, by: By) -> Mended:
    """Let a correction hold no longer.

    Raises UserError when there is none such, when it is undone, and when a later one rests on it.
    """
    found = corrections.by_number(connection, [number])
    if not found:
        raise UserError(f"There is no correction {number}. !corrections lists them.")
    (one,) = found
    if one.undone_at is not None:
        raise UserError(f"Correction {number} is undone already.")
    later = {other.id: other for case_id in one.cases for other in corrections.of_case(connection, case_id)}
    if blocking := hindrance(one, later.values()):
        raise UserError(f"Correction {blocking.id} rests on it: !undo {blocking.id} first.")
    _undo(connection, one, by)
    (undone,) = corrections.by_number(connection, [number])
    return Mended(undone, tuple(ledger.cases_by_id(connection, sorted(one.cases))))


# ── how they are carried out ─────────────────────────────────────────────────────────────────────────────────────────


def _mend(
    connection: Connection,
    kind: Kind,
    case_id: int,
    chosen: Sequence[Numbered],
    by: By,
    *,
    changes: Sequence[Change] = (),
    other_id: int | None = None,
) -> Mended:
    subjects = tuple(Subject(one.story_id, one.key, one.placed.claim.words) for one in chosen)
    wanted = Correction(0, kind, case_id, other_id, tuple(changes), subjects, by.who, by.why, by.now)
    one = corrections.add(connection, wanted)
    told = [about.story_id for about in subjects]
    if one.kind == "parties":
        _label(connection, one, {change.field: change.now for change in one.changes})
    if one.kind == "merge" and one.other_id is not None:
        told = corrections.stories_of(connection, [one.other_id])
        handing_on.hand_on(connection, one.other_id, case_id)
        corrections.lead(connection)
    _carry_out(connection, told, one.cases, event=f"correction {one.id}", now=by.now)
    return Mended(one, tuple(ledger.cases_by_id(connection, sorted(one.cases))))


def _undo(connection: Connection, one: Correction, by: By) -> None:
    told = [about.story_id for about in one.subjects]
    touched = set(one.cases)
    if one.kind == "merge" and one.other_id is not None:
        chain = _chain(connection, one)
        touched |= chain
        told = corrections.stories_of(connection, [one.other_id, *chain], corrected=True)
        handing_on.hand_back(connection, one.other_id, chain)
    elif one.kind in ("parties", "split"):
        told = [*told, *corrections.stories_of(connection, one.cases)]
    corrections.mark_undone(connection, one.id, by.who, by.why or None, by.now)
    if one.kind == "parties":
        _label(connection, one, {change.field: change.was for change in one.changes})
    if one.kind == "merge":
        corrections.lead(connection)
    leaving = one.other_id if one.kind == "split" else None
    _carry_out(connection, told, touched, event=f"undo {one.id}", now=by.now, leaving=leaving)


def _chain(connection: Connection, merge: Correction) -> set[int]:
    """The case that another was merged into, and those into which it was merged since."""
    into = {one.other_id: one.case_id for one in corrections.merges(connection)}
    chain, at = {merge.case_id}, merge.case_id
    while at in into:
        at = into[at]
        chain.add(at)
    return chain


def _label(connection: Connection, one: Correction, now: dict[str, object]) -> None:
    ((supplier, recipient),) = ledger.dyads_of(connection, [one.case_id]).values()
    parties = {"supplier": supplier, "recipient": recipient} | now
    corrections.relabel(connection, one.case_id, _actor(parties["supplier"]), _actor(parties["recipient"]))


def _carry_out(
    connection: Connection,
    told: Iterable[int],
    named: Collection[int],
    *,
    event: str,
    now: datetime,
    leaving: int | None = None,
) -> None:
    """Take the claims of some stories through the corrections, make the cases' summaries anew, and owe edits."""
    found = {}
    heads = stories.headed(connection, sorted(set(told)))
    for story_id, head in heads.items():
        claims = [one.claim for one in placing.read_before(connection, story_id)]
        found[story_id] = placing.find(connection, story_id, claims, head.at, known=True, leaving=leaving)
    touched = {*named, *(case_id for one in found.values() for case_id in one.touched)}
    were = {case.id: case for case in ledger.cases_by_id(connection, sorted(touched))}
    for story_id, one in found.items():
        placing.keep(connection, story_id, heads[story_id].at, one)
        ledger.count_story(connection, story_id)
    for case_id in sorted(touched):
        ledger.refresh(connection, case_id, lost=True)
    _owe_edits(connection, were, named, event=event, now=now)


def _owe_edits(
    connection: Connection, were: dict[int, Case], named: Collection[int], *, event: str, now: datetime
) -> None:
    owed = []
    for case in ledger.cases_by_id(connection, sorted(were)):
        handing_on.drop_replies(connection, case.id, case.status)
        if case == were[case.id] and case.id not in named:
            continue
        elsewhere = handing_on.handed_on(connection, case.id) if not case.voices else set()
        for place, shown in alerts.standing(connection, case.id).items():
            if not (shown.posting or shown.editing or place in elsewhere):
                key = alerts.key_of("edit", place, case.id, event)
                owed.append(alerts.Owed(key, "edit", place, case.id))
    alerts.owe(connection, owed, now)


# ── what is asked for ────────────────────────────────────────────────────────────────────────────────────────────────


def _open_case(connection: Connection, case_id: int) -> Case:
    case = ledger.case(connection, case_id)
    if case is None:
        raise UserError(f"There is no case {case_id}. !claims shows the newest.")
    if case.into is not None:
        raise UserError(f"Case {case_id} was merged into case {case.into}. Correct that one.")
    if not case.voices:
        raise UserError(f"Case {case_id} holds no claim any more. !corrections {case_id} says why.")
    return case


def _chosen(connection: Connection, case_id: int, numbers: Numbers) -> list[Numbered]:
    """The claims of a case with these numbers, or all that stand there."""
    known = numbered(connection, case_id)
    if not numbers:
        return [one for one in known if one.stands_in == case_id]
    by_number = {one.number: one for one in known}
    for number in numbers:
        if number not in by_number:
            raise UserError(f"Case {case_id} has no claim {number}. !correct {case_id} lists them with their numbers.")
        one = by_number[number]
        if one.placed.dropped:
            raise UserError(f"Claim {number} was dropped already. !corrections {case_id} says by whom and why.")
        if one.stands_in != case_id:
            raise UserError(f"Claim {number} is in case {one.stands_in} now. !correct {one.stands_in} lists it.")
    return [by_number[number] for number in sorted(set(numbers))]


def _fits(dyad: cases.Dyad, case: Case) -> bool:
    """Whether a claim about these may stand in the case: what it leaves open contradicts nothing."""
    supplier, recipient = dyad
    return supplier in (None, case.supplier) and recipient in (None, case.recipient)


def _case_of(connection: Connection, dyad: cases.Dyad, chosen: Sequence[Numbered]) -> int:
    """The case of these two that is nearest to the claims, or a new one."""
    at = min(one.at for one in chosen)
    found = cases.nearest(ledger.spans(connection, dyad), at)
    return ledger.start(connection, dyad, at) if found is None else ledger.lead(connection, found)


def _actor(value: object) -> str | None:
    return value if isinstance(value, str) else None
