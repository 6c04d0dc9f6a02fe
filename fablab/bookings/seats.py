"""Which unit a booking takes; with several seats the coming ones may be dealt anew."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from fablab.bookings.rules import Facts, Wish, place
from fablab.bookings.rules.units import best_unit, deal
from fablab.bookings.taken import around
from fablab.core import db
from fablab.core.periods import Period

FOREVER = datetime(9999, 1, 1, tzinfo=UTC)


async def seat(wish: Wish, facts: Facts) -> int:
    """A unit for a wish that passed the rules; nothing is written where one is free as it is."""
    wanted = place.busy(wish, facts)
    others = tuple(row for row in facts.blockers if row.id != wish.booking_id)
    unit = best_unit(wanted, others, facts.machine.units)
    if unit is not None:
        return unit
    coming = await around([wish.machine_id], Period(facts.now, FOREVER), None)
    rows = tuple(row for row in coming if row.id != wish.booking_id)
    unit, moved = deal(wanted, rows, facts.machine.units, facts.now)
    await move_seats(moved, [wish.booking_id] if wish.booking_id else [])
    return unit


async def move_seats(moved: Mapping[int, int], leaving: Sequence[int] = ()) -> None:
    """Two statements: the guard looks at each row, so all are parked on negative units first.

    Those `leaving` stay there: whoever changes them seats them.
    """
    if not moved:
        return
    ids = db.among(moved)
    await park([*moved, *leaving])
    cases = " ".join(["WHEN {} THEN CAST({} AS INTEGER)"] * len(moved))
    pairs = [value for pair in moved.items() for value in pair]
    dealt = f"UPDATE booking SET unit = CASE id {cases} END WHERE id IN {{}}"  # noqa: S608
    await db.execute(dealt, *pairs, ids)


async def park(booking_ids: Iterable[int]) -> None:
    """Out of everybody's way until they are written where they go."""
    await db.execute("UPDATE booking SET unit = -id WHERE id IN {}", db.among(booking_ids))
