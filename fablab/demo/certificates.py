"""Who was taught what, as the data says: numbers, codes, who issued them and when."""

import secrets
from collections import Counter
from datetime import date, time
from functools import cache
from typing import Any

from fablab.demo import people
from fablab.demo.source import Almanac, Row, read
from fablab.demo.writing import insert
from fablab.training.tables import Certificate, CertificateSource

CODE_BYTES = 16
ISSUED_AT = time(17, 45)


@cache
def granting() -> dict[tuple[str, int], Row]:
    """The course that grants a certification at a level, in part or whole."""
    found: dict[tuple[str, int], Row] = {}
    for course in read("training")["courses"]:
        for grant in (course["grants"], course["partial_grant"]):
            if grant:
                found[grant["certification"], grant["level"]] = course
    return found


def inactivity(certification: str, level: int) -> int | None:
    """After how many months without use it lapses."""
    months: int | None = granting()[certification, level]["inactivity_months"]
    return months


def in_order(almanac: Almanac) -> list[tuple[date, Row, Row]]:
    """Every certificate with its day and its holder, first issued first."""
    found = [
        (day, person, row)
        for person in people.source()
        for row in person["certifications"]
        if (day := almanac.day(row["issued_on"]))
    ]
    return sorted(found, key=lambda each: each[0])


async def make(almanac: Almanac, ids: dict[str, int], certifications: dict[str, int]) -> None:
    """Certificates numbered as they were issued, year by year: C-2026-00017."""
    issued: Counter[int] = Counter()
    rows = []
    for day, person, row in in_order(almanac):
        issued[day.year] += 1
        rows.append(
            Certificate(
                number=f"C-{day.year}-{issued[day.year]:05d}",
                code=secrets.token_urlsafe(CODE_BYTES),
                member=ids[person["slug"]],
                certification=certifications[row["certification"]],
                issued_by=ids[row["issued_by"]] if row["issued_by"] else None,
                issued_at=min(almanac.at(day, ISSUED_AT), almanac.now),
                **terms(row, almanac),
            )
        )
    await insert(rows)


def terms(row: Row, almanac: Almanac) -> dict[str, Any]:
    """What it is worth and how long, as the course that grants it says."""
    course = granting()[row["certification"], row["level"]]
    return {
        "level": row["level"],
        "scope": row["scope"] or "",
        "valid_from": almanac.day(row["issued_on"]),
        "valid_until": almanac.day(row["expires_on"]),
        "inactivity_months": course["inactivity_months"],
        "checklist_version": course["checklist_version"],
        "source": CertificateSource(row["source"]),
    }
