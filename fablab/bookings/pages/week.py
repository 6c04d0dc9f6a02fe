"""One machine's week: days in rows, hours in columns, Monday first."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from fablab.bookings.occupied import Occupied
from fablab.bookings.pages.lanes import Lane, kept, scene
from fablab.bookings.pages.looking import Looking
from fablab.bookings.pages.strips import FIRST, HOUR, LAST, MOST, Strip, filled, lengths
from fablab.core import zones
from fablab.core.periods import Period
from fablab.lab.calendar import Calendar
from fablab.lab.open_day import OpenDay
from fablab.machines.catalogue import MachineView

DAY = timedelta(days=1)
WEEK = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekDay:
    """One row, and the first instant it shows."""

    opening: OpenDay
    start: datetime
    lane: Lane


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    days: tuple[WeekDay, ...]
    hours: int
    labels: list[str]

    @property
    def kinds(self) -> set[str]:
        return set().union(*(day.lane.kinds for day in self.days))

    @property
    def lane(self) -> Lane:
        """Any of them, for what all have in common."""
        return self.days[0].lane

    @property
    def lengths(self) -> tuple[timedelta, ...]:
        return lengths(self.hours, self.lane.grain)


def monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def span_of(first: date, looking: Looking) -> Period:
    zone = looking.calendar.zone
    return Period(zones.midnight(first, zone), zones.day(first + DAY * WEEK, zone).end)


def drawn(first: date, view: MachineView, taken: Occupied, looking: Looking) -> Week:
    """All days show the same hours of the wall, so that one row of hours serves them."""
    calendar, zone = looking.calendar, looking.calendar.zone
    days = [first + DAY * number for number in range(WEEK)]
    begins = [zones.midnight(day, zone) for day in days]
    offset, hours = hours_of(days, taken.used, calendar)
    rows = []
    for day, begin in zip(days, begins, strict=True):
        shown = Strip(Period(begin + offset, begin + offset + HOUR * hours))
        common = scene("week", shown.period, *looking.depends)
        rows.append(
            WeekDay(
                opening=calendar.opening(day),
                start=shown.period.start,
                lane=kept(view, shown, of_strip(taken, shown), looking, common),
            )
        )
    last = Strip(Period(begins[-1] + offset, begins[-1] + offset + HOUR * hours))
    return Week(days=tuple(rows), hours=hours, labels=last.labels(zone))


def hours_of(
    days: Sequence[date], used: Sequence[Period], calendar: Calendar
) -> tuple[timedelta, int]:
    """How long after midnight the strips begin, and how many hours they show."""
    spans = []
    for day in days:
        whole = zones.day(day, calendar.zone)
        if shown := filled(whole, calendar.opening(day).windows, used, calendar.zone):
            spans.append((shown.period.start - whole.start, shown.period.end - whole.start))
    begin = min((start for start, _ in spans), default=HOUR * FIRST)
    end = max((end for _, end in spans), default=HOUR * LAST)
    return begin, min((end - begin) // HOUR, MOST)


def of_strip(taken: Occupied, shown: Strip) -> Occupied:
    found = tuple(each for each in taken.blocks if each.busy.overlaps(shown.period))
    return replace(taken, blocks=found)
