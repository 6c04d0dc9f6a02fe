"""Rules about a booking that exists: checking in, giving back. Pure, asked by page and action."""

from datetime import datetime, timedelta

from fablab.bookings.rules.facts import Limits
from fablab.core.errors import Problem
from fablab.core.periods import Period
from fablab.core.words import N_


def may_check_in(
    status: str, period: Period, release_at: datetime | None, limits: Limits, now: datetime
) -> Problem | None:
    """From a little before the start until the slot is released. Source: domain, check-in."""
    if status == "no_show" or (
        release_at is not None and status == "confirmed" and now >= release_at
    ):
        message = N_("Nobody checked in by {until}, so the slot is free again. Book what is left.")
        return Problem("released", message, None, {"until": release_at or period.end})
    if status == "pending":
        return Problem("not_confirmed", N_("This booking is not confirmed yet."))
    if status != "confirmed" or now >= period.end:
        return Problem("not_open", N_("This booking is over."))
    opens = period.start - limits.checkin_opens_before
    if now < opens:
        message = N_("Check-in opens at {opens}.")
        return Problem("checkin_not_open", message, None, {"opens": opens}, opens, [opens])
    return None


def cancel_deadline(period: Period, limits: Limits) -> datetime:
    return period.start - limits.notice_to_cancel


def may_cancel(
    status: str, period: Period, limits: Limits, now: datetime, *, give_up: bool = False
) -> Problem | None:
    """Free of charge until the deadline; afterwards only as giving it up, which counts as late."""
    if status == "rejected":
        message = N_("The staff did not approve this request: its time is free already.")
        return Problem("not_changeable", message)
    if status in ("cancelled", "expired", "no_show", "completed"):
        return Problem("not_changeable", N_("This booking can no longer be changed."))
    if status == "checked_in":
        message = N_("This booking has begun: finish it instead.")
        return Problem("already_begun", message)
    deadline = cancel_deadline(period, limits)
    if give_up or now <= deadline or status == "pending":
        return None
    message = N_("The deadline was {deadline}. It can still be given up: the slot is free at once.")
    details = {"deadline": deadline, "notice": limits.notice_to_cancel}
    return Problem("cancel_too_late", message, None, details, limits.notice_to_cancel, None, True)


def may_finish(status: str) -> Problem | None:
    if status == "checked_in":
        return None
    message = N_("Only a booking that was checked in can be finished.")
    return Problem("not_checked_in", message)


def busy_after_finish(
    period: Period, busy_until: datetime, turnaround: timedelta, now: datetime
) -> datetime:
    """Finish plus turnaround, never before the start, never later than it was."""
    return min(busy_until, max(period.start, now + turnaround))
