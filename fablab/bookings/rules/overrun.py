"""Rules about a booking that still runs at its end. Pure."""

from datetime import datetime, timedelta

from fablab.bookings.rules.facts import Facts
from fablab.bookings.rules.times import next_step
from fablab.core.errors import Problem
from fablab.core.words import N_

BEFORE, AFTER = timedelta(minutes=15), timedelta(minutes=15)


def may_go_on(state: str, ends_at: datetime, now: datetime) -> Problem | None:
    """From a quarter of an hour before the end to a quarter after. Source: domain, check-in.

    `state` is `running` for what was checked in and not finished by anybody.
    """
    if state != "running":
        message = N_("Only a booking that was checked in and still runs can go on.")
        return Problem("not_running", message)
    if now < ends_at - BEFORE:
        message = N_("This can be said from {opens} on.")
        opens = ends_at - BEFORE
        return Problem("too_early", message, None, {"opens": opens}, opens, [opens])
    if now > ends_at + AFTER:
        message = N_("This booking ended too long ago. Book the machine again.")
        return Problem("too_late", message, None, {}, ends_at + AFTER)
    return None


def next_end(ends_at: datetime, now: datetime, facts: Facts) -> datetime:
    """The next step of the machine that lies after both the agreed end and this minute."""
    return next_step(max(ends_at, now) + timedelta.resolution, facts)
