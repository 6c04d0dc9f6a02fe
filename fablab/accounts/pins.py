"""A member's PIN: chosen with their password, or typed at the desk by who stands there."""

from fablab.accounts import desk, passwords
from fablab.activity import actions as activity
from fablab.core import clock, db
from fablab.core.errors import Problem, Refused
from fablab.core.words import N_
from fablab.members import passwords as hashing
from fablab.members import queries
from fablab.members.pins import digits, pin_problem
from fablab.members.tables import Member, MemberState
from fablab.notifications.actions import notify


async def choose(member_id: int, password: str, pin: str, again: str) -> None:
    """One's own, in exchange for the password. Tries of the password are counted."""
    member = await queries.by_id(member_id)
    chosen = checked(member, pin, again)
    await passwords.prove(member, password, "password")
    await write(member_id, await hashing.hashed(chosen), member_id)


async def set_at_desk(actor_id: int, member_id: int, pin: str, again: str) -> None:
    """Typed by the person who stands at the desk; staff do not see it, and it is never shown."""
    await desk.check_allowed(actor_id, member_id)
    chosen = checked(await queries.by_id(member_id), pin, again)
    await write(member_id, await hashing.hashed(chosen), actor_id)


def checked(member: Member, pin: str, again: str) -> str:
    """The PIN in western digits, or `Refused` with every reason."""
    chosen = digits(pin)
    known = {str(member.number), str(member.birth_year or "")}
    found = [pin_problem(chosen, known)]
    if chosen != digits(again):
        message = N_("These two are not the same.")
        found.append(Problem("pin_differs", message, "again"))
    if problems := [problem for problem in found if problem]:
        raise Refused(*problems)
    return chosen


@db.transactional
async def write(member_id: int, pin_hash: str, actor_id: int) -> None:
    if actor_id != member_id:
        await desk.somebody(actor_id, member_id)
    await Member.update({Member.pin_hash: pin_hash}).where(
        Member.id == member_id, Member.state == MemberState.ACTIVE
    )
    await activity.record("set_pin", "member", member_id, actor=actor_id, member=member_id)
    await notify(
        member_id, "accounts/pin_set", changed_at=clock.now(), by_staff=actor_id != member_id
    )
