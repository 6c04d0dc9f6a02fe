"""A part of a series: one booking, it and those following, or all that are to come."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal

from fablab.bookings import settling
from fablab.bookings.series.queries import AGREED, Known, known
from fablab.bookings.tables import Booking, Series
from fablab.core import db
from fablab.core.errors import NotFound, Problem, Refused, Unavailable
from fablab.core.words import N_
from fablab.machines.tables import Machine
from fablab.members.tables import Member
from fablab.members.viewer import Viewer

Part = Literal["this", "following", "future"]
NOTHING = Problem("nothing_to_come", N_("No date of this part is still to come."))


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A series with its bookings and their machines, locked until the transaction ends."""

    series: Series
    rows: Sequence[Booking]
    machines: dict[int, Machine]

    def chosen(self, part: Part, booking_id: int | None, now: datetime) -> list[Booking]:
        """The agreed ones of that part that have not begun, in order of their dates."""
        first = date.min if part == "future" else day_of(self.row(booking_id))
        found = [row for row in self.rows if row.status in AGREED and row.starts_at > now]
        return [row for row in found if day_of(row) >= first]

    def row(self, booking_id: int | None) -> Booking:
        return one_of(self.rows, booking_id)


def day_of(row: Booking) -> date:
    """The day of the series that it is or was, wherever it was moved to since."""
    day: date | None = row.occurrence
    return day or row.starts_at.date()


def one_of(rows: Sequence[Booking], booking_id: int | None) -> Booking:
    if booking_id is None:
        raise Refused(Problem("required", N_("Say from which booking on."), "booking"))
    found = next((row for row in rows if row.id == booking_id), None)
    if found is None:
        raise NotFound("booking")
    return found


async def settled(actor: Viewer, series_id: int, also: int | None = None) -> Known:
    """The series, once what was due at its machines has happened. NotFound for strangers."""
    found = await known(actor, series_id)
    if also is not None:
        found = replace(found, machines=found.machines | {also})
    await settling.settle(found.machines)
    return found


async def held(found: Known) -> Held:
    """All of it, in the caller's transaction: machines first, then the member, then bookings.

    Unavailable when one of its bookings went to another machine meanwhile: ask again.
    """
    locked = await db.locked_all(Machine, found.machines)
    await db.locked(Member, found.member)
    rows = [row for row in await db.locked_all(Booking, found.bookings) if row.series == found.id]
    series = await db.locked(Series, found.id)
    if any(row.machine not in found.machines for row in rows if row.status in AGREED):
        raise Unavailable
    rows.sort(key=lambda row: (day_of(row), row.id))
    return Held(series=series, rows=rows, machines={each.id: each for each in locked})
