"""Reads of series: one that somebody may see, its instances, and the same asked for twice."""

from typing import Any

from piccolo.columns.combination import WhereRaw

from fablab.bookings.queries import THEIR_PROJECTS
from fablab.bookings.tables import Booking, Series, Status
from fablab.core import db
from fablab.core.errors import NotFound
from fablab.members.viewer import Viewer

AGREED = (Status.PENDING, Status.CONFIRMED)
SAME = """
SELECT s.id FROM series s WHERE s.member = {} AND s.machine = {} AND s.starts_wall = {}
    AND s.ends_wall = {} AND EXISTS (SELECT 1 FROM booking b
        WHERE b.series = s.id AND b.status IN ('pending', 'confirmed', 'checked_in'))
ORDER BY s.id DESC LIMIT 1
"""


async def visible_to(viewer: Viewer, series_id: int) -> Series:
    """The series, if it is theirs, their project's, or they are staff; else NotFound."""
    query = Series.objects().where(Series.id == series_id)
    if not viewer.acts_as_staff:
        theirs = WhereRaw(THEIR_PROJECTS, viewer.id)
        query = query.where((Series.member == viewer.id) | theirs)
    found = await query.first()
    if found is None:
        raise NotFound("series")
    return found


async def instances(series_id: int) -> list[Booking]:
    """All that was booked of it, cancelled ones too, in order of their dates."""
    return (
        await Booking.objects()
        .where(Booking.series == series_id)
        .order_by(Booking.occurrence, Booking.id)
    )


async def bookings_of(series_id: int) -> list[dict[str, Any]]:
    """The ids of its bookings, and their machines."""
    return await db.fetch("SELECT id, machine FROM booking WHERE series = {}", series_id)


async def same_series(wanted: Series) -> Series | None:
    """One of the same member, machine and times that repeats alike and is still going on."""
    where = (wanted.member, wanted.machine, wanted.starts_wall, wanted.ends_wall)
    rows = await db.fetch(SAME, *where)
    if not rows:
        return None
    found = await Series.objects().where(Series.id == rows[0]["id"]).first()
    return found if found and found.repeat == wanted.repeat else None
