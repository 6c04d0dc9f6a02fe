"""Who looks at the schedule, and when."""

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import datetime, timedelta

from fablab.core import zones
from fablab.core.periods import Period
from fablab.core.versions import Stamps
from fablab.lab.calendar import Calendar
from fablab.machines.catalogue import MachineView

NEVER = Stamps({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Looking:
    """Who looks and when: what may be booked follows from it."""

    now: datetime
    calendar: Calendar
    staff: bool = False
    plan_horizon: int | None = None
    stamps: Stamps = NEVER

    @property
    def depends(self) -> tuple[Hashable, ...]:
        """What every drawing depends on. Of the time, it is the minute: opening hours, steps and
        deadlines are whole minutes; on the first instant what ends then is over and what begins
        then may still be booked."""
        minute = self.now.replace(second=0, microsecond=0)
        seen = (self.stamps["lab"], self.stamps["machines"], self.stamps["people"])
        return (minute, self.now == minute, self.staff, self.plan_horizon, *seen)

    def bookable(self, view: MachineView) -> Period | None:
        """From the first legal instant to the end of the horizon; None when there is none."""
        days = view.policy.horizon
        if self.plan_horizon is not None:
            days = min(days, self.plan_horizon)
        start = self.now + view.policy.notice_to_book
        if not view.works:
            if view.dangerous or not view.is_public or view.expected_back_at is None:
                return None
            start = max(start, view.expected_back_at)
        last = self.calendar.day_of(self.now) + timedelta(days=days)
        end = zones.day(last, self.calendar.zone).end
        return Period(start, end) if start < end else None
