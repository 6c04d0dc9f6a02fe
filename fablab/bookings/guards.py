"""The database's own refusals, told like a rule's."""

from collections.abc import Iterator
from contextlib import contextmanager

from fablab.core import db
from fablab.core.errors import Problem, Refused
from fablab.core.words import N_

TAKEN = Problem("taken", N_("Somebody has just booked this time."), "starts_at")
REFUSALS = {
    "booking_no_overlap": TAKEN,
    "booking_span": Problem("invalid_period", N_("The end must come after the start."), "ends_at"),
}


@contextmanager
def guarded() -> Iterator[None]:
    """Whatever slipped past the rules meets the last wall, and becomes the same refusal."""
    try:
        yield
    except Exception as error:
        problem = REFUSALS.get(db.refusal_of(error) or "")
        if problem is None:
            raise
        raise Refused(problem) from error
