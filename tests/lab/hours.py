"""Calendars for tests: the demo lab's week, and small ones written like a notice on a door."""

from datetime import date, datetime, time
from typing import Any

from fablab.core.periods import Period
from fablab.core.words import Words
from fablab.core.zones import from_wall, zone
from fablab.lab.calendar import Calendar
from fablab.lab.hours import ClosureDays, DayHours, SeasonDays, Week, Window

BERKANE = zone("Africa/Casablanca")


def windows(text: str) -> tuple[Window, ...]:
    """From "09:00-11:30 14:30-18:30"."""
    pairs = [part.split("-") for part in text.split()]
    return tuple(
        Window(time.fromisoformat(opens), time.fromisoformat(closes)) for opens, closes in pairs
    )


def week(*days: str, open_lab: tuple[str, ...] = ("",) * 7) -> Week:
    return Week(tuple(map(windows, days)), tuple(map(windows, open_lab)))


NINE_TO_HALF_PAST_SIX = ("09:00-18:30",) * 4
USUAL = week(
    *NINE_TO_HALF_PAST_SIX,
    "09:00-11:30 14:30-18:30",
    "09:00-14:00",
    "",
    open_lab=("", "", "14:30-18:30", "", "", "09:00-13:00", ""),
)
ALWAYS = week(*("00:00-00:00",) * 7)
RAMADAN = week(
    *("09:00-15:00",) * 3, "09:00-15:00 21:00-00:30", "09:00-11:30 13:30-15:00", "21:00-23:30", ""
)


def calendar(**values: Any) -> Calendar:
    return Calendar(**{"zone": BERKANE, "week": USUAL} | values)


def season(first: str, last: str, week: Week = RAMADAN, **values: Any) -> SeasonDays:
    names = {"name": Words(en="Ramadan hours")}
    return SeasonDays(first_day=day(first), last_day=day(last), week=week, **names | values)


def closure(first: str, last: str | None = None, **values: Any) -> ClosureDays:
    names = {"name": Words(en="Stocktake")}
    return ClosureDays(first_day=day(first), last_day=day(last or first), **names | values)


def exception(on: str, hours: str) -> DayHours:
    return DayHours(day=day(on), windows=windows(hours), reason=Words(en="Open day"))


def day(text: str) -> date:
    return date.fromisoformat(text)


def at(text: str) -> datetime:
    """An instant from the lab's wall clock: "2026-11-26 17:00"."""
    return from_wall(datetime.fromisoformat(text), BERKANE)


def period(start: str, end: str) -> Period:
    """From "2026-11-26 17:00" to a time of that day or another such text."""
    return Period(at(start), at(end if "-" in end else f"{start[:10]} {end}"))


def faces(found: Any) -> list[str]:
    """Periods as the wall shows them."""
    return [
        f"{each.start.astimezone(BERKANE):%a %H:%M}-{each.end.astimezone(BERKANE):%H:%M}"
        for each in found
    ]
