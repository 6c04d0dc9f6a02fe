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


from tests.factories.bookings import a_booking  # noqa: F401 - told on
from tests.factories.lab import (  # noqa: F401 - told on
    a_charter,
    a_closure,
    a_day_exception,
    a_lab,
    a_season,
)
from tests.factories.machines import (  # noqa: F401 - told on
    a_category,
    a_certification,
    a_machine,
    a_material,
    a_room,
)
from tests.factories.members import (  # noqa: F401 - told on
    PASSWORD,
    a_hold,
    a_manager,
    a_member,
    a_plan,
    a_trainer,
    an_admin,
)
from tests.factories.quotas import a_quota  # noqa: F401 - told on
from tests.factories.training import a_certificate  # noqa: F401 - told on
from tests.factories.waiting import a_waiting  # noqa: F401 - told on
