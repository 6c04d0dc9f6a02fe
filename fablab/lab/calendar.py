"""When the lab is open, day by day and instant by instant. Pure: no database, no clock."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from fablab.core.periods import Period, merged
from fablab.core.words import Words
from fablab.core.zones import local_date
from fablab.lab import attending
from fablab.lab.hours import (
    Attendance,
    ClosedHours,
    ClosureDays,
    DayHours,
    SeasonDays,
    Span,
    Week,
    Windows,
)
from fablab.lab.open_day import OpenDay

DAY = timedelta(days=1)
FARTHEST = 400  # days to look ahead for an opening or a closing
MOST_KEPT = 4000  # days whose windows are remembered


@dataclass(frozen=True)
class Calendar:
    """The lab's hours: an exception beats a closure, a closure a season, a season the week.

    A window that ends after midnight belongs to the day on which it starts. Of two seasons the
    shorter wins. What is unconfirmed closes and changes nothing.
    """

    zone: ZoneInfo
    week: Week = field(default_factory=Week)
    seasons: tuple[SeasonDays, ...] = ()
    closures: tuple[ClosureDays, ...] = ()
    exceptions: tuple[DayHours, ...] = ()
    _days: dict[date, OpenDay] = field(default_factory=dict, init=False, repr=False, compare=False)

    def day_of(self, instant: datetime) -> date:
        return local_date(instant, self.zone)

    def opening(self, day: date) -> OpenDay:
        """The hours of that day of the lab."""
        found = self._days.get(day)
        if found is None:
            if len(self._days) >= MOST_KEPT:
                self._days.clear()
            found = self._days[day] = self._decide(day)
        return found

    def days(self, start: date, count: int) -> list[OpenDay]:
        return [self.opening(start + DAY * number) for number in range(count)]

    def year_from(self, start: date) -> Iterator[OpenDay]:
        """A year's days, decided one by one: whoever looks for something stops when it is found."""
        return (self.opening(start + DAY * number) for number in range(FARTHEST))

    def dated_windows(self, period: Period) -> Iterator[tuple[date, Period]]:
        """Windows of every day the period touches and of the evening before, in order."""
        day, last = self.day_of(period.start) - DAY, self.day_of(period.end)
        while day <= last:
            for window in self.opening(day).windows:
                yield day, window
            day += DAY

    def windows(self, period: Period, *, touching: bool = False) -> list[Period]:
        """Staffed windows that overlap the period, whole and merged, those begun earlier too.

        With `touching` also those that only end or begin where the period begins or ends.
        """
        found = merged(window for _, window in self.dated_windows(period))
        if touching:
            return [window for window in found if window.meets(period)]
        return [window for window in found if window.overlaps(period)]

    def staffed(self, period: Period) -> list[Period]:
        """The opening time inside the period."""
        return [shared for window in self.windows(period) if (shared := window.cut(period))]

    def is_staffed(self, period: Period) -> bool:
        """All of it lies in one stretch of opening: what `attends` asks of `staffed`."""
        return any(period.within(window) for window in self.windows(period))

    def open_lab(self, period: Period) -> list[Period]:
        """Open-lab windows that overlap the period, whole and merged."""
        first, last = self.day_of(period.start) - DAY, self.day_of(period.end)
        days = self.days(first, (last - first).days + 1)
        found = merged(window for day in days for window in day.open_lab)
        return [window for window in found if window.overlaps(period)]

    def window_at(self, instant: datetime) -> Period | None:
        """The window in which the lab is open at that instant, with what it merges into."""
        around = Period(instant - DAY, instant + DAY)
        found = merged(window for _, window in self.dated_windows(around))
        return next((window for window in found if window.contains(instant)), None)

    def is_open(self, instant: datetime) -> bool:
        return self.window_at(instant) is not None

    def next_opening(self, after: datetime) -> Period | None:
        """The first window that starts then or later; None if there is none within a year."""
        today = self.day_of(after)
        for day in self.year_from(today):
            for window in day.windows:
                if window.start >= after and not self.is_open(window.start - timedelta.resolution):
                    return self.window_at(window.start)
        return None

    def next_open_lab(self, after: datetime) -> Period | None:
        """The open-lab window running then, or the first one later; None within a year."""
        for day in self.year_from(self.day_of(after) - DAY):
            for window in day.open_lab:
                if window.end > after:
                    return window
        return None

    def next_closing(self, after: datetime) -> datetime | None:
        """When the lab closes that is open then, or opens next; None if not within a year."""
        window = self.window_at(after) or self.next_opening(after)
        farthest = after + DAY * FARTHEST
        while window and window.end < farthest:
            later = self.window_at(window.end)
            if later is None:
                return window.end
            window = later
        return None

    def attends(
        self,
        period: Period,
        attendance: Attendance | str,
        closed_hours: ClosedHours | str = ClosedHours.NIGHT,
    ) -> attending.Why | None:
        """None when the hours allow the period as `attendance` asks, else why not."""
        return attending.attends(self, period, attendance, closed_hours)

    def usually_open(self, instant: datetime, *, as_end: bool = False) -> bool:
        """Whether the ordinary week would be open then; `as_end` also at the time of closing."""
        day = self.day_of(instant)
        usual = [
            window
            for each in (day - DAY, day)
            for window in self._periods(self.week.open[each.weekday()], each)
        ]
        return any(
            window.contains(instant) or (as_end and window.end == instant) for window in usual
        )

    def season_on(self, day: date) -> SeasonDays | None:
        """The confirmed season in force: the shortest, then the one that starts last."""
        found = [season for season in self.seasons if season.confirmed and season.covers(day)]
        return min(found, key=lambda each: (each.length, -each.first_day.toordinal()), default=None)

    def _decide(self, day: date) -> OpenDay:
        season = self.season_on(day)
        week = season.week if season else self.week
        open_lab = self._periods(week.open_lab[day.weekday()], day)
        if own := next((each for each in self.exceptions if each.day == day), None):
            windows = self._periods(own.windows, day)
            return OpenDay(day, windows, shared(windows, open_lab), own.reason or None, "exception")
        if closure := covering(self.closures, day, confirmed=True):
            return OpenDay(day, (), (), closure.name, "closure")
        windows = self._periods(week.open[day.weekday()], day)
        return OpenDay(
            day,
            windows,
            shared(windows, open_lab),
            season.name if season else None,
            "season" if season else "week",
            expected(self.closures, day),
            expected(self.seasons, day),
        )

    def _periods(self, windows: Windows, day: date) -> tuple[Period, ...]:
        found = (window.on(day, self.zone) for window in windows)
        return tuple(merged(period for period in found if period))


Spans = tuple[ClosureDays, ...] | tuple[SeasonDays, ...]


def covering(spans: Spans, day: date, *, confirmed: bool) -> Span | None:
    """The shortest span over that day."""
    found = [each for each in spans if each.confirmed is confirmed and each.covers(day)]
    return min(found, key=lambda each: each.length, default=None)


def expected(spans: Spans, day: date) -> Words | None:
    """The name of what is not confirmed yet for that day."""
    found = covering(spans, day, confirmed=False)
    return found.name if found else None


def shared(windows: tuple[Period, ...], others: tuple[Period, ...]) -> tuple[Period, ...]:
    """What both have: open lab never reaches outside the opening hours."""
    return tuple(cut for one in windows for other in others if (cut := one.cut(other)))
