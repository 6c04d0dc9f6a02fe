"""Whether a period suits the hours, as a machine's attendance asks, and if not, why."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from fablab.core.periods import Period, without
from fablab.core.words import Words
from fablab.lab.hours import Attendance, ClosedHours

if TYPE_CHECKING:
    from fablab.lab.calendar import Calendar
    from fablab.lab.open_day import OpenDay

LONGEST_WEEKEND = 2


class Part(StrEnum):
    """Where the lab is closed: at the start, at the end, or somewhere between."""

    START = "start"
    END = "end"
    THROUGH = "through"


@dataclass(frozen=True, slots=True)
class Why:
    """Why a period does not suit the hours.

    `cause` names the closure, season or exception to blame, None for the ordinary week.
    `windows` are those of the days concerned, in order, to name what would be possible.
    `next_opening` follows the start, or the end where only the end is at fault.
    """

    part: Part
    cause: Words | None
    days: tuple["OpenDay", ...]
    windows: tuple[Period, ...]
    next_opening: Period | None


def attends(
    calendar: "Calendar",
    period: Period,
    attendance: Attendance | str,
    closed_hours: ClosedHours | str = ClosedHours.NIGHT,
) -> Why | None:
    """None when the hours allow the period, else why not.

    `staffed`: all inside one stretch of opening. `start_and_end_staffed`: begins before closing
    and ends by closing, running through one night at most, or through a weekend.
    """
    if attendance == Attendance.ANYTIME:
        return None
    stretches = calendar.windows(period, touching=True)
    if not any(stretch.contains(period.start) for stretch in stretches):
        return why(calendar, period, Part.START)
    if not any(stretch.start <= period.end <= stretch.end for stretch in stretches):
        return why(calendar, period, Part.END)
    if any(period.within(stretch) for stretch in stretches):
        return None
    if attendance == Attendance.STAFFED or not may_run_through(calendar, period, closed_hours):
        return why(calendar, period, Part.THROUGH)
    return None


def may_run_through(calendar: "Calendar", period: Period, closed_hours: ClosedHours | str) -> bool:
    """Whether the closed time in a period is one night at most, or a weekend at most.

    Closed time between two windows of one day is a break, between those of two days a night;
    every day skipped in between is closed from morning to evening.
    """
    nights = closed_days = 0
    last_day: date | None = None
    open_until = period.start
    for day, window in calendar.dated_windows(period):
        if window.end <= period.start or open_until >= period.end or window.start > period.end:
            continue
        if last_day and window.start > open_until and day > last_day:
            nights += 1
            closed_days += (day - last_day).days - 1
        last_day, open_until = day, max(open_until, window.end)
    if closed_hours == ClosedHours.WEEKEND:
        return closed_days <= LONGEST_WEEKEND
    return nights <= 1 and closed_days == 0


def why(calendar: "Calendar", period: Period, part: Part) -> Why:
    days = concerned(calendar, period, part)
    return Why(
        part=part,
        cause=cause(calendar, period, part, days),
        days=days,
        windows=tuple(window for day in days for window in day.windows),
        next_opening=calendar.next_opening(period.end if part == Part.END else period.start),
    )


def concerned(calendar: "Calendar", period: Period, part: Part) -> tuple["OpenDay", ...]:
    """The days whose hours explain it: the start's, the end's, or all from first to last."""
    first, last = calendar.day_of(period.start), calendar.day_of(period.end)
    if part == Part.START:
        return (calendar.opening(first),)
    if part == Part.END:
        return (calendar.opening(last),)
    return tuple(calendar.days(first, (last - first).days + 1))


def cause(
    calendar: "Calendar", period: Period, part: Part, days: tuple["OpenDay", ...]
) -> Words | None:
    """What staff decided that closes the lab here, where its ordinary week would be open."""
    if closed := next((day.reason for day in days if day.reason and not day.windows), None):
        return closed
    at = closed_at(calendar, period, part)
    day = calendar.opening(calendar.day_of(at))
    usual = calendar.usually_open(at, as_end=part == Part.END)
    return day.reason if usual else None


def closed_at(calendar: "Calendar", period: Period, part: Part) -> datetime:
    """The instant at fault: the start, the end, or where the first closed stretch begins."""
    if part == Part.THROUGH:
        return next(without([period], calendar.windows(period))).start
    return period.start if part == Part.START else period.end
