"""A no-show who was here after all: staff say so, and everything that followed is taken back."""

from datetime import datetime

from fablab.activity.actions import record
from fablab.bookings import forgiving, settling
from fablab.bookings.queries import visible_to
from fablab.bookings.tables import Booking, Status
from fablab.core import clock, db
from fablab.core.errors import Forbidden, Problem, Refused, Unavailable
from fablab.core.words import N_
from fablab.lab.queries import place
from fablab.machines.queries import catalogue
from fablab.machines.tables import Machine
from fablab.members.tables import Member
from fablab.members.viewer import Viewer
from fablab.notifications.actions import notify

WAS_HERE = "was_here"
FOR_STAFF = N_("Only staff correct an absence.")
FIRST_TAKEN = """
SELECT starts_at FROM booking WHERE machine = {} AND unit = {} AND id <> {}
    AND starts_at < {} AND busy_until > {} AND busy_until > starts_at
    AND status IN ('pending', 'confirmed', 'checked_in', 'completed')
ORDER BY starts_at LIMIT 1
"""


async def was_here(actor: Viewer, booking_id: int, *, reason: str = "") -> Booking:
    """Complete a no-show, forgive its strike, and lift a hold that stood on it. Twice is once.

    The time that was released stays so: somebody may have it by now.
    """
    booking = await visible_to(actor, booking_id)
    if not actor.acts_as_staff:
        raise Forbidden(FOR_STAFF)
    await settling.settle([booking.machine])
    return await _was_here(actor, booking_id, booking.machine, booking.member, reason)


@db.transactional
async def _was_here(
    actor: Viewer, booking_id: int, machine_id: int, member_id: int | None, reason: str
) -> Booking:
    await db.locked(Machine, machine_id)
    if member_id is not None:
        await db.locked(Member, member_id)
    booking = await db.locked(Booking, booking_id)
    if (booking.machine, booking.member) != (machine_id, member_id):
        raise Unavailable  # changed meanwhile: ask again
    if booking.status == Status.COMPLETED:
        return booking
    if booking.status != Status.NO_SHOW:
        message = N_("Only a booking that was released as an absence can be corrected.")
        raise Refused(Problem("not_a_no_show", message))
    now = clock.now()
    await booking.update_self(
        {
            Booking.status: Status.COMPLETED,
            Booking.finished_at: min(now, booking.ends_at),
            Booking.busy_until: await room_until(booking),
            Booking.sequence: booking.sequence + 1,
        }
    )
    await record(
        "was_here",
        "booking",
        booking.id,
        actor=actor.id,
        member=booking.member,
        before={"status": Status.NO_SHOW},
        after={"status": Status.COMPLETED},
        reason=reason,
    )
    lab = await place()
    forgiven = await forgiving.of_booking(actor, booking.id, reason or WAS_HERE, lab.policy)
    if booking.member is not None:
        view = (await catalogue()).by_id(booking.machine)
        assert view is not None
        await notify(
            booking.member,
            "bookings/was_here",
            key=f"was_here:{booking.id}",
            booking=booking.id,
            machine=view.name,
            tag=view.tag,
            starts_at=booking.starts_at,
            ends_at=booking.ends_at,
            strike=forgiven.strike,
            hold=forgiven.hold,
        )
    return booking


async def room_until(booking: Booking) -> datetime:
    """What it keeps of its time: what it had until its release, less what others took of that."""
    rows = await db.fetch(
        FIRST_TAKEN,
        *(booking.machine, booking.unit, booking.id, booking.busy_until, booking.starts_at),
    )
    taken = db.instant(rows[0]["starts_at"]) if rows else None
    until = min(booking.busy_until, taken) if taken else booking.busy_until
    return max(booking.starts_at, until)
