"""How often commands may be given: by one person, and by all in one channel, so that nobody floods it, nor many."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from bot.errors import UserError

Limit = tuple[int, float]
"""So many in so many seconds."""

PERSON: Limit = (5, 10.0)  # enough to read on, too few to flood a channel
PLACE: Limit = (10, 10.0)  # answers that a whole channel sees: about one a second is still a conversation
PRESSES: Limit = (10, 10.0)  # of buttons, by one person: answered for them alone, or in the place of what was there

_KEPT = 10_000  # people and channels whose uses are remembered


class TooMuch(UserError):
    """Somebody asks too often, or all in a channel do. `first`: they were not told so since they were last heard."""

    def __init__(self, sentence: str, *, first: bool) -> None:
        super().__init__(sentence)
        self.first = first


@dataclass(slots=True)
class _Uses:
    """When somebody was heard of late, oldest first."""

    times: deque[float] = field(default_factory=deque)
    told: bool = False


@dataclass(slots=True)
class Cooldown:
    """Counts what was asked of late. Times are in seconds, from wherever the caller counts them."""

    _uses: dict[str, _Uses] = field(default_factory=dict)

    def count(self, person: str, place: str | None, now: float) -> None:
        """Note a command of `person`, whose answer all in `place` will see; None: nobody else will.

        Raises TooMuch when there were too many of late, and notes nothing then.
        """
        self._forget(now)
        self._check(person, PERSON, now, "That was much at once.")
        if place is not None and place != person:
            self._check(place, PLACE, now, "Much is asked in this channel just now.")
            self._uses[place].times.append(now)
        self._uses[person].times.append(now)

    def count_press(self, person: str, now: float) -> None:
        """Note a button that `person` pressed; raise TooMuch when there were too many of late."""
        self._forget(now)
        key = f"press {person}"
        self._check(key, PRESSES, now, "That was much at once.")
        self._uses[key].times.append(now)

    def _check(self, key: str, limit: Limit, now: float, what: str) -> None:
        most, seconds = limit
        uses = self._uses.setdefault(key, _Uses())
        while uses.times and uses.times[0] <= now - seconds:
            uses.times.popleft()
        if len(uses.times) < most:
            uses.told = False
            return
        first, uses.told = not uses.told, True
        wait = uses.times[0] + seconds - now
        raise TooMuch(f"{what} Try again in {max(wait, 1):.0f} s.", first=first)

    def _forget(self, now: float) -> None:
        if len(self._uses) > _KEPT:
            longest = max(seconds for _, seconds in (PERSON, PLACE, PRESSES))
            self._uses = {
                key: uses for key, uses in self._uses.items() if uses.times and uses.times[-1] > now - longest
            }
