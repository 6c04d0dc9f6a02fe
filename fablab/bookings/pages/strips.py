"""Hours in a row, in columns of five minutes: the ground on which a day or a week is drawn."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from fablab.core.periods import Period

COLUMN = timedelta(minutes=5)
HOUR = timedelta(hours=1)
MOST = 25
FIRST, LAST = 8, 20  # shown when nothing says otherwise


@dataclass(frozen=True, slots=True)
class Strip:
    """The whole hours that are shown."""

    period: Period

    @property
    def hours(self) -> int:
        return self.period.length // HOUR

    def labels(self, zone: ZoneInfo) -> list[str]:
        """What the wall shows as each hour begins, through changes of the clock."""
        starts = (self.period.start + HOUR * number for number in range(self.hours))
        return [f"{start.astimezone(zone):%H:%M}" for start in starts]

    def lengths(self, step: int) -> tuple[timedelta, ...]:
        """Every length that may be drawn, in steps of so many columns."""
        return lengths(self.hours, step)

    def column(self, at: datetime) -> int:
        return (at - self.period.start) // COLUMN

    def place(self, period: Period) -> tuple[int, int] | None:
        """The column where it starts and how many it takes, as far as it is shown."""
        part = period.cut(self.period)
        if part is None:
            return None
        first = self.column(part.start)
        return first, -((self.period.start - part.end) // COLUMN) - first


@lru_cache(maxsize=256)
def lengths(hours: int, step: int) -> tuple[timedelta, ...]:
    count = hours * (HOUR // COLUMN) // step
    return tuple(COLUMN * step * number for number in range(1, count + 1))


def strip(day: Period, windows: Iterable[Period], busy: Iterable[Period], zone: ZoneInfo) -> Strip:
    """The hours of a day, and the usual ones where nothing happens."""
    usual = Period(day.start + HOUR * FIRST, day.start + HOUR * LAST)
    return filled(day, windows, busy, zone) or Strip(usual)


def filled(
    day: Period, windows: Iterable[Period], busy: Iterable[Period], zone: ZoneInfo
) -> Strip | None:
    """From the first opening or use of the day to the last; what came over night adds nothing."""
    shown = [*windows, *(each for each in busy if day.start <= each.start < day.end)]
    if not shown:
        return None
    reach = max([day.end, *(window.end for window in windows)])
    start = whole_hour(min(each.start for each in shown), zone)
    ends = [each.end for each in shown if each.end <= reach]
    ends += [each.end for each in busy if day.start < each.end <= day.end]
    end = max([start + HOUR, *ends])
    below = whole_hour(end, zone)
    return Strip(Period(start, min(below if below == end else below + HOUR, start + HOUR * MOST)))


def whole_hour(at: datetime, zone: ZoneInfo) -> datetime:
    """The last full hour on the wall."""
    face = at.astimezone(zone)
    return at - timedelta(minutes=face.minute, seconds=face.second, microseconds=face.microsecond)
