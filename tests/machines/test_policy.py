"""Policy numbers: the nearest that is set wins."""

from datetime import timedelta

import pytest

from fablab.lab.hours import Attendance, ClosedHours
from fablab.machines.policy import Policy

LAB = {"granularity_minutes": 15, "horizon_days": 30, "attendance": "staffed"}


@pytest.mark.parametrize(
    ("category", "machine", "expected"),
    [
        ({}, {}, 15),
        ({"granularity_minutes": 20}, {}, 20),
        ({"granularity_minutes": 20}, {"granularity_minutes": 60}, 60),
        ({"granularity_minutes": 20}, {"granularity_minutes": None}, 20),
    ],
)
def test_the_nearest_that_is_set_wins(
    category: dict[str, int], machine: dict[str, int | None], expected: int
) -> None:
    policy = Policy.inherited(LAB, category, machine)
    assert policy.granularity == timedelta(minutes=expected)


def test_zero_and_no_are_set() -> None:
    policy = Policy.inherited(
        {"notice_to_cancel_minutes": 90, "needs_approval": True},
        {"notice_to_cancel_minutes": 0, "needs_approval": False},
    )
    assert policy.notice_to_cancel == timedelta()
    assert policy.needs_approval is False


def test_what_nobody_set_has_the_usual_value() -> None:
    policy = Policy.inherited({}, {}, {})
    assert policy.granularity == policy.min_duration == timedelta(minutes=30)
    assert policy.max_duration == timedelta(hours=4)
    assert policy.notice_to_move == timedelta(hours=1)
    assert policy.notice_to_cancel == timedelta(hours=2)
    assert policy.checkin_opens_before == timedelta(minutes=10)
    assert policy.grace == timedelta(minutes=15)
    assert (policy.horizon, policy.approval_days, policy.max_series) == (60, 3, 60)
    assert (policy.attendance, policy.closed_hours) == (Attendance.STAFFED, ClosedHours.NIGHT)
