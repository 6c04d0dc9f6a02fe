"""What members change of themselves: profile, e-mail address, the charter they accept."""

from typing import Any

from fablab.accounts import registering
from fablab.accounts.passwords import prove
from fablab.accounts.registering import Person
from fablab.accounts.signing_up import CONFIRM, may_write_to, send_link
from fablab.activity import actions as activity
from fablab.core import clock, db
from fablab.core.errors import Forbidden, NotFound, TooMany
from fablab.core.words import N_
from fablab.lab.place import Place
from fablab.members import codes, queries
from fablab.members.tables import CharterAcceptance, Member
from fablab.notifications.actions import notify

HOUR = 3600


async def change_profile(member_id: int, person: Person, place: Place) -> None:
    """`Refused` with all that is wrong. A year of birth, once given, only staff correct."""
    member = await queries.by_id(member_id)
    known = member.birth_year is not None
    columns = registering.facts(person, place, birth_asked=not known)
    if known:
        if person.birth_year not in (None, member.birth_year):
            raise Forbidden(N_("The lab's staff correct a year of birth."), "birth_year")
        del columns["birth_year"], columns["declared_adult"]
    await write(member_id, columns, actor=member_id)


@db.transactional
async def write(member_id: int, columns: dict[str, Any], *, actor: int) -> None:
    """Keep what differs, and record which fields that were."""
    member = await db.locked(Member, member_id)
    before = member.to_dict()
    changed = {name: value for name, value in columns.items() if before[name] != value}
    if not changed:
        return
    await Member.update(changed).where(Member.id == member_id)  # type: ignore[arg-type]
    await activity.record(
        "changed",
        "member",
        member_id,
        actor=actor,
        member=member_id,
        after={"fields": set(changed)},
    )


async def ask_for_email(member_id: int, email: str, password: str) -> None:
    """Write to the new address; it counts from when its link is followed. Asks the password."""
    kept = registering.address(email)
    member = await queries.by_id(member_id)
    if member.password_hash is not None:
        await prove(member, password, "password")
    await write_to(member_id, kept)


@db.transactional
async def write_to(member_id: int, email: str) -> None:
    if not await may_write_to(email):
        raise TooMany(HOUR)
    await codes.drop(member_id, CONFIRM)
    owner = await queries.by_email(email)
    if owner is None or owner.id == member_id:
        await send_link(member_id, email)
    else:
        await notify(owner.id, "accounts/account_exists", to=email)
    await activity.record("asked_for_email", "member", member_id, actor=member_id, member=member_id)


@db.transactional
async def accept_charter(
    member_id: int, version: int, place: Place, *, recorded_by: int | None = None
) -> None:
    """Recorded once a version, whoever asks again. `recorded_by`: staff who read it out."""
    if version not in [each.version for each in place.charters]:
        raise NotFound
    await db.locked(Member, member_id)
    accepted = (CharterAcceptance.member == member_id) & (CharterAcceptance.version == version)
    if await CharterAcceptance.exists().where(accepted):
        return
    await CharterAcceptance.insert(
        CharterAcceptance(
            member=member_id, version=version, at=clock.now(), recorded_by=recorded_by
        )
    )
    await activity.record(
        "accepted_charter",
        "member",
        member_id,
        actor=recorded_by or member_id,
        member=member_id,
        after={"version": version},
    )
