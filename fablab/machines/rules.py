"""What may be said of a machine's condition."""

from datetime import datetime

from fablab.core.errors import Problem
from fablab.core.words import N_

STOPPED = ("out_of_order", "maintenance")


def condition_problems(status: str, back_at: datetime | None, now: datetime) -> tuple[Problem, ...]:
    """A stopped machine is expected back in the future, if at all."""
    if status in STOPPED and back_at is not None and back_at <= now:
        message = N_("The expected return must lie ahead.")
        return (Problem("in_the_past", message, "back_on", limit=now),)
    return ()
