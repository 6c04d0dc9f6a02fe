"""Writing many moved bookings at once: parked first, so that nobody meets anybody on the way."""

from collections.abc import Sequence
from dataclasses import replace

from fablab.activity.actions import Change, record_all
from fablab.bookings import changing, guards, seats, telling
from fablab.bookings.rules import place
from fablab.bookings.series.altering import Altered
from fablab.bookings.several import chosen_units
from fablab.bookings.tables import Booking, Series
from fablab.bookings.taken import around
from fablab.core import db
from fablab.core.periods import Period
from fablab.members.viewer import Viewer

PARK = "UPDATE booking SET unit = -id WHERE id IN {}"
HIDE = "UPDATE booking SET unit = -id, status = 'cancelled' WHERE id IN {}"


async def move(moved: Sequence[Altered], series: Series) -> None:
    """To where they were granted, as bookings of that series. Two statements at most, unless
    seats must be dealt anew."""
    if not moved:
        return
    granted = [each.judged for each in moved if each.judged]
    ids = db.among(each.row.id for each in moved)
    units = chosen_units(granted)
    if units is None:
        await db.execute(HIDE, ids)  # whoever deals seats must not meet those who are moving
        for each in moved:
            await seated(each, series)
        return
    were = [(each.row.id, each.row.machine, each.row.busy) for each in moved]
    names: set[str] = set()
    for each, unit in zip(moved, units, strict=True):
        names |= become(each, unit, series)
    if any(is_in_the_way(each.row, were) for each in moved):
        await db.execute(PARK, ids)
    with guards.guarded():
        await db.update_all([each.row for each in moved], sorted(names))


def is_in_the_way(row: Booking, were: Sequence[tuple[int, int, Period]]) -> bool:
    """Whether it comes to where another of them was: the guard looks at each row by itself."""
    return any(
        machine == row.machine and other != row.id and busy.overlaps(row.busy)
        for other, machine, busy in were
    )


def become(altered: Altered, unit: int, series: Series) -> set[str]:
    """The row as it is to be stored; the names of what may have changed."""
    assert altered.judged is not None
    values = changing.changed(altered.row, altered.judged, unit)
    altered.before = {
        name: getattr(altered.row, name) for name in ("machine", "starts_at", "ends_at")
    }
    values |= {"occurrence": altered.day, "series": series.id}
    for name, value in values.items():
        setattr(altered.row, name, value)
    return set(values)


async def seated(altered: Altered, series: Series) -> None:
    """One by one, each with the seats as they have become by then."""
    assert altered.judged is not None
    wish, facts = altered.judged.wish, altered.judged.facts
    rows = await around([wish.machine_id], place.busy(wish, facts))
    unit = await seats.seat(wish, replace(facts, blockers=rows))
    names = become(altered, unit, series) | {"status"}
    with guards.guarded():
        await db.update_all([altered.row], sorted(names))


async def noted(actor: Viewer, series: Series, after: Series, moved: Sequence[Altered]) -> None:
    """One line for each booking, one for the series, in one statement."""
    changes = [
        telling.moved_by(actor, each.row, each.judged, each.before) for each in moved if each.judged
    ]
    bookings = [each.row.id for each in moved]
    override = next((each.judged.override for each in moved if each.judged), None)
    whole = Change(
        "changed" if series.id == after.id else "divided",
        "series",
        series.id,
        actor=actor.id,
        member=series.member,
        after={"bookings": bookings, "followed_by": None if series.id == after.id else after.id},
        reason=override.reason if override else "",
    )
    await record_all([*changes, whole])
