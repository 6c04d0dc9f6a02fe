"""The place of the tests: the demo lab's hours in Berkane, where MONDAY 09:00 is opening time."""

from datetime import UTC, date, datetime, time
from typing import Any

from fablab.core.words import Words
from fablab.lab.tables import (
    Charter,
    Closure,
    DayException,
    HoursKind,
    Lab,
    OpeningHours,
    Season,
)
from tests.factories import numbers

WEEK = {
    **{weekday: ["09:00-18:30"] for weekday in range(4)},
    4: ["09:00-11:30", "14:30-18:30"],
    5: ["09:00-14:00"],
}
OPEN_LAB = {2: ["14:30-18:30"], 5: ["09:00-13:00"]}


async def a_lab(
    *,
    week: dict[int, list[str]] | None = None,
    open_lab: dict[int, list[str]] | None = None,
    **values: Any,
) -> Lab:
    """The lab with its weekly hours, Monday to Saturday; Friday with its prayer break."""
    defaults = {
        "slug": "fablab-berkane",
        "name": Words("فاب لاب بركان", "Fab Lab Berkane", "Fab Lab Berkane").dump(),
        "timezone": "Africa/Casablanca",
        "email": "lab@example.org",
    }
    lab = await Lab.objects().create(**defaults | values)
    rows = [
        *hours(WEEK if week is None else week, HoursKind.OPEN),
        *hours(OPEN_LAB if open_lab is None else open_lab, HoursKind.OPEN_LAB),
    ]
    if rows:
        await OpeningHours.insert(*rows)
    return lab


def hours(
    week: dict[int, list[str]], kind: HoursKind = HoursKind.OPEN, season: int | None = None
) -> list[OpeningHours]:
    """Rows from {weekday: ["09:00-11:30", ...]}, Monday 0."""
    return [
        OpeningHours(
            season=season,
            kind=kind,
            weekday=weekday,
            opens=time.fromisoformat(window[:5]),
            closes=time.fromisoformat(window[6:]),
        )
        for weekday, windows in week.items()
        for window in windows
    ]


async def a_closure(first_day: date, last_day: date | None = None, **values: Any) -> Closure:
    defaults = {"slug": f"closure-{next(numbers)}", "name": Words(en="Stocktake").dump()}
    days = {"first_day": first_day, "last_day": last_day or first_day}
    return await Closure.objects().create(**defaults | days | values)


async def a_season(
    first_day: date, last_day: date, week: dict[int, list[str]], **values: Any
) -> Season:
    defaults = {"slug": f"season-{next(numbers)}", "name": Words(en="Ramadan hours").dump()}
    days = {"first_day": first_day, "last_day": last_day}
    season = await Season.objects().create(**defaults | days | values)
    await OpeningHours.insert(*hours(week, season=season.id))
    return season


async def a_day_exception(day: date, windows: str = "[]", **values: Any) -> DayException:
    defaults = {"reason": Words(en="Open day").dump(), "windows": windows}
    return await DayException.objects().create(**defaults | {"day": day} | values)


async def a_charter(version: int = 1, **values: Any) -> Charter:
    defaults = {
        "version": version,
        "title": Words("ميثاق المختبر", "Charte du lab", "Lab charter").dump(),
        "points": '[{"slug": "safety-first", "text": {"en": "Safety first."}}]',
        "required_from": datetime(2026, 1, 1, tzinfo=UTC),
    }
    return await Charter.objects().create(**defaults | values)
