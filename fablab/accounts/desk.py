"""What staff do for others at the desk. They make codes; they never see or set a password."""

from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from fablab.accounts import registering
from fablab.accounts.profile import write
from fablab.accounts.registering import Person, last_day
from fablab.accounts.signing_up import CONFIRM, send_link
from fablab.activity import actions as activity
from fablab.core import clock, db
from fablab.core.errors import Forbidden, NotFound, Problem, Refused
from fablab.core.words import N_
from fablab.lab.place import Place
from fablab.members import codes, queries, rules
from fablab.members.tables import CodePurpose, Member, MemberState, Plan
from fablab.notifications.actions import notify

A_DAY = timedelta(days=1)


class Seen(StrEnum):
    IN_PERSON = "in_person"
    ADULT = "adult"


@db.transactional
async def make_account(actor_id: int, person: Person, plan: int | None, place: Place) -> Member:
    """For somebody who stands here, without e-mail. Without a plan, the public one."""
    columns = registering.facts(person, place)
    await registering.take_turns()
    await staff(actor_id)
    chosen = plan if plan is not None else await registering.public_plan()
    await check_plan(chosen)
    return await registering.add(columns, by=actor_id, plan=chosen, seen_in_person_at=clock.now())


@db.transactional
async def make_code(actor_id: int, member_id: int) -> str:
    """A one-time sign-in code, to be shown once; those made before stop working."""
    await somebody(actor_id, member_id)
    code = await codes.make_spoken(member_id, actor_id)
    await record("made_code", actor_id, member_id)
    return code


@db.transactional
async def mark_seen(actor_id: int, member_id: int, what: Seen) -> None:
    """Staff saw them in person, or saw that they are of age. Both stay as first recorded."""
    member = await somebody(actor_id, member_id)
    column = {Seen.IN_PERSON: Member.seen_in_person_at, Seen.ADULT: Member.adult_seen_at}[what]
    if getattr(member, column._meta.name) is not None:
        return
    await Member.update({column: clock.now()}).where(Member.id == member_id)
    await record(f"seen_{what}", actor_id, member_id)


async def correct(actor_id: int, member_id: int, person: Person, place: Place) -> None:
    """The profile as staff know it, the year of birth included."""
    columns = registering.facts(person, place)
    await check_allowed(actor_id, member_id)
    await write(member_id, columns, actor=actor_id)


@db.transactional
async def set_email(actor_id: int, member_id: int, email: str) -> None:
    """A new address, to be confirmed by its owner; the old one is told. Empty: none any more."""
    kept = registering.address(email) if email.strip() else None
    await registering.take_turns()
    member = await somebody(actor_id, member_id)
    if kept == member.email:
        return
    if kept:
        await registering.check_free(kept, member_id)
    if member.email and member.email_confirmed_at:
        await notify(member_id, "accounts/email_changed", to=member.email)
    await Member.update({Member.email: kept, Member.email_confirmed_at: None}).where(
        Member.id == member_id
    )
    await codes.drop(member_id, CONFIRM, CodePurpose.RESET_PASSWORD)
    if kept:
        await send_link(member_id, kept)
    await record("changed", actor_id, member_id, after={"fields": ["email"]})


@db.transactional
async def set_plan(
    actor_id: int, member_id: int, plan: int | None, until: date | None, place: Place
) -> None:
    """What the membership includes, and its last day if it has one."""
    last_day(until, clock.now().astimezone(place.zone).date(), "plan_until")
    member = await somebody(actor_id, member_id)
    await check_plan(plan)
    await Member.update({Member.plan: plan, Member.plan_until: until}).where(Member.id == member_id)
    before = {"plan": member.plan, "until_on": member.plan_until}
    after = {"plan": plan, "until_on": until}
    await record("changed_plan", actor_id, member_id, before=before, after=after)


@db.transactional
async def set_consent(
    actor_id: int, member_id: int, guardian: int | None, until: date | None, place: Place
) -> None:
    """A guardian's consent for a minor, by the guardian's number if they have an account."""
    last_day(until, clock.now().astimezone(place.zone).date(), "consent_until")
    await somebody(actor_id, member_id)
    responsible = await queries.by_number(guardian) if guardian is not None else None
    if guardian is not None and (responsible is None or responsible.id == member_id):
        message = N_("There is no other member with this number.")
        raise Refused(Problem("no_such_member", message, "guardian"))
    await Member.update(
        {Member.guardian: responsible.id if responsible else None, Member.consent_until: until}
    ).where(Member.id == member_id)
    await record("changed_consent", actor_id, member_id, after={"until_on": until})


async def somebody(actor_id: int, member_id: int) -> Member:
    """The member, held, if this actor may help them. Both read anew, in the order of their ids."""
    rows = await db.locked_all(Member, {actor_id, member_id})
    by_id = {row.id: row for row in rows}
    check_may(by_id[actor_id], by_id[member_id])
    return by_id[member_id]


async def check_allowed(actor_id: int, member_id: int) -> None:
    check_may(await queries.by_id(actor_id), await queries.by_id(member_id))


def check_may(actor: Member, member: Member) -> None:
    if member.state != MemberState.ACTIVE:
        raise NotFound
    if not rules.may_help(actor.role, member.role):
        raise Forbidden(N_("Only an admin changes the accounts of staff."))


async def staff(actor_id: int) -> None:
    if (await queries.by_id(actor_id)).role not in rules.STAFF:
        raise Forbidden(N_("This is for the lab's staff."))


async def check_plan(plan: int | None) -> None:
    if plan is not None and not await Plan.exists().where(Plan.id == plan):
        raise Refused(Problem("not_offered", N_("This is not one of the choices."), "plan"))


async def record(verb: str, actor_id: int, member_id: int, **what: Any) -> None:
    await activity.record(verb, "member", member_id, actor=actor_id, member=member_id, **what)


@db.transactional
async def note_look(actor_id: int, member_id: int) -> None:
    """Who of the staff looked at somebody's page: noted once a day, for the member to know."""
    change = activity.Change("seen", "member", member_id, actor=actor_id, member=member_id)
    await activity.record_unless(change, clock.now() - A_DAY)
