"""The people of the demo: plans, members, who accepted the charter, and their projects."""

from datetime import date, datetime, time, timedelta
from typing import Any

from fablab.core.words import Words
from fablab.demo import accounts
from fablab.demo.accounts import NEWCOMER
from fablab.demo.source import Almanac, Row, as_json, read
from fablab.demo.writing import insert, numbered
from fablab.members.tables import (
    CharterAcceptance,
    Member,
    Plan,
    Project,
    ProjectMember,
    Role,
)

FIRST_NUMBER = 1001
ADULT = 18
CONSENT_DAYS = 365
MORNING, AFTERNOON = time(10), time(17)


def source() -> list[Row]:
    """The people of the data, then the five accounts to try, in the order of their numbers."""
    return [*read("people")["people"], *accounts.PEOPLE]


def is_minor(row: Row, almanac: Almanac) -> bool:
    return almanac.today.year - almanac.year(row["birth_year"]) < ADULT


def joined(row: Row, almanac: Almanac) -> datetime:
    """The morning before the first certificate; who has none came lately."""
    if row["slug"] == NEWCOMER:
        return almanac.at(almanac.today - timedelta(days=1), AFTERNOON)
    days = [almanac.day(each["issued_on"]) for each in row["certifications"]]
    first = min((day for day in days if day), default=almanac.today - timedelta(days=20))
    return almanac.at(first - timedelta(days=1), MORNING)


def plans() -> list[Plan]:
    return [
        Plan(
            slug=row["slug"],
            name=as_json(row["name"]),
            description=as_json(row["description"]),
            horizon_days=row["advance_days"],
            windows=row["booking_windows"],
            hours_per_week=row["hours_per_week"],
            open_bookings=row["open_bookings"],
            monthly_price=row["monthly_price_centimes"],
            rate_percent=row["machine_rate_percent"],
        )
        for row in read("people")["plans"]
    ]


def member(row: Row, number: int, plan: int | None, hashed: str, almanac: Almanac) -> Member:
    """Everybody was seen by the staff and confirmed their address."""
    joined_at, minor = joined(row, almanac), is_minor(row, almanac)
    return Member(
        number=number,
        role=Role(row["role"]),
        email=row["email"].lower(),
        email_confirmed_at=joined_at + timedelta(minutes=12),
        password_hash=hashed,
        language=row["preferred_language"],
        birth_year=almanac.year(row["birth_year"]),
        declared_adult=not minor,
        adult_seen_at=None if minor or row["slug"] == NEWCOMER else joined_at + timedelta(days=1),
        seen_in_person_at=None if row["slug"] == NEWCOMER else joined_at + timedelta(days=1),
        consent_until=consent(row, almanac),
        plan=plan,
        joined_at=joined_at,
        **names(row),
    )


def names(row: Row) -> dict[str, Any]:
    same = ("given_name_ar", "family_name_ar", "given_name_latin", "family_name_latin")
    return {name: row[name] for name in (*same, "profile", "commune")}


def consent(row: Row, almanac: Almanac) -> date | None:
    return almanac.today + timedelta(days=CONSENT_DAYS) if row["guardian_consent"] else None


async def make(almanac: Almanac, hashed: str) -> dict[str, int]:
    """Plans, members with that hash of the password, charter; the members' ids by slug."""
    await insert(plans())
    plan_ids = await numbered(Plan, Plan.slug)
    rows = source()
    await insert(
        [
            member(row, number, plan_ids.get(row["plan"]), hashed, almanac)
            for number, row in enumerate(rows, FIRST_NUMBER)
        ]
    )
    by_number = await numbered(Member, Member.number)
    ids = {row["slug"]: by_number[number] for number, row in enumerate(rows, FIRST_NUMBER)}
    await insert(acceptances(ids, almanac))
    return ids


def acceptances(ids: dict[str, int], almanac: Almanac) -> list[CharterAcceptance]:
    """Everybody but the newcomer accepted the charter on the day they came."""
    version = read("lab")["charter"]["version"]
    return [
        CharterAcceptance(
            member=ids[row["slug"]],
            version=version,
            at=joined(row, almanac) + timedelta(minutes=20),
        )
        for row in source()
        if row["slug"] != NEWCOMER
    ]


async def make_projects(almanac: Almanac, ids: dict[str, int]) -> dict[str, int]:
    """The projects and who belongs to them; the projects' ids by slug."""
    rows = read("people")["projects"]
    await insert([project(row, ids, almanac) for row in rows])
    found = await numbered(Project, Project.slug)
    await insert(
        [
            ProjectMember(project=found[row["slug"]], member=ids[slug])
            for row in rows
            for slug in row["members"]
        ]
    )
    return found


def project(row: Row, ids: dict[str, int], almanac: Almanac) -> Project:
    return Project(
        slug=row["slug"],
        kind=row["kind"],
        stage=row["stage"],
        title=Words.parse(row["title"]).dump(),
        summary=Words.parse(row["summary"]).dump(),
        licence=row["licence"],
        lead=ids[row["lead"]],
        started_on=almanac.day(row["started_on"]),
    )
