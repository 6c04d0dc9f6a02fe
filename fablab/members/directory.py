"""Members as staff see them: a list to search, and one person."""

from dataclasses import dataclass
from typing import Any

from fablab.core import db
from fablab.core.errors import NotFound
from fablab.core.words import Words
from fablab.members import searching
from fablab.members.queries import LARGEST_NUMBER, called
from fablab.members.tables import Member, Role

PAGE = 50
LISTED = """
SELECT m.id, m.number, m.given_name_ar, m.family_name_ar, m.given_name_latin, m.family_name_latin,
    m.role, m.email, m.phone
FROM member m
WHERE m.state = 'active' AND m.number < {}
ORDER BY m.number DESC
"""
SEARCHED = (
    "number",
    "email",
    "phone",
    "given_name_ar",
    "family_name_ar",
    "given_name_latin",
    "family_name_latin",
)

AT_THE_DESK = """
SELECT m.*, g.number AS g_number, g.given_name_ar AS g_given_name_ar,
    g.family_name_ar AS g_family_name_ar, g.given_name_latin AS g_given_name_latin,
    g.family_name_latin AS g_family_name_latin,
    (SELECT max(c.version) FROM charter_acceptance c WHERE c.member = m.id) AS charter_version
FROM member m LEFT JOIN member g ON g.id = m.guardian
WHERE m.number = {} AND m.state = 'active'
"""
MEMBER_COLUMNS = tuple(column._meta.name for column in Member._meta.columns)


@dataclass(frozen=True, slots=True, kw_only=True)
class AtTheDesk:
    """A member as the desk sees them."""

    member: Member
    name: Words
    charter_version: int
    guardian_number: int | None
    guardian_name: Words


async def at_the_desk(number: int) -> AtTheDesk:
    """`NotFound` when there is no open account of that number. One statement."""
    rows = await db.fetch(AT_THE_DESK, min(number, LARGEST_NUMBER))
    if not rows:
        raise NotFound
    [row] = rows
    member = Member(**{name: row[name] for name in MEMBER_COLUMNS})
    guardian = {name.removeprefix("g_"): row[name] for name in row if name.startswith("g_")}
    return AtTheDesk(
        member=member,
        name=called(row),
        charter_version=row["charter_version"] or 0,
        guardian_number=row["g_number"],
        guardian_name=called(guardian) if row["g_number"] else Words(),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A member in the desk's list."""

    id: int
    number: int
    name: Words
    role: Role
    email: str | None
    phone: str | None


@dataclass(frozen=True, slots=True)
class People:
    """A page of them, the newest first; `older` is the next page's `below`, if there is one."""

    items: list[Listed]
    older: int | None


async def listed(text: str = "", below: int | None = None) -> People:
    """Members whose name, e-mail, phone or number holds every word of `text`, however spelt.

    Folding is nothing either database does, so with a `text` all are read and compared here.
    """
    words = searching.words(text)
    start = LARGEST_NUMBER if below is None else below
    if words:
        rows = [row for row in await db.offload(LISTED, start) if fits(row, words)][: PAGE + 1]
    else:
        rows = await db.fetch(f"{LISTED} LIMIT {{}}", start, PAGE + 1)
    items = [listed_row(row) for row in rows[:PAGE]]
    return People(items, items[-1].number if len(rows) > PAGE else None)


def fits(row: dict[str, Any], words: list[str]) -> bool:
    return searching.found(words, [row[name] for name in SEARCHED])


def listed_row(row: dict[str, Any]) -> Listed:
    return Listed(
        id=row["id"],
        number=row["number"],
        name=called(row),
        role=Role(row["role"]),
        email=row["email"],
        phone=row["phone"],
    )
