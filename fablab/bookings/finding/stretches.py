"""Where a machine has room for so long, and from when to when such a booking may begin. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from fablab.bookings import openings
from fablab.core import zones
from fablab.core.errors import Refused
from fablab.core.periods import Period, merged, without
from fablab.lab.calendar import Calendar
from fablab.machines.catalogue import MachineView

Hours = tuple[time, time]
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, order=True)
class Stretch:
    """A booking may begin from `first` to `last`; the machine is free until `end`."""

    first: datetime
    last: datetime
    end: datetime


def stretches(
    view: MachineView,
    calendar: Calendar,
    span: Period,
    rows: Sequence[openings.Holding],
    length: timedelta,
    hours: Hours | None = None,
) -> Iterator[Stretch]:
    """In order. The opening hours decide where a staffed booking lies, and where others begin.

    With `hours` of the day the whole booking lies between them, or begins there when it is longer.
    """
    attendance = view.policy.attendance
    daily = list(each_day(span, calendar, hours)) if hours else [span]
    whole = calendar.windows(span) if attendance == "staffed" else [span]
    begins: list[Period] | None = daily
    if not hours or fits(daily, length):
        whole, begins = list(shared(whole, daily)), None
    if attendance == "start_and_end_staffed":
        begins = list(shared(begins or [span], calendar.windows(span)))
    elif attendance == "anytime":
        begins = list(shared(begins or [span], list(each_day(span, calendar))))
    full = openings.full_times(rows, view.units, view.policy.turnaround_after)
    for gap in without(whole, full):
        if gap.length >= length:
            yield from begun(gap, length, begins)


def begun(gap: Period, length: timedelta, begins: Sequence[Period] | None) -> Iterator[Stretch]:
    """Of a gap, the stretches that begin where they may: anywhere when nothing is said."""
    latest = gap.end - length
    if begins is None:
        yield Stretch(gap.start, latest, gap.end)
        return
    for begin in begins:
        if begin.start > latest:
            return
        first, last = max(gap.start, begin.start), min(latest, begin.end)
        if first <= last and first < begin.end:
            yield Stretch(first, last, gap.end)


def fits(daily: Sequence[Period], length: timedelta) -> bool:
    return any(each.length >= length for each in daily)


def shared(some: Sequence[Period], others: Sequence[Period]) -> Iterator[Period]:
    """What both cover, in order."""
    for one in merged(some):
        for other in others:
            if part := one.cut(other):
                yield part


def each_day(span: Period, calendar: Calendar, hours: Hours | None = None) -> Iterator[Period]:
    """The lab's days of a span, or so many hours of each; those past midnight end on the next."""
    day, last = calendar.day_of(span.start) - DAY, calendar.day_of(span.end)
    while day <= last:
        whole = of_day(day, calendar, hours)
        if part := whole.cut(span):
            yield part
        day += DAY


def of_day(day: date, calendar: Calendar, hours: Hours | None) -> Period:
    if hours is None:
        return zones.day(day, calendar.zone)
    start, end = hours
    begin = at_wall(day, start, calendar)
    finish = at_wall(day if start < end else day + DAY, end, calendar)
    return Period(begin, max(begin, finish))


def at_wall(day: date, face: time, calendar: Calendar) -> datetime:
    """An hour that the wall skips or has twice is reached at all the same."""
    try:
        return zones.from_wall(datetime.combine(day, face), calendar.zone)
    except Refused:
        into = timedelta(hours=face.hour, minutes=face.minute)
        return zones.midnight(day, calendar.zone) + into
