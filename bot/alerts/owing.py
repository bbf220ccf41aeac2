"""What a story's changes to cases make owed, to whom and when.

::

    changed cases ─▶ who is interested ─▶ muted? ─▶ at once ─────────────▶ post, edit, reply
                                            │ nothing   └ much at once ─┐
                                            │           daily, weekly,  ├▶ a digest gathers it
                                            │           quiet hours  ───┘
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from bot import cases
from bot.alerts import rhythm, subscribers
from bot.detect.lexicon import Lexicon
from bot.model import RHYTHMS, AlertKind, Case, Claim, Interest, Period, Prefs, Status, Story, Voice
from bot.queries.standing import Said
from bot.store import Connection, alerts, digests, ledger
from bot.store.prefs import muted, prefs_of

_TERMINAL = "console"
"""Nobody's telephone rings there, and whoever sits before it wants to see all."""

Changed = dict[int, list[Claim]]
"""The cases whose claims a story changed, each with the claims that are new or say something else."""


def owe(
    connection: Connection,
    story: Story,
    changed: Changed,
    were: Mapping[int, Case],
    *,
    told: Collection[int],
    event: str,
    now: datetime,
    lexicon: Lexicon,
) -> int:
    """Owe what the changed cases ask for, and return how many alerts that makes.

    A case that is gone or closed asks for nothing more, and takes what it owed with it. `were`: the cases as they were
    before. `told`: the cases of the stories that this one tells again, itself as it was among them. Where one of these
    is shown, a case that shares a party with it and is not shown yet gets no message of its own from this story.
    """
    index = subscribers.index(connection, lexicon, now)
    text = f"{story.title}\n{story.summary}"
    desk = _Desk(connection, event, now)
    for case in ledger.cases_by_id(connection, sorted(changed)):
        if not case.voices:
            continue
        before = were.get(case.id)
        there = _there(connection, case)
        new = [_said(claim, case, story.outlet, text, story.at, lexicon) for claim in changed[case.id]]
        voices = [*case.voices, *(before.voices if before else ())] if there.known else []
        old = [_said(_of_voice(one, case), case, one.outlet, case.headline, one.last_at, lexicon) for one in voices]
        elsewhere = _shows_kin(connection, case, told)
        for_new, for_old = index.find(new, now), index.find(old, now)
        interests = {one for one in for_new if one.destination not in elsewhere}
        interests |= {one for one in for_new | for_old if one.destination in there.known}
        desk.tell(case, cases.change(before, case), there, interests)
    return alerts.owe(connection, desk.owed, now) + desk.digests


def _shows_kin(connection: Connection, case: Case, told: Collection[int]) -> set[str]:
    """The destinations that know another of the cases in `told` with a party of `case`: the same news, read otherwise.

    So a headline in other words makes no second message where it is read as arms to Wagner and not to Russia.
    """
    kin = [one for one in ledger.cases_by_id(connection, sorted(set(told) - {case.id})) if _share_party(one, case)]
    return {place for one in kin for place in _there(connection, one).known}


def _share_party(a: Case, b: Case) -> bool:
    return (a.supplier is not None and a.supplier == b.supplier) or (
        a.recipient is not None and a.recipient == b.recipient
    )


@dataclass(frozen=True, slots=True)
class _There:
    """Where a case is known already."""

    shown: Mapping[str, alerts.Standing]  # where it has a message, or is to have one
    in_digests: Mapping[str, bool]  # where a digest told of it; True: the digest is still to come

    @property
    def known(self) -> set[str]:
        return {*self.shown, *self.in_digests}


def _there(connection: Connection, case: Case) -> _There:
    return _There(alerts.standing(connection, case.id), digests.told_in_digests(connection, case.id))


@dataclass
class _Desk:
    """Collects what one story makes owed."""

    connection: Connection
    event: str
    now: datetime
    owed: list[alerts.Owed] = field(default_factory=list)
    digests: int = 0  # that were begun

    @cached_property
    def posts(self) -> dict[str, int]:
        """How many cases' messages each destination got lately; those of this story are added."""
        return digests.posts_since(self.connection, self.now - rhythm.BURST_SPAN)

    def tell(self, case: Case, what: cases.Change, there: _There, interests: Iterable[Interest]) -> None:
        """Owe a changed case to those who are interested in it."""
        wanted: dict[str, list[Interest]] = {}
        for one in interests:
            wanted.setdefault(one.destination, []).append(one)
        for place in muted(self.connection, case.id, self.now) if wanted else ():
            wanted.pop(place, None)
        said = prefs_of(self.connection, wanted)
        for place in sorted(wanted):
            prefs = said.get(place, Prefs())
            eager = min((one.rhythm or prefs.rhythm for one in wanted[place]), key=RHYTHMS.index)
            mention = next((one.mention for one in wanted[place] if one.mention), None)
            shown, to_come = there.shown.get(place), there.in_digests.get(place)
            gathering = rhythm.due(eager, prefs, self.now)
            if shown is not None:
                kinds = _kinds(shown, what)
                if gathering and "reply" in kinds:
                    kinds.remove("reply")
                    self._gather(place, case, what.was, *gathering)
                self._owe(kinds, place, case, what, mention)
            elif to_come:  # it will be drawn from the case as it is by then
                continue
            elif gathering:
                period, due = gathering
                if to_come is None or what.event:
                    self._gather(place, case, None if to_come is None else what.was, period, due)
                elif what.seen and period in RHYTHMS:
                    self._gather(place, case, case.status, period, due)
            elif to_come is None and place != _TERMINAL and self.posts.get(place, 0) >= rhythm.BURST:
                self._gather(place, case, None, "burst", self.now + rhythm.BURST_WAIT)
            elif to_come is None or what.event:
                self.posts[place] = self.posts.get(place, 0) + 1
                self._owe(["post"], place, case, what, mention)

    def _owe(self, kinds: Sequence[AlertKind], place: str, case: Case, what: cases.Change, mention: str | None) -> None:
        for kind in kinds:
            key = alerts.key_of(kind, place, case.id, self.event)
            was, now = (what.was, case.status) if kind == "reply" else (None, None)
            ping = None if kind == "edit" else mention
            self.owed.append(alerts.Owed(key, kind, place, case.id, was, now, mention=ping))

    def _gather(self, place: str, case: Case, was: Status | None, period: Period, due: datetime) -> None:
        self.digests += digests.gather(self.connection, place, case.id, was, period=period, due=due, now=self.now)


def _kinds(shown: alerts.Standing, what: cases.Change) -> list[AlertKind]:
    """What a destination that has a case's message is owed when the case changes: an edit of it, a reply under it."""
    if shown.posting:  # it will be drawn from the case as it is by then
        return []
    kinds: list[AlertKind] = ["edit"] if what.seen and not shown.editing else []
    return [*kinds, "reply"] if what.event else kinds


def _said(claim: Claim, case: Case, outlet: str, text: str, at: datetime, lexicon: Lexicon) -> Said:
    return Said(claim, case.status, outlet, lexicon.publisher(outlet), text, at)


def _of_voice(voice: Voice, case: Case) -> Claim:
    return Claim(
        stance=voice.stance,
        claimant=voice.claimant,
        supplier=case.supplier,
        recipient=case.recipient,
        weapons=case.weapons,
        phase=voice.phase,
        words=voice.words,
        carrier=voice.carrier,
    )
