"""Reads of the place. The whole of it is a handful of rows, kept until its stamp changes."""

import json
from collections.abc import Iterable, Mapping
from datetime import time
from typing import Any

from fablab.core import versions
from fablab.core.words import Words
from fablab.core.zones import zone
from fablab.lab.calendar import Calendar
from fablab.lab.hours import ClosureDays, DayHours, SeasonDays, Week, Window
from fablab.lab.place import DEFAULT_POLICY, CharterText, Named, Place
from fablab.lab.tables import Charter, Closure, DayException, HoursKind, Lab, OpeningHours, Season

Row = Mapping[str, Any]
NEW_LAB = Lab(slug="lab", name=Words("فاب لاب", "Fab Lab", "Fab Lab").dump())
_kept: tuple[int, Place] | None = None


async def place(stamps: Mapping[str, int] | None = None) -> Place:
    """The lab as it is now, read again only when its stamp has changed.

    `stamps` are those the request has read already. A lab nobody described yet has defaults.
    """
    global _kept
    stamp = (stamps or await versions.stamps())["lab"]
    if stamp and _kept and _kept[0] == stamp:
        return _kept[1]
    found = await read_place()
    _kept = (stamp, found)
    return found


async def read_place() -> Place:
    row = await Lab.select().order_by(Lab.id).first() or NEW_LAB.to_dict() | {"id": 0}
    charters = await Charter.select().order_by(Charter.version, ascending=False)
    address = load(row["address"])
    return Place(
        id=row["id"],
        slug=row["slug"],
        name=Words.parse(row["name"]),
        tagline=Words.parse(row["tagline"]),
        address={part: Words.parse(text) for part, text in address.items() if is_words(text)},
        postal_code=str(address.get("postal_code") or ""),
        position=position(address),
        email=row["email"],
        phone=row["phone"],
        zone=zone(row["timezone"]),
        zone_name=row["timezone"],
        currency=row["currency"],
        languages=tuple(load(row["languages"])),
        default_language=row["default_language"],
        calendar=await read_calendar(row["timezone"]),
        policy={**DEFAULT_POLICY} | without_nulls(load(row["policy"])),
        charters=tuple(charter_text(each) for each in charters),
        safety_rules=named(row["safety_rules"]),
        profiles=named(row["profiles"]),
        communes=named(row["communes"]),
        networks=tuple(load(row["networks"])),
        shows_names=bool(row["shows_names"]),
        hours_note=Words.parse(row["hours_note"]),
        open_lab_note=Words.parse(row["open_lab_note"]),
        tzdata=row["tzdata"],
    )


async def read_calendar(zone_name: str) -> Calendar:
    hours = await OpeningHours.select().order_by(OpeningHours.opens)
    seasons = await Season.select().order_by(Season.first_day)
    closures = await Closure.select().order_by(Closure.first_day)
    exceptions = await DayException.select().order_by(DayException.day)
    return Calendar(
        zone=zone(zone_name),
        week=week(row for row in hours if row["season"] is None),
        seasons=tuple(
            SeasonDays(
                **span(row), week=week(each for each in hours if each["season"] == row["id"])
            )
            for row in seasons
        ),
        closures=tuple(ClosureDays(**span(row), kind=row["kind"]) for row in closures),
        exceptions=tuple(day_hours(row) for row in exceptions),
    )


def week(rows: Iterable[Row]) -> Week:
    listed = list(rows)

    def windows(kind: HoursKind, weekday: int) -> tuple[Window, ...]:
        return tuple(
            Window(row["opens"], row["closes"])
            for row in listed
            if (row["kind"], row["weekday"]) == (kind, weekday)
        )

    return Week(
        tuple(windows(HoursKind.OPEN, weekday) for weekday in range(7)),
        tuple(windows(HoursKind.OPEN_LAB, weekday) for weekday in range(7)),
    )


def span(row: Row) -> dict[str, Any]:
    return {
        "id": row["id"],
        "slug": row["slug"],
        "name": Words.parse(row["name"]),
        "first_day": row["first_day"],
        "last_day": row["last_day"],
        "confirmed": bool(row["confirmed"]),
    }


def day_hours(row: Row) -> DayHours:
    windows = (
        Window(time.fromisoformat(opens), time.fromisoformat(closes))
        for opens, closes in load(row["windows"])
    )
    return DayHours(
        id=row["id"], day=row["day"], reason=Words.parse(row["reason"]), windows=tuple(windows)
    )


def charter_text(row: Row) -> CharterText:
    return CharterText(
        row["version"], Words.parse(row["title"]), named(row["points"]), row["required_from"]
    )


def named(stored: Any) -> tuple[Named, ...]:
    """A list of the lab's: each entry has a slug, and a name or a text."""
    return tuple(
        Named(each["slug"], Words.parse(each.get("name") or each.get("text")))
        for each in load(stored)
    )


def position(address: Mapping[str, Any]) -> tuple[int, int] | None:
    """Latitude and longitude in millionths of a degree."""
    parts = (address.get("latitude_microdegrees"), address.get("longitude_microdegrees"))
    return None if None in parts else (int(parts[0] or 0), int(parts[1] or 0))


def is_words(value: Any) -> bool:
    return isinstance(value, Mapping)


def without_nulls(policy: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in policy.items() if value is not None}


def load(stored: Any) -> Any:
    """What a JSON column holds; it is read back as text."""
    return json.loads(stored) if isinstance(stored, str) else stored
