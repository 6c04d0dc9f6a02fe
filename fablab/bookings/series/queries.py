"""Reads of series: one that somebody may see, its instances, and the same asked for twice."""

from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Known:
    """As much of a series as must be known before anything is locked. Bookings leave a series
    when it is divided, none is added later."""

    id: int
    member: int
    machine: int
    bookings: tuple[int, ...]
    machines: frozenset[int]


async def known(viewer: Viewer, series_id: int) -> Known:
    """The same as `visible_to`, with the bookings and their machines. One statement."""
    args: list[Any] = [series_id]
    sql = """SELECT s.id, s.member, s.machine, b.id AS booking, b.machine AS at
        FROM series s LEFT JOIN booking b ON b.series = s.id WHERE s.id = {}"""
    if not viewer.acts_as_staff:
        sql += """ AND (s.member = {} OR s.project IN
            (SELECT p.project FROM project_member p WHERE p.member = {}))"""
        args += [viewer.id, viewer.id]
    rows = await db.fetch(sql, *args)
    if not rows:
        raise NotFound("series")
    there = [row for row in rows if row["booking"] is not None]
    return Known(
        id=series_id,
        member=rows[0]["member"],
        machine=rows[0]["machine"],
        bookings=tuple(row["booking"] for row in there),
        machines=frozenset([rows[0]["machine"], *(row["at"] for row in there)]),
    )


async def same_series(wanted: Series) -> Series | None:
    """One of the same member, machine and times that repeats alike and is still going on."""
    where = (wanted.member, wanted.machine, wanted.starts_wall, wanted.ends_wall)
    rows = await db.fetch(SAME, *where)
    if not rows:
        return None
    found = await Series.objects().where(Series.id == rows[0]["id"]).first()
    return found if found and found.repeat == wanted.repeat else None
