"""The rule about saying that one will be late: once, and in time. Pure."""

from datetime import datetime, timedelta

from fablab.bookings.rules import handling
from fablab.bookings.rules.facts import Limits
from fablab.core.errors import Problem
from fablab.core.periods import Period
from fablab.core.words import N_

LATE = timedelta(minutes=10)
OPENS_BEFORE = timedelta(hours=24)  # as early as the first reminder


def may_be_late(
    status: str,
    period: Period,
    release_at: datetime | None,
    late_minutes: int,
    limits: Limits,
    now: datetime,
) -> Problem | None:
    """From a day before its start until it is released, once."""
    if status == "checked_in":
        return Problem("already_here", N_("Somebody has checked in: nothing is released any more."))
    found = handling.may_check_in(status, period, release_at, limits, now)
    if found and found.code != "checkin_not_open":
        return found
    if release_at is None:
        return Problem("never_released", N_("This booking is never released: no need to say so."))
    if late_minutes:
        message = N_("The lab knows already: the slot is kept until {until}.")
        return Problem("late_already", message, None, {"until": release_at})
    opens = period.start - OPENS_BEFORE
    if now < opens:
        message = N_("This can be said from {opens} on.")
        return Problem("late_not_open", message, None, {"opens": opens}, opens, [opens])
    return None


def kept_until(period: Period, release_at: datetime) -> datetime:
    """The grace with ten minutes more, never past the end."""
    return min(period.end, release_at + LATE)
