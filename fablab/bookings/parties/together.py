"""The bookings of a party, found and held together."""

from collections.abc import Sequence

from fablab.bookings import settling
from fablab.bookings.queries import concerns
from fablab.bookings.tables import Booking, Status
from fablab.core import db
from fablab.core.errors import NotFound, Unavailable
from fablab.machines.tables import Machine
from fablab.members.tables import Member
from fablab.members.viewer import Viewer

LIVE = (Status.PENDING, Status.CONFIRMED, Status.CHECKED_IN)


async def party_of(booking: Booking) -> list[Booking]:
    """All that were made with it, itself included, in the order of their ids.

    One statement; none for one that is no party.
    """
    if booking.party is None:
        return [booking]
    rows = await Booking.objects().where(Booking.party == booking.party).order_by(Booking.id)
    return list(rows)


async def settled(booking: Booking, also: int | None = None) -> set[int]:
    """Its machines, once what was due at them has happened."""
    machines = {row.machine for row in await party_of(booking)} | ({also} if also else set())
    await settling.settle(machines)
    return machines


async def held(
    actor: Viewer, booking: Booking, machines: set[int]
) -> tuple[list[Booking], dict[int, Machine]]:
    """Its bookings with their machines, locked until the transaction ends.

    NotFound for strangers; Unavailable when one has gone to another machine meanwhile.
    """
    locked = {row.id: row for row in await db.locked_all(Machine, machines)}
    if booking.member is not None:
        await db.locked(Member, booking.member)
    rows = await db.locked_all(Booking, [row.id for row in await party_of(booking)])
    if not rows or not await concerns(actor, rows[0]):
        raise NotFound("booking")
    if any(row.machine not in machines or row.member != booking.member for row in rows):
        raise Unavailable
    return rows, locked


def live(rows: Sequence[Booking]) -> list[Booking]:
    return [row for row in rows if row.status in LIVE]
