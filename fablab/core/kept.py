"""What was made once and is asked for again: kept until there are newer things in its place.

The key says everything a thing was made of, so what is found is never out of date.
"""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

T = TypeVar("T")


def one(_: object) -> int:
    return 1


class Kept(Generic[T]):
    """So many things at most, or things of so much `size`; the longest unasked-for goes first."""

    def __init__(self, most: int, size: Callable[[T], int] = one) -> None:
        self.most, self.size, self.filled = most, size, 0
        self._held: OrderedDict[Hashable, tuple[T, int]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._held)

    def get(self, key: Hashable) -> T | None:
        found = self._held.get(key)
        if found is None:
            return None
        self._held.move_to_end(key)
        return found[0]

    def put(self, key: Hashable, thing: T) -> T:
        size = self.size(thing)
        _, before = self._held.pop(key, (None, 0))
        self._held[key] = (thing, size)
        self.filled += size - before
        while self.filled > self.most:
            _, (_, gone) = self._held.popitem(last=False)
            self.filled -= gone
        return thing


class Lately(Generic[T]):
    """What was read of the database, as long as nobody commits anything.

    `as_of` (see `versions.Stamps`) was read before; without it, nothing is known and nothing kept.
    """

    def __init__(self, most: int) -> None:
        self.as_of: Hashable = None
        self._known: Kept[T] = Kept(most)

    def __len__(self) -> int:
        return len(self._known)

    def get(self, as_of: Hashable, key: Hashable) -> T | None:
        if as_of is None:
            return None
        if as_of != self.as_of:
            self.as_of, self._known = as_of, Kept(self._known.most)
        return self._known.get(key)

    def put(self, as_of: Hashable, key: Hashable, thing: T) -> T:
        """Only what was asked for before it was read: somebody may have committed meanwhile."""
        if as_of is not None and as_of == self.as_of:
            self._known.put(key, thing)
        return thing

    async def read(self, as_of: Hashable, key: Hashable, reading: Callable[[], Awaitable[T]]) -> T:
        found = self.get(as_of, key)
        return self.put(as_of, key, await reading()) if found is None else found
