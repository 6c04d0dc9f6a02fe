"""Reads of people: who has this e-mail, what are they called, what did they agree to."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fablab.core import db
from fablab.core.errors import NotFound
from fablab.core.words import Words
from fablab.members import searching
from fablab.members.tables import (
    ApiToken,
    CharterAcceptance,
    Hold,
    Member,
    MemberState,
    Plan,
    Role,
)

LARGEST_NUMBER = 2**31 - 1
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


async def by_id(member_id: int) -> Member:
    """`NotFound` when there is none."""
    found = await Member.objects().get(Member.id == member_id)
    if found is None:
        raise NotFound
    return found


async def by_email(email: str) -> Member | None:
    return await Member.objects().get(Member.email == email.strip().lower())


async def by_number(number: int) -> Member | None:
    return await Member.objects().get(Member.number == number)


async def by_login(login: str) -> Member | None:
    """Who signs in with this e-mail or member number; None for nobody and for closed accounts."""
    text = login.strip()
    if text.isdecimal() and int(text) <= LARGEST_NUMBER:
        found = await by_number(int(text))
    else:
        found = await by_email(text)
    return found if found and found.state == MemberState.ACTIVE else None


async def names(ids: Iterable[int | None]) -> dict[int, Words]:
    """What these members are called, by id; in Latin letters for French and English."""
    wanted = {each for each in ids if each is not None}
    if not wanted:
        return {}
    rows = await Member.select(
        Member.id,
        Member.given_name_ar,
        Member.family_name_ar,
        Member.given_name_latin,
        Member.family_name_latin,
    ).where(Member.id.is_in(list(wanted)))
    return {row["id"]: called(row) for row in rows}


def called(row: dict[str, Any]) -> Words:
    """The name in each language, where there is one in its script."""
    arabic = f"{row['given_name_ar']} {row['family_name_ar']}".strip()
    latin = f"{row['given_name_latin']} {row['family_name_latin']}".strip()
    return Words(ar=arabic, fr=latin, en=latin)


async def plan_of(member_id: int) -> Plan | None:
    rows = await Plan.objects().where(
        Plan.id.is_in(Member.select(Member.plan).where(Member.id == member_id))
    )
    return rows[0] if rows else None


async def plans() -> list[Plan]:
    return await Plan.objects().order_by(Plan.id)


async def holds_in_force(member_id: int, now: datetime) -> list[Hold]:
    return await Hold.objects().where(
        Hold.member == member_id,
        Hold.lifted_at.is_null(),
        Hold.starts_at <= now,
        Hold.ends_at.is_null() | (Hold.ends_at > now),
    )


async def holds_of(member_id: int) -> list[Hold]:
    """All there ever were, the latest first."""
    return await (
        Hold.objects().where(Hold.member == member_id).order_by(Hold.id, ascending=False).limit(50)
    )


async def charter_accepted(member_id: int) -> int:
    """The newest version the member agreed to; 0 when none."""
    newest = await (
        CharterAcceptance.select(CharterAcceptance.version)
        .where(CharterAcceptance.member == member_id)
        .order_by(CharterAcceptance.version, ascending=False)
        .first()
    )
    return newest["version"] if newest else 0


async def tokens_of(member_id: int) -> list[ApiToken]:
    """The tokens still good, the newest first."""
    return await (
        ApiToken.objects()
        .where(ApiToken.member == member_id, ApiToken.revoked_at.is_null())
        .order_by(ApiToken.id, ascending=False)
    )


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
