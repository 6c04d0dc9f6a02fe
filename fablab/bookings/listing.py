"""Bookings as lists and programs read them: with the names of machine, member and project."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from fablab.bookings.schemas import BookingShown
from fablab.bookings.tables import Booking
from fablab.core import db
from fablab.core.errors import NotFound
from fablab.core.zones import iso
from fablab.lab.place import Place
from fablab.machines.catalogue import Catalogue
from fablab.members.viewer import Viewer

SHOWN = """
SELECT b.id, b.uid, b.kind, b.status, b.machine, b.unit, b.member, b.starts_at, b.ends_at,
    b.busy_until, b.release_at, b.note, b.made_at, b.checked_in_at, b.finished_at, b.sequence,
    b.awaits, b.decide_by, b.material, b.own_material, b.party, b.series,
    m.number, p.slug AS project
FROM booking b LEFT JOIN member m ON m.id = b.member LEFT JOIN project p ON p.id = b.project
"""
THEIRS = """(b.member = {} OR b.project IN
    (SELECT project FROM project_member WHERE member = {}))"""


async def one(viewer: Viewer, place: Place, machines: Catalogue, booking_id: int) -> BookingShown:
    """One that this viewer may see, else NotFound. One statement."""
    rows = await db.fetch(*limited(viewer, f"{SHOWN} WHERE b.id = {{}}", [booking_id]))
    if not rows:
        raise NotFound("booking")
    return shown(rows[0], viewer, place, machines)


async def these(
    viewer: Viewer, place: Place, machines: Catalogue, bookings: Iterable[Booking]
) -> list[BookingShown]:
    """Several made a moment ago, in the order of their ids. One statement at most."""
    bookings = sorted(bookings, key=lambda booking: booking.id)
    if not any(each.project is not None or each.member != viewer.id for each in bookings):
        return [await made(viewer, place, machines, each) for each in bookings]
    ids = db.among(booking.id for booking in bookings)
    sql, *args = limited(viewer, f"{SHOWN} WHERE b.id IN {{}}", [ids])
    rows = await db.fetch(f"{sql} ORDER BY b.id", *args)
    return [shown(row, viewer, place, machines) for row in rows]


async def made(viewer: Viewer, place: Place, machines: Catalogue, booking: Booking) -> BookingShown:
    """One that was written a moment ago. What the row alone tells is not asked for again."""
    if booking.project is not None or booking.member != viewer.id:
        return await one(viewer, place, machines, booking.id)
    row = {**vars(booking), "number": viewer.number, "project": None}
    return shown(row, viewer, place, machines)


async def several(
    viewer: Viewer,
    *,
    limit: int,
    after: tuple[Any, ...] | None = None,
    mine: bool = False,
    machine_id: int | None = None,
    start: datetime | None = None,
    end: datetime | None = None,
    status: str | None = None,
) -> list[dict[str, Any]]:
    """The viewer's own and their teams'; staff's all unless `mine`. In order of start."""
    wheres: list[tuple[str, list[Any]]] = [("b.machine > {}", [0])]
    if mine:
        wheres.append(("b.member = {}", [viewer.id]))
    if machine_id is not None:
        wheres.append(("b.machine = {}", [machine_id]))
    if start is not None:
        wheres.append(("b.ends_at > {}", [start]))
    if end is not None:
        wheres.append(("b.starts_at < {}", [end]))
    if status is not None:
        wheres.append(("b.status = {}", [status]))
    if after is not None:
        at, last = after
        wheres.append(("(b.starts_at > {} OR (b.starts_at = {} AND b.id > {}))", [at, at, last]))
    sql = f"{SHOWN} WHERE {' AND '.join(text for text, _ in wheres)}"
    args = [value for _, values in wheres for value in values]
    sql, *args = limited(viewer, sql, args)
    return await db.fetch(f"{sql} ORDER BY b.starts_at, b.id LIMIT {{}}", *args, limit)


def limited(viewer: Viewer, sql: str, args: list[Any]) -> tuple[Any, ...]:
    """Others than staff see their own bookings and their projects'."""
    if viewer.is_staff:
        return (sql, *args)
    return (f"{sql} AND {THEIRS}", *args, viewer.id, viewer.id)


def shown(
    row: Mapping[str, Any], viewer: Viewer, place: Place, machines: Catalogue
) -> BookingShown:
    view = machines.by_id(row["machine"])
    assert view is not None
    return BookingShown(
        id=row["id"],
        uid=row["uid"],
        kind=row["kind"],
        status=row["status"],
        machine=view.slug,
        unit=row["unit"],
        member=row["number"],
        project=row["project"],
        starts_at=iso(row["starts_at"], place.zone),
        ends_at=iso(row["ends_at"], place.zone),
        busy_until=iso(row["busy_until"], place.zone),
        release_at=iso(row["release_at"], place.zone) if row["release_at"] else None,
        cancel_until=iso(row["starts_at"] - view.policy.notice_to_cancel, place.zone),
        note=row["note"],
        made_at=iso(row["made_at"], place.zone),
        checked_in_at=iso(row["checked_in_at"], place.zone) if row["checked_in_at"] else None,
        finished_at=iso(row["finished_at"], place.zone) if row["finished_at"] else None,
        sequence=row["sequence"],
        mine=row["member"] == viewer.id,
        awaits=row["awaits"].split(),
        decide_by=iso(row["decide_by"], place.zone) if row["decide_by"] else None,
        material=row["material"],
        own_material=bool(row["own_material"]),
        party=row["party"],
        series=row["series"],
    )
