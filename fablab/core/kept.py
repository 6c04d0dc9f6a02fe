"""What was made once and is asked for again: kept until there are newer things in its place.

The key says everything a thing was made of, so what is found is never out of date.
"""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

T = TypeVar("T")


class Kept(Generic[T]):
    """So many things at most; the longest unasked-for goes first."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._held: OrderedDict[Hashable, T] = OrderedDict()

    def __len__(self) -> int:
        return len(self._held)

    def get(self, key: Hashable) -> T | None:
        found = self._held.get(key)
        if found is not None:
            self._held.move_to_end(key)
        return found

    def put(self, key: Hashable, thing: T) -> T:
        self._held[key] = thing
        if len(self._held) > self.most:
            self._held.popitem(last=False)
        return thing


class Lately(Generic[T]):
    """What was read of the database, as long as nobody commits anything."""

    def __init__(self, most: int) -> None:
        self.as_of: Hashable = None
        self._known: Kept[T] = Kept(most)

    async def read(self, as_of: Hashable, key: Hashable, reading: Callable[[], Awaitable[T]]) -> T:
        """`as_of` (see `versions.Stamps`) was read before; without it, the database is asked."""
        if as_of is None:
            return await reading()
        if as_of != self.as_of:
            self.as_of, self._known = as_of, Kept(self._known.most)
        found = self._known.get(key)
        if found is None:
            found = await reading()
            if as_of == self.as_of:
                self._known.put(key, found)
        return found
