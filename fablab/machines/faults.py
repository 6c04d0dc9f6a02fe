"""Somebody at a machine says what is wrong with it: kept with the machine, told to the staff."""

from datetime import timedelta

from fablab.activity.actions import record
from fablab.core import db
from fablab.core.errors import NotFound, Problem, Refused
from fablab.core.words import N_
from fablab.machines.queries import catalogue
from fablab.members import throttling
from fablab.members.tables import STAFF, Member, MemberState
from fablab.members.throttling import Limit
from fablab.notifications.actions import Notice, notify_all

SHORTEST = 3
A_DAY = Limit(20, timedelta(days=1))


async def report(actor_id: int, machine_id: int, text: str) -> None:
    """The machine stays as it is: staff decide whether it is stopped. `TooMany` from somebody who
    reports all day."""
    told = text.strip()
    if len(told) < SHORTEST:
        raise Refused(Problem("required", N_("Say in a few words what is wrong."), "text"))
    await throttling.count({throttling.subject("faults", actor_id): A_DAY})
    await keep(actor_id, machine_id, told)


@db.transactional
async def keep(actor_id: int, machine_id: int, told: str) -> None:
    view = (await catalogue()).by_id(machine_id)
    if view is None:
        raise NotFound("machine")
    await record("fault", "machine", machine_id, actor=actor_id, member=actor_id, reason=told)
    staff = await Member.select(Member.id).where(
        Member.role.is_in(list(STAFF)), Member.state == MemberState.ACTIVE
    )
    known = {"machine": view.name, "tag": view.tag, "slug": view.slug, "text": told}
    await notify_all([Notice(row["id"], "machines/fault", None, known) for row in staff])
