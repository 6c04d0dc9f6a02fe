"""Giving time back: before the deadline a cancellation, afterwards a late one."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from fablab.activity.actions import record
from fablab.bookings import settling, strikes
from fablab.bookings.queries import locked_for, visible_to
from fablab.bookings.rules import handling
from fablab.bookings.situation import limits
from fablab.bookings.tables import Booking, Status
from fablab.bookings.telling import buddy_free, notice
from fablab.bookings.waitlist.freed import freed
from fablab.core import clock, db, versions
from fablab.core.errors import NotFound, Refused, Unavailable
from fablab.lab.queries import place
from fablab.machines.queries import catalogue
from fablab.machines.tables import Machine
from fablab.members.tables import Member
from fablab.members.viewer import Viewer
from fablab.notifications.actions import notify


async def cancel(
    actor: Viewer, booking_id: int, *, reason: str = "", give_up: bool = False
) -> Booking:
    """Free the slot at once. Too late without `give_up`: Refused with `cancel_too_late`.

    Given up after the deadline it counts as late, never as a no-show. Staff may always cancel.
    """
    booking = await visible_to(actor, booking_id)
    await settling.settle([booking.machine])
    held = booking.machine, booking.member
    return await _cancel(actor, booking_id, held, reason, give_up)


@db.transactional
async def _cancel(
    actor: Viewer, booking_id: int, held: tuple[int, int | None], reason: str, give_up: bool
) -> Booking:
    machine_id, member_id = held
    await db.locked(Machine, machine_id)
    if member_id is not None:
        await db.locked(Member, member_id)
    booking = await locked_for(actor, booking_id)
    if (booking.machine, booking.member) != held:
        raise Unavailable  # changed meanwhile: ask again
    if booking.status == Status.CANCELLED:
        return booking
    stamps = await versions.of("lab", "machines")
    view = (await catalogue(stamps)).by_id(booking.machine)
    if view is None:
        raise NotFound("machine")
    now, numbers = clock.now(), limits(view)
    by_staff = actor.acts_as_staff and booking.member != actor.id
    problem = handling.may_cancel(
        booking.status, booking.period, numbers, now, give_up=give_up or by_staff
    )
    if problem:
        raise Refused(problem)
    late = not by_staff and now > handling.cancel_deadline(booking.period, numbers)
    late = late and booking.status == Status.CONFIRMED
    before = {"status": str(booking.status)}
    await booking.update_self(
        {
            Booking.status: Status.CANCELLED,
            Booking.cancelled_at: now,
            Booking.cancelled_by: actor.id,
            Booking.cancel_reason: reason,
            Booking.gave_up: late,
            Booking.busy_until: max(booking.starts_at, min(now, booking.busy_until)),
            Booking.remind_at: None,
            Booking.sequence: booking.sequence + 1,
        }
    )
    halves, held_until = await struck([booking] if late else [], now, stamps)
    after = {"status": Status.CANCELLED, "late": late, "halves": halves}
    await record(
        "gave_up" if late else "cancelled",
        "booking",
        booking.id,
        actor=actor.id,
        member=booking.member,
        before=before,
        after=after,
        reason=reason,
    )
    if booking.member is not None:
        await notify(
            booking.member,
            "bookings/cancelled",
            **notice(booking, view.name, view.tag),
            late=late,
            by_staff=by_staff,
            reason=reason,
            halves=halves,
            held_until_at=held_until,
        )
    await buddy_free(booking, view.name, view.tag)
    await freed([machine_id], stamps)
    return booking


async def struck(
    late: Sequence[Booking], now: datetime, stamps: Mapping[str, int] | None = None
) -> tuple[int, datetime | None]:
    """What giving up each of these costs, in half strikes, and until when that holds their member.

    All are of one member, whose row the caller holds.
    """
    if not late or late[0].member is None:
        return 0, None
    policy = (await place(stamps)).policy
    halves = strikes.of_giving_up(policy)
    if not halves:
        return 0, None
    rows = [{"id": each.id, "member": each.member} for each in late]
    return halves, (await strikes.strike(rows, policy, now, halves)).get(late[0].member)
