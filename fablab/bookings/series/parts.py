"""A part of a series: one booking, it and those following, or all that are to come."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from fablab.bookings import settling
from fablab.bookings.series.queries import AGREED, bookings_of, visible_to
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


async def settled(
    actor: Viewer, series_id: int, also: int | None = None
) -> tuple[Series, set[int]]:
    """The series, once what was due at its machines has happened, with the machines' ids."""
    series = await visible_to(actor, series_id)
    rows = await bookings_of(series_id)
    machines = {series.machine, *(row["machine"] for row in rows)} | ({also} if also else set())
    await settling.settle(machines)
    return series, machines


async def held(series: Series, machines: Collection[int]) -> Held:
    """All of it, in the caller's transaction: machines first, then the member, then bookings.

    Whoever cannot see the series was told so before. Unavailable when one of its bookings went to
    another machine meanwhile: ask again.
    """
    locked = await db.locked_all(Machine, machines)
    await db.locked(Member, series.member)
    rows = await db.locked_all(Booking, [row["id"] for row in await bookings_of(series.id)])
    [again] = await db.locked_all(Series, [series.id])
    if any(row.machine not in machines for row in rows if row.status in AGREED):
        raise Unavailable
    rows.sort(key=lambda row: (day_of(row), row.id))
    return Held(series=again, rows=rows, machines={each.id: each for each in locked})
