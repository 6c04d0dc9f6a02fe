"""What people were taught, and until when it counts."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from fablab.core import db, zones
from fablab.core.words import Words
from fablab.training.rules import Held, good_on, last_day

HELD = """
SELECT c.member, c.certification, c.level, c.valid_from, c.valid_until, c.inactivity_months,
    c.state,
    CASE WHEN c.inactivity_months IS NOT NULL THEN
        (SELECT max(b.checked_in_at) FROM booking b JOIN machine m ON m.id = b.machine
         WHERE b.member = c.member AND m.certification = c.certification) END AS last_use
FROM certificate c WHERE c.member IN {}
"""


def day_of(instant: datetime | None, tz: ZoneInfo) -> date | None:
    return zones.local_date(instant, tz) if instant else None


async def held(member_id: int, tz: ZoneInfo) -> tuple[Held, ...]:
    """Every certificate of a member; of one that lapses unused, the last checked-in use.

    One statement. It reads the bookings table by name: use is what keeps a certificate alive.
    """
    return (await held_by([member_id], tz))[member_id]


async def held_by(member_ids: Collection[int], tz: ZoneInfo) -> dict[int, tuple[Held, ...]]:
    """The same for several members, still one statement."""
    found: dict[int, list[Held]] = {member: [] for member in member_ids}
    for row in await db.fetch(HELD, db.among(member_ids)):
        found[row["member"]].append(of_row(row, tz))
    return {member: tuple(each) for member, each in found.items()}


def of_row(row: dict[str, Any], tz: ZoneInfo) -> Held:
    return Held(
        certification_id=row["certification"],
        level=row["level"],
        valid_from=row["valid_from"],
        valid_until=row["valid_until"],
        inactivity_months=row["inactivity_months"],
        last_use=day_of(db.instant(row["last_use"]), tz),
        state=row["state"],
    )


CERTIFICATES = """
SELECT c.number, c.certification, f.slug, f.name, c.level, c.valid_from, c.valid_until,
    c.inactivity_months, c.state,
    CASE WHEN c.inactivity_months IS NOT NULL THEN
        (SELECT max(b.checked_in_at) FROM booking b JOIN machine m ON m.id = b.machine
         WHERE b.member = c.member AND m.certification = c.certification) END AS last_use
FROM certificate c JOIN certification f ON f.id = c.certification
WHERE c.member = {} ORDER BY f.slug, c.valid_from DESC, c.id DESC
"""


@dataclass(frozen=True, slots=True)
class Certified:
    """A certificate as its holder and staff see it; `until` is its last day, None: no end."""

    number: str
    slug: str
    name: Words
    level: int
    state: str
    since: date
    until: date | None
    is_good: bool


async def certificates_of(member_id: int, today: date, tz: ZoneInfo) -> list[Certified]:
    """All of a member's, the newest of a family first; `is_good` today. One statement."""
    return [
        Certified(
            number=row["number"],
            slug=row["slug"],
            name=Words.parse(row["name"]),
            level=row["level"],
            state=row["state"],
            since=row["valid_from"],
            until=last_day(held),
            is_good=good_on(held, today),
        )
        for row in await db.fetch(CERTIFICATES, member_id)
        for held in [of_row(row, tz)]
    ]
