"""Writing many moved bookings at once, all of which were granted: a party, a series."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from fablab.bookings import guards, rewriting, seats
from fablab.bookings.asking import Judged
from fablab.bookings.rules import place
from fablab.bookings.several import chosen_units
from fablab.bookings.tables import Booking
from fablab.bookings.taken import around
from fablab.core import db
from fablab.core.periods import Period

HIDE = "UPDATE booking SET unit = -id, status = 'cancelled' WHERE id IN {}"
Columns = Mapping[str, Any]


async def move_all(
    rows: Sequence[Booking], judged: Sequence[Judged], besides: Sequence[Columns] = ()
) -> None:
    """To where each was granted; `besides` are further columns of each.

    Two statements at most, unless seats must be dealt anew.
    """
    if not rows:
        return
    more, units = besides or [{}] * len(rows), chosen_units(judged)
    if units is None:
        # Whoever deals seats must not meet those who are moving.
        await db.execute(HIDE, db.among(row.id for row in rows))
        for row, each, columns in zip(rows, judged, more, strict=True):
            await seated(row, each, columns)
        return
    were = [(row.id, row.machine, row.busy) for row in rows]
    names: set[str] = set()
    for row, each, unit, columns in zip(rows, judged, units, more, strict=True):
        names |= become(row, each, unit, columns)
    if any(is_in_the_way(row, were) for row in rows):
        await seats.park(row.id for row in rows)
    with guards.guarded():
        await db.update_all(rows, sorted(names))


def is_in_the_way(row: Booking, were: Sequence[tuple[int, int, Period]]) -> bool:
    """Whether it comes to where another of them was: the guard looks at each row by itself."""
    return any(
        machine == row.machine and other != row.id and busy.overlaps(row.busy)
        for other, machine, busy in were
    )


def become(row: Booking, judged: Judged, unit: int, more: Columns) -> set[str]:
    """The row as it is to be stored; the names of what may have changed."""
    values = {**rewriting.changed(row, judged, unit), **more}
    for name, value in values.items():
        setattr(row, name, value)
    return set(values)


async def seated(row: Booking, judged: Judged, more: Columns) -> None:
    """One by one, each with the seats as they have become by then."""
    wanted = place.busy(judged.wish, judged.facts)
    facts = replace(judged.facts, blockers=await around([judged.wish.machine_id], wanted))
    unit = await seats.seat(judged.wish, facts)
    names = become(row, judged, unit, more) | {"status"}
    with guards.guarded():
        await db.update_all([row], sorted(names))
