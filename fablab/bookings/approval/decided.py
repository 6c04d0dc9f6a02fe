"""Who decided what of a request: what whoever comes too late is told."""

from fablab.bookings.rules.awaiting import APPROVAL, MATERIAL
from fablab.bookings.tables import Booking, Kind, Status
from fablab.core.errors import Problem
from fablab.core.words import N_, Words
from fablab.members.queries import names


def waits_for_staff(booking: Booking) -> bool:
    return bool({APPROVAL, MATERIAL} & set(booking.awaits.split()))


async def too_late(booking: Booking) -> Problem | None:
    """Why nothing is left to decide, with who was first; None while it waits."""
    if booking.kind != Kind.USE:
        return Problem("not_changeable", N_("This is nobody's request."))
    if booking.status != Status.PENDING:
        return await told_of(booking)
    return None


async def told_of(booking: Booking) -> Problem:
    """How it was decided, by whom and when."""
    if booking.status == Status.EXPIRED:
        message = N_("Nobody answered this request in time: it has expired.")
        return Problem("already_decided", message)
    if booking.status == Status.CANCELLED:
        by, at = booking.cancelled_by, booking.cancelled_at
        message = N_("It was cancelled by {who}: {at}.")
    elif booking.status == Status.REJECTED:
        by, at = booking.decided_by, booking.decided_at
        message = N_("It was refused by {who}: {at}.")
    else:
        by, at = booking.decided_by, booking.decided_at
        message = N_("It was approved by {who}: {at}.")
    if by is None or at is None:
        return Problem("already_decided", N_("This booking waits for nobody's approval."))
    who = (await names([by])).get(by, Words())
    return Problem("already_decided", message, None, {"who": who, "at": at})
