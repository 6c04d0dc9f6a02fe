"""Who runs the lab. Only an admin gives roles; the first one comes from the command line."""

from typing import Any

from fablab.accounts import registering
from fablab.accounts.desk import record
from fablab.core import clock, db
from fablab.core.errors import Forbidden, NotFound, Refused
from fablab.core.words import N_
from fablab.lab.queries import place
from fablab.members import passwords, rules
from fablab.members.rules import Names
from fablab.members.tables import Member, MemberState, Role


@db.transactional
async def give_role(actor_id: int, member_id: int, role: Role) -> None:
    """`Forbidden` but for an admin; `Refused` when no admin would be left."""
    rows = await Member.select(Member.id).where(active_admins())
    wanted = {actor_id, member_id, *(row["id"] for row in rows)}
    held = {row.id: row for row in await db.locked_all(Member, wanted)}
    actor, member = held[actor_id], held[member_id]
    if actor.role != Role.ADMIN:
        raise Forbidden(N_("Only an admin gives roles."))
    if member.state != MemberState.ACTIVE:
        raise NotFound
    others = await Member.count().where(active_admins(), Member.id != member_id)
    if problem := rules.role_problem(role, member.role, others):
        raise Refused(problem)
    if member.role == role:
        return
    await Member.update({Member.role: role}).where(Member.id == member_id)
    before, after = {"role": member.role}, {"role": role}
    await record("gave_role", actor_id, member_id, before=before, after=after)


def active_admins() -> Any:
    return (Member.role == Role.ADMIN) & (Member.state == MemberState.ACTIVE)


async def create_admin(email: str, password: str, **names: str) -> Member:
    """Somebody who may do everything; their e-mail counts as confirmed. `names` as in `Names`."""
    called = rules.tidy_names(Names(**names))
    if problems := rules.name_problems(called):
        raise Refused(*problems)
    kept = registering.address(email)
    if problem := passwords.password_problem(password, [kept, *names.values()]):
        raise Refused(problem)
    return await add_admin(called, kept, await passwords.hashed(password))


@db.transactional
async def add_admin(names: Names, email: str, password_hash: str) -> Member:
    await registering.take_turns()
    await registering.check_free(email)
    now = clock.now()
    return await registering.add(
        {field: getattr(names, field) for field in Names.__slots__},
        by=None,
        email=email,
        email_confirmed_at=now,
        password_hash=password_hash,
        language=(await place()).default_language,
        role=Role.ADMIN,
        declared_adult=True,
        adult_seen_at=now,
        seen_in_person_at=now,
    )
