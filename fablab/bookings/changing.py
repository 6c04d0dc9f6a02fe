"""Moving and extending: all rules again for the new time; refused, the old one stays."""

from datetime import datetime

from fablab.bookings import judging, seats, settling
from fablab.bookings.asking import Denied, Override, must_be_staff
from fablab.bookings.parties import moving
from fablab.bookings.queries import changed_wish, concerns, visible_to
from fablab.bookings.rewriting import (
    EXTENDABLE,
    MOVABLE,
    changed,
    is_unchanged,
    must_be_changeable,
    surroundings,
    told,
    write,
)
from fablab.bookings.tables import Booking
from fablab.bookings.waitlist.freed import freed
from fablab.core import db
from fablab.core.errors import NotFound, Unavailable
from fablab.core.periods import Period
from fablab.machines.tables import Machine
from fablab.members.tables import Member
from fablab.members.viewer import Viewer

__all__ = [
    "EXTENDABLE",
    "MOVABLE",
    "change",
    "changed",
    "must_be_changeable",
    "surroundings",
    "write",
]


async def change(
    actor: Viewer,
    booking_id: int,
    *,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
    machine_id: int | None = None,
    material: str | None = None,
    own_material: bool | None = None,
    override: Override | None = None,
) -> Booking:
    """Another time or machine, or only another end. Raises Refused and changes nothing.

    Moving the start alone keeps the length. More time, another machine or material asks again
    whoever must agree: then it is pending. Of a party another time is all of its bookings'.
    """
    booking = await visible_to(actor, booking_id)
    must_be_staff(actor, override)
    if booking.party is not None and (starts_at or ends_at):
        move = moving.Move(booking_id, starts_at, ends_at, machine_id, (material, own_material))
        return await moving.move_party(actor, booking, move, override)
    machines = {booking.machine, machine_id or booking.machine}
    await settling.settle(machines)
    what = material, own_material
    return await _change(actor, booking, starts_at, ends_at, machine_id, what, machines, override)


@db.transactional
async def _change(
    actor: Viewer,
    known: Booking,
    starts_at: datetime | None,
    ends_at: datetime | None,
    machine_id: int | None,
    what: tuple[str | None, bool | None],
    machines: set[int],
    override: Override | None,
) -> Booking:
    locked = {row.id: row for row in await db.locked_all(Machine, machines)}
    if known.member is None:
        raise NotFound("booking")
    await db.locked(Member, known.member)  # whose booking it is never changes
    booking = await db.locked(Booking, known.id)
    if not await concerns(actor, booking):
        raise NotFound("booking")
    if booking.machine not in machines:
        raise Unavailable  # moved meanwhile: ask again
    start = starts_at or booking.starts_at
    end = ends_at or (start + booking.period.length)
    wish = changed_wish(booking, Period(start, end), machine_id or booking.machine, *what)
    must_be_changeable(booking, wish)
    if is_unchanged(booking, wish):
        return booking
    situation = await surroundings(actor, booking, wish, locked)
    judged = judging.judged_with(actor, override, wish, situation)
    if judged.problems:
        raise Denied(judged)
    before = {
        "machine": booking.machine,
        "starts_at": booking.starts_at,
        "ends_at": booking.ends_at,
    }
    await write(booking, judged, await seats.seat(wish, judged.facts))
    await told(actor, booking, judged, before)
    await freed(machines)
    return booking
