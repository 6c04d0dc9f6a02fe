"""Reads of people: who has this e-mail, what are they called, what did they agree to."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from fablab.core.errors import NotFound
from fablab.core.words import Words
from fablab.members.tables import (
    ApiToken,
    CharterAcceptance,
    Hold,
    Member,
    MemberState,
    Plan,
)

LARGEST_NUMBER = 2**31 - 1


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
    typed = spelled(login)
    found = await (by_number(typed) if isinstance(typed, int) else by_email(typed))
    return found if found and found.state == MemberState.ACTIVE else None


def spelled(login: str) -> int | str:
    """The member number or the e-mail that was typed, however it was: "٠١" is 1."""
    text = login.strip()
    is_number = text.isdecimal() and int(text) <= LARGEST_NUMBER
    return int(text) if is_number else text.lower()


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
