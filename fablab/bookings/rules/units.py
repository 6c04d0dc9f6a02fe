"""Which unit of a machine a booking takes, when a room has several seats."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from fablab.bookings.rules.facts import Blocker
from fablab.core.periods import Period


def best_unit(
    wanted: Period, blockers: Iterable[Blocker], units: int, besides: Collection[int] = ()
) -> int | None:
    """The free unit whose last use ends latest, so that the long gaps stay whole.

    `besides` are units spoken for. None when no single unit is free all along, even though
    peak use may leave room.
    """
    last_use: dict[int, datetime | None] = dict.fromkeys(
        unit for unit in range(1, units + 1) if unit not in besides
    )
    for blocker in blockers:
        if blocker.unit not in last_use:
            continue
        if blocker.busy.overlaps(wanted) and blocker.busy.start < blocker.busy.end:
            del last_use[blocker.unit]
        elif blocker.busy.end <= wanted.start:
            known = last_use[blocker.unit]
            last_use[blocker.unit] = max(known, blocker.busy.end) if known else blocker.busy.end
    if not last_use:
        return None
    return max(last_use, key=lambda unit: (str(last_use[unit] or ""), -unit))


def deal(
    wanted: Period, blockers: Iterable[Blocker], units: int, now: datetime
) -> tuple[int, Mapping[int, int]]:
    """A unit for the wish, and new units for bookings not yet begun, so that all fit.

    Where peak use stays within `units`, dealing in the order of starting always succeeds: at each
    start fewer than `units` others are running. Bookings that have begun keep theirs.
    """
    begun = [b for b in blockers if b.busy.start <= now]
    free_from: dict[int, datetime | None] = dict.fromkeys(range(1, units + 1))
    for blocker in begun:
        free_from[blocker.unit] = blocker.busy.end
    coming = [(b.busy, b.id, b.unit) for b in blockers if b.busy.start > now]
    coming.append((wanted, 0, 0))
    dealt: dict[int, int] = {}
    for busy, booking, present in sorted(coming, key=lambda each: (each[0].start, each[1])):
        free = [u for u, until in free_from.items() if until is None or until <= busy.start]
        unit = present if present in free else free[0]
        free_from[unit] = busy.end
        dealt[booking] = unit
    before = {booking: unit for _, booking, unit in coming}
    moved = {each: unit for each, unit in dealt.items() if each and before[each] != unit}
    return dealt[0], moved
