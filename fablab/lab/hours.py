"""What staff write down about hours: weekly windows, seasons, closures, one day's own hours.

Wall-clock values only; `fablab.lab.calendar` turns them into instants, day by day.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from fablab.core.periods import Period
from fablab.core.words import Words
from fablab.core.zones import candidates

MIDNIGHT = time(0)
WEEK_LENGTH = 7


class Attendance(StrEnum):
    """How much of a booking lies in opening hours."""

    STAFFED = "staffed"
    START_AND_END_STAFFED = "start_and_end_staffed"
    ANYTIME = "anytime"


class ClosedHours(StrEnum):
    """How much closed time a booking may run through: one night, or a weekend."""

    NIGHT = "night"
    WEEKEND = "weekend"


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """Open from a wall-clock time to another; one that is not later is meant on the next day."""

    opens: time
    closes: time

    def on(self, day: date, tz: ZoneInfo) -> Period | None:
        """The window as instants; None where the clock skips all of it."""
        last = day if self.closes > self.opens else day + timedelta(days=1)
        start = opening_instant(datetime.combine(day, self.opens), tz)
        end = closing_instant(datetime.combine(last, self.closes), tz)
        return Period(start, end) if start < end else None


Windows = tuple[Window, ...]
CLOSED_WEEK: tuple[Windows, ...] = ((),) * WEEK_LENGTH


@dataclass(frozen=True, slots=True)
class Week:
    """Opening windows and open-lab windows of the seven weekdays, Monday first."""

    open: tuple[Windows, ...] = CLOSED_WEEK
    open_lab: tuple[Windows, ...] = CLOSED_WEEK


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Named days in a row, both ends inclusive. Unconfirmed, it changes nothing yet."""

    id: int = 0
    slug: str = ""
    name: Words = field(default_factory=Words)
    first_day: date
    last_day: date
    confirmed: bool = True

    @property
    def length(self) -> timedelta:
        return self.last_day - self.first_day

    def covers(self, day: date) -> bool:
        return self.first_day <= day <= self.last_day


@dataclass(frozen=True, slots=True, kw_only=True)
class SeasonDays(Span):
    """Days with their own weekly hours, such as Ramadan or August."""

    week: Week


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosureDays(Span):
    """Days on which the lab stays closed."""

    kind: str = "lab_closure"


@dataclass(frozen=True, slots=True, kw_only=True)
class DayHours:
    """One day's own windows, which beat everything. None: closed all day."""

    id: int = 0
    day: date
    reason: Words = field(default_factory=Words)
    windows: Windows = ()


def opening_instant(face: datetime, tz: ZoneInfo) -> datetime:
    """When the wall first shows this; where it never does, the first instant after the jump."""
    found = candidates(face, tz)
    return found[0] if found else after_jump(face, tz)


def closing_instant(face: datetime, tz: ZoneInfo) -> datetime:
    """When the wall last shows this; where it never does, the first instant after the jump."""
    found = candidates(face, tz)
    return found[-1] if found else after_jump(face, tz)


def after_jump(face: datetime, tz: ZoneInfo) -> datetime:
    """The instant at which the clock jumps over this face."""
    low = face.replace(tzinfo=tz, fold=1).astimezone(UTC)
    high = face.replace(tzinfo=tz, fold=0).astimezone(UTC)
    before = low.astimezone(tz).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) // 2
        middle = middle.replace(microsecond=0)
        if middle in (low, high):
            break
        low, high = (middle, high) if middle.astimezone(tz).utcoffset() == before else (low, middle)
    return high
