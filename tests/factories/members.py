"""Ada Lovelace, grown up, confirmed and charter accepted or not as a test says."""

from datetime import datetime, timedelta
from typing import Any

from fablab.core.words import Words
from fablab.members.passwords import hash_password
from fablab.members.tables import CharterAcceptance, Hold, HoldKind, Member, Plan, Role
from tests.factories import MONDAY, numbers

PASSWORD = "correct horse battery"
HASHED = hash_password(PASSWORD)


async def a_member(*, charter: int = 0, **values: Any) -> Member:
    """Signs in with PASSWORD. `charter`: the version they accepted."""
    number = next(numbers)
    defaults = {
        "number": 1000 + number,
        "given_name_ar": "آدا",
        "family_name_ar": "لوفلايس",
        "given_name_latin": "Ada",
        "family_name_latin": "Lovelace",
        "email": f"ada{number}@example.org",
        "email_confirmed_at": MONDAY - timedelta(days=30),
        "password_hash": HASHED,
        "language": "en",
        "birth_year": 1990,
        "declared_adult": True,
        "joined_at": MONDAY - timedelta(days=30),
    }
    member = await Member.objects().create(**defaults | values)
    if charter:
        await CharterAcceptance.insert(
            CharterAcceptance(member=member.id, version=charter, at=MONDAY - timedelta(days=30))
        )
    return member


async def a_trainer(**values: Any) -> Member:
    return await a_member(role=Role.TRAINER, **values)


async def a_manager(**values: Any) -> Member:
    return await a_member(role=Role.MANAGER, **values)


async def an_admin(**values: Any) -> Member:
    return await a_member(role=Role.ADMIN, **values)


async def a_plan(slug: str = "", **values: Any) -> Plan:
    slug = slug or f"plan-{next(numbers)}"
    defaults = {"slug": slug, "name": Words(en=slug.capitalize()).dump()}
    return await Plan.objects().create(**defaults | values)


async def a_hold(
    member: Member, kind: HoldKind = HoldKind.ADMINISTRATIVE, until: datetime | None = None
) -> Hold:
    """In force since yesterday."""
    return await Hold.objects().create(
        member=member.id,
        kind=kind,
        reason="Unpaid bill",
        starts_at=MONDAY - timedelta(days=1),
        ends_at=until,
    )
