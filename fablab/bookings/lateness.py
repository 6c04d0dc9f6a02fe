"""Saying "I will be ten minutes late": the slot waits that much longer, once."""

from fablab.activity.actions import record
from fablab.bookings import settling
from fablab.bookings.queries import locked_for, visible_to
from fablab.bookings.rules.lateness import LATE, kept_until, may_be_late
from fablab.bookings.situation import limits
from fablab.bookings.tables import Booking
from fablab.core import clock, db
from fablab.core.errors import NotFound, Refused, Unavailable
from fablab.machines.queries import catalogue
from fablab.machines.tables import Machine
from fablab.members.viewer import Viewer

A_MINUTE = 60


async def announce(actor: Viewer, booking_id: int) -> Booking:
    """Ten minutes more of grace. Raises Refused when said before, too early or too late; NotFound
    for strangers."""
    booking = await visible_to(actor, booking_id)
    await settling.settle([booking.machine])
    return await _announce(actor, booking_id, booking.machine)


@db.transactional
async def _announce(actor: Viewer, booking_id: int, machine_id: int) -> Booking:
    await db.locked(Machine, machine_id)
    booking = await locked_for(actor, booking_id)
    if booking.machine != machine_id:
        raise Unavailable  # moved meanwhile: ask again
    view = (await catalogue()).by_id(machine_id)
    if view is None:
        raise NotFound("machine")
    before = booking.release_at
    problem = may_be_late(
        booking.status, booking.period, before, booking.late_minutes, limits(view), clock.now()
    )
    if problem:
        raise Refused(problem)
    assert before is not None  # else the rule has said so
    until = kept_until(booking.period, before)
    minutes = int(LATE.total_seconds() // A_MINUTE)
    await booking.update_self({Booking.release_at: until, Booking.late_minutes: minutes})
    await record(
        "late",
        "booking",
        booking.id,
        actor=actor.id,
        member=booking.member,
        before={"release_at": before},
        after={"release_at": until, "minutes": minutes},
    )
    return booking
