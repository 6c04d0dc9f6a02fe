"""What the forms of series send."""

from datetime import date, datetime, time, timedelta
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

import msgspec

from fablab.bookings.forms import GoesIn, Number, SettingAside, Short
from fablab.bookings.series.altering import Alteration
from fablab.bookings.series.repeating import LAST, WEEKDAYS, Repeat, Unit
from fablab.core import zones
from fablab.core.periods import Period

Minutes = Annotated[int, msgspec.Meta(ge=1, le=10_080)]
Count = Annotated[int, msgspec.Meta(ge=1, le=1000)]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
By = Literal["day", "week", "month", "weekday", "last"]
Part = Literal["following", "future"]


class SeriesForm(GoesIn, kw_only=True):
    """A machine again and again: the first day, the time of day, how long, how it repeats.

    `by` says months in three ways: the same date, the same weekday of it, the last such weekday.
    """

    machine: str
    day: date
    starts: time
    minutes: Minutes
    by: By = "week"
    every: Count = 1
    weekdays: list[Weekday] = []
    until: date | None = None
    count: Count | None = None
    project: str = ""
    note: Short = ""
    member: Number | None = None
    buddy: Number | None = None

    def first(self, zone: ZoneInfo) -> Period:
        start = datetime.combine(self.day, self.starts)
        begins = zones.from_wall(start, zone, "starts")
        return Period(begins, begins + timedelta(minutes=self.minutes))

    def repeat(self) -> Repeat:
        nth = {"weekday": (self.day.day - 1) // 7 + 1, "last": LAST}.get(self.by)
        return Repeat(
            every=self.every,
            unit=Unit.MONTH if nth else Unit(self.by),
            weekdays=numbers(self.weekdays) if self.by == "week" else None,
            nth=nth,
            until=self.until,
            count=self.count,
        )


class TakeForm(SeriesForm, kw_only=True):
    """The same, and what to take of it."""

    take: Literal["all", "free"] = "all"


class PartForm(msgspec.Struct, kw_only=True):
    """Which part of a series: from a booking on, or all that are to come."""

    part: Part = "future"
    booking: int | None = None


class ChangeForm(SettingAside, kw_only=True):
    """What shall be different; what is sent as it is now stays."""

    part: Part = "future"
    booking: int | None = None
    starts: time
    minutes: Minutes
    machine: str
    weekdays: list[Weekday] = []

    def alteration(self, now: Alteration, machine_id: int) -> Alteration:
        """Without what is the same as `now`."""
        weekdays = numbers(self.weekdays) if self.weekdays else None
        return Alteration(
            starts=None if self.starts == now.starts else self.starts,
            minutes=None if self.minutes == now.minutes else self.minutes,
            machine_id=None if machine_id == now.machine_id else machine_id,
            weekdays=None if weekdays == now.weekdays else weekdays,
        )


class CancelForm(msgspec.Struct, kw_only=True):
    """`late`: what happens to those past their deadline."""

    part: Part = "future"
    booking: int | None = None
    late: Literal["", "give_up", "keep"] = ""
    reason: Short = ""

    @property
    def give_up(self) -> bool | None:
        return {"give_up": True, "keep": False}.get(self.late)


def numbers(weekdays: list[Weekday]) -> tuple[int, ...]:
    """Monday is 0; in order, each once."""
    return tuple(sorted({WEEKDAYS.index(each) for each in weekdays}))
