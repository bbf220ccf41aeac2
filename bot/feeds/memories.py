"""What the parser remembers of feeds (`memory.py`), kept at hand: to read it takes as long as to fetch a feed."""

from __future__ import annotations

from bot.store import Store
from bot.store.feeds import kept_memory

_MOST = 32 << 20  # bytes: of ten thousand feeds as they are, 2.5 KB each


class Memories:
    """The memories of the feeds that changed last, as they are in the store: only polls write them."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._at_hand: dict[int, bytes] = {}  # the one that was not needed for longest first
        self._size = 0

    async def of(self, feed_id: int) -> bytes:
        """Return what the parser wants to be given back at this feed's next parse."""
        at_hand = self._at_hand.get(feed_id)
        return await self._store.read(kept_memory, feed_id) if at_hand is None else at_hand

    def keep(self, feed_id: int, memory: bytes) -> None:
        """Have a memory at hand that was just kept in the store."""
        self._size += len(memory) - len(self._at_hand.pop(feed_id, b""))
        self._at_hand[feed_id] = memory
        while self._size > _MOST:
            self._size -= len(self._at_hand.pop(next(iter(self._at_hand))))
