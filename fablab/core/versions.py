"""Stamps that tell whether something changed since it was cached.

Triggers give a name a new random stamp whenever its rows change, in the same transaction. Random,
because a count that was rolled back would be given again to other data.

    lab, machines   the place and its catalogue, one stamp each
    people          what members are called
    bookings/7      what occupies machine 7: a stamp a machine, so that bookings of different
                    machines do not wait for each other
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from fablab.core import db

BOOKINGS = "bookings/"


@dataclass(frozen=True)
class Stamps(Mapping[str, int]):
    """Every stamp as of one moment; 0 for what has never changed."""

    found: Mapping[str, int]

    def __getitem__(self, name: str) -> int:
        return self.found.get(name, 0)

    def __iter__(self) -> Iterator[str]:
        return iter(self.found)

    def __len__(self) -> int:
        return len(self.found)

    def of_machine(self, machine_id: int) -> int:
        """Changes with whatever occupies the machine."""
        return self[f"{BOOKINGS}{machine_id}"]

    @cached_property
    def of_bookings(self) -> int:
        """Changes with whatever occupies any machine. Stamps are small enough to be added up."""
        return sum(stamp for name, stamp in self.found.items() if name.startswith(BOOKINGS))


_last: tuple[object, Stamps] | None = None


async def stamps() -> Stamps:
    """All of them, in one statement; in none while nobody has committed anything.

    Read them before the data: what is cached under an old stamp is corrected at the next look,
    what is cached under a new one never.
    """
    global _last
    committed = db.data_version()
    if committed is not None and _last and _last[0] == committed:
        return _last[1]
    rows = await db.fetch("SELECT name, stamp FROM version")
    found = Stamps({row["name"]: row["stamp"] for row in rows})
    if committed is not None:
        _last = (committed, found)
    return found
