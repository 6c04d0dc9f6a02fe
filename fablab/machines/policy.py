"""The booking policy in force: the machine's own numbers, else its category's, else the lab's."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from fablab.lab.hours import Attendance, ClosedHours
from fablab.lab.place import DEFAULT_POLICY

# What a category or a machine may set of its own, as the JSON columns name it.
OWN = (
    "granularity_minutes",
    "min_minutes",
    "max_minutes",
    "turnaround_minutes",
    "notice_to_book_minutes",
    "notice_to_move_minutes",
    "notice_to_cancel_minutes",
    "checkin_opens_before_minutes",
    "grace_minutes",
    "horizon_days",
    "approval_days",
    "needs_approval",
    "max_series",
    "attendance",
    "closed_hours",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Lengths are timedeltas; `horizon` and `approval_days` count whole days of the lab."""

    granularity: timedelta
    min_duration: timedelta
    max_duration: timedelta
    turnaround_after: timedelta
    notice_to_book: timedelta
    notice_to_move: timedelta
    notice_to_cancel: timedelta
    checkin_opens_before: timedelta
    grace: timedelta
    horizon: int
    approval_days: int
    needs_approval: bool
    max_series: int
    attendance: Attendance
    closed_hours: ClosedHours

    @classmethod
    def inherited(cls, *levels: Mapping[str, Any]) -> "Policy":
        """From the farthest level to the nearest: lab, category, machine.

        The nearest that is set wins; what is absent or null is not set.
        """
        numbers = dict(DEFAULT_POLICY)
        for level in levels:
            numbers |= {name: level[name] for name in OWN if level.get(name) is not None}

        def minutes(name: str) -> timedelta:
            return timedelta(minutes=int(numbers[f"{name}_minutes"]))

        return cls(
            granularity=minutes("granularity"),
            min_duration=minutes("min"),
            max_duration=minutes("max"),
            turnaround_after=minutes("turnaround"),
            notice_to_book=minutes("notice_to_book"),
            notice_to_move=minutes("notice_to_move"),
            notice_to_cancel=minutes("notice_to_cancel"),
            checkin_opens_before=minutes("checkin_opens_before"),
            grace=minutes("grace"),
            horizon=int(numbers["horizon_days"]),
            approval_days=int(numbers["approval_days"]),
            needs_approval=bool(numbers["needs_approval"]),
            max_series=int(numbers["max_series"]),
            attendance=Attendance(numbers["attendance"]),
            closed_hours=ClosedHours(numbers["closed_hours"]),
        )
