"""The place: the lab's own row, its hours, seasons, closures and charter."""

from datetime import date, time, timedelta

from fablab.core import zones
from fablab.core.words import Words
from fablab.demo.source import Almanac, Row, as_json, read
from fablab.demo.writing import insert, numbered
from fablab.lab.tables import (
    Charter,
    Closure,
    ClosureKind,
    HoursKind,
    Lab,
    OpeningHours,
    Season,
)

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
BEFORE_ANYBODY = timedelta(days=3 * 365)


def lab() -> Lab:
    source, people = read("lab"), read("people")
    return Lab(
        slug=source["slug"],
        name=as_json(source["name"]),
        tagline=as_json(source["tagline"]),
        address=as_json(source["address"]),
        email=source["email"],
        timezone=source["timezone"],
        tzdata=zones.tzdata_version(),
        currency=source["currency"],
        languages=as_json(source["languages"]),
        default_language=source["default_language"],
        hours_note=as_json(source["opening_hours_note"]),
        open_lab_note=as_json(source["open_lab"]["description"]),
        safety_rules=as_json(source["safety_rules"]),
        profiles=as_json(people["profiles"]),
        communes=as_json(people["communes"]),
        policy=as_json(source["policy"]),
    )


def seasons() -> list[Season]:
    return [
        Season(
            slug=row["slug"],
            name=as_json(row["name"]),
            first_day=date.fromisoformat(row["from"]),
            last_day=date.fromisoformat(row["to"]),
            confirmed=row["confirmed"],
        )
        for row in read("lab")["profiles"]
    ]


def week(windows: Row, kind: HoursKind, season: int | None = None) -> list[OpeningHours]:
    return [
        OpeningHours(
            season=season,
            kind=kind,
            weekday=weekday,
            opens=time.fromisoformat(window["from"]),
            closes=time.fromisoformat(window["to"]),
        )
        for weekday, name in enumerate(WEEKDAYS)
        for window in windows[name]
    ]


def hours(season_ids: dict[str, int]) -> list[OpeningHours]:
    """The usual week and the seasons' weeks, each with its open-lab windows."""
    source = read("lab")
    rows = week(source["opening_hours"], HoursKind.OPEN)
    rows += week(source["open_lab"]["hours"], HoursKind.OPEN_LAB)
    for row in source["profiles"]:
        season = season_ids[row["slug"]]
        rows += week(row["opening_hours"], HoursKind.OPEN, season)
        rows += week(row["open_lab_hours"], HoursKind.OPEN_LAB, season)
    return rows


def closures() -> list[Closure]:
    return [
        Closure(
            slug=row["slug"],
            name=as_json(row["name"]),
            kind=ClosureKind(row["kind"]),
            first_day=date.fromisoformat(row["from"]),
            last_day=date.fromisoformat(row["to"]),
            confirmed=row["confirmed"],
        )
        for row in read("lab")["closures"]
    ]


def charter(almanac: Almanac) -> Charter:
    source = read("lab")["charter"]
    return Charter(
        version=source["version"],
        title=Words.parse(source["title"]).dump(),
        points=as_json(source["points"]),
        required_from=zones.midnight(almanac.today - BEFORE_ANYBODY, almanac.zone),
    )


async def make(almanac: Almanac) -> int:
    """The place with its hours; the id of the lab."""
    await insert([lab()])
    await insert(seasons())
    await insert(hours(await numbered(Season, Season.slug)))
    await insert(closures())
    await insert([charter(almanac)])
    found = await numbered(Lab, Lab.slug)
    return found[read("lab")["slug"]]
