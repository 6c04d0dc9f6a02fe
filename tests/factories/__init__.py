"""Rows with believable defaults: a test states only what it is about.

One file a package, re-exported here, so that tests say `factories.a_member(...)`.
"""

from datetime import UTC, datetime, timedelta
from itertools import count

from fablab.core.periods import Period

MONDAY = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
numbers = count(1)


def hours(start: float, length: float = 1) -> Period:
    """A period that begins `start` hours after MONDAY, nine o'clock UTC."""
    begin = MONDAY + timedelta(hours=start)
    return Period(begin, begin + timedelta(hours=length))
