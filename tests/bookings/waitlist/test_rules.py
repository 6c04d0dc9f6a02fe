"""How long an offer is held, and what one may wait for."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from fablab.bookings.rules import Limits
from fablab.bookings.waitlist.rules import Holding, held_until, is_over, leaves_room, problems
from fablab.core.periods import Period
from fablab.core.zones import zone
from fablab.lab.place import DEFAULT_POLICY
from tests.factories import MONDAY, hours

ZONE = zone("Africa/Casablanca")
HOLDING = Holding.of(DEFAULT_POLICY)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
LATE = MONDAY + 13 * HOUR  # ten in the evening


@pytest.mark.parametrize(
    ("now", "start", "silent", "until"),
    [
        (MONDAY, MONDAY + 3 * HOUR, 0, MONDAY + 15 * MINUTE),
        (MONDAY, MONDAY + 3 * HOUR + MINUTE, 0, MONDAY + 2 * HOUR),
        (MONDAY, MONDAY, 0, MONDAY + 5 * MINUTE),
        (MONDAY, MONDAY - MINUTE, 5, MONDAY + 5 * MINUTE),
        (MONDAY, MONDAY + 8 * MINUTE, 0, MONDAY + 8 * MINUTE),
        (MONDAY, MONDAY + MINUTE, 0, MONDAY + 5 * MINUTE),
        (MONDAY + 2 * HOUR, MONDAY + 9 * HOUR, 1, MONDAY + 4 * HOUR),
        (MONDAY + 2 * HOUR, MONDAY + 9 * HOUR, 2, MONDAY + 2 * HOUR + 15 * MINUTE),
        (LATE, LATE + 15 * HOUR, 0, MONDAY + 25 * HOUR),
        (LATE, LATE + 11 * HOUR, 0, LATE + 11 * HOUR),
        (LATE, LATE + 15 * HOUR, 2, MONDAY + 25 * HOUR),
        (LATE + 8 * HOUR, LATE + 20 * HOUR, 0, MONDAY + 25 * HOUR),
        (LATE + 11 * HOUR, LATE + 20 * HOUR, 0, LATE + 13 * HOUR),
    ],
)
def test_how_long_an_offer_is_held(
    now: datetime, start: datetime, silent: int, until: datetime
) -> None:
    assert held_until(start, now, silent, HOLDING, ZONE) == until


def codes(window: Period, length: timedelta, **numbers: Any) -> list[str]:
    found = problems(window, length, [Limits(**numbers)], MONDAY, ZONE)
    return [problem.code for problem in found]


@pytest.mark.parametrize(
    ("window", "minutes", "expected"),
    [
        (hours(1), 60, []),
        (hours(1, 4), 60, []),
        (Period(hours(2).start, hours(1).start), 60, ["invalid_period"]),
        (hours(1), 90, ["window_too_short"]),
        (hours(1, 24 * 32), 60, ["window_too_long"]),
        (hours(1), 15, ["too_short"]),
        (hours(1, 8), 300, ["too_long"]),
        (hours(1, 8), 45, ["off_grid"]),
        (hours(-2, 2), 60, ["in_the_past"]),
        (hours(24 * 70), 60, ["too_far"]),
    ],
)
def test_what_one_may_wait_for(window: Period, minutes: int, expected: list[str]) -> None:
    assert codes(window, minutes * MINUTE) == expected


def test_waiting_is_over_when_the_length_no_longer_fits() -> None:
    assert not is_over(hours(0, 2), HOUR, hours(1).start + 5 * MINUTE)
    assert is_over(hours(0, 2), HOUR, hours(1).start + 6 * MINUTE)


def test_whether_another_place_is_left_beside_what_was_let_go() -> None:
    assert not leaves_room(hours(1), hours(1), HOUR)
    assert leaves_room(hours(1, 2), hours(1), HOUR)
    assert not leaves_room(hours(1, 2), hours(1.5), HOUR)
