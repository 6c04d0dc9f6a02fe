"""Set the quotas of the lab, with their history. Bookings made before stand."""

from typing import Any

from fablab.activity.actions import record
from fablab.core import db
from fablab.core.errors import Refused
from fablab.core.words import Words
from fablab.quotas.limits import Limit, problems
from fablab.quotas.tables import Quota

THING = "quota"


@db.transactional
async def add(limit: Limit, *, actor: int) -> int:
    """A new quota, in force at once; its id. `Refused` with every reason."""
    must_make_sense(limit)
    quota = Quota(**columns(limit))
    await db.insert(quota)
    await record("made", THING, quota.id, actor=actor, after=facts_of(quota))
    return int(quota.id)


@db.transactional
async def change(quota_id: int, limit: Limit, *, actor: int) -> None:
    quota = await held(quota_id)
    must_make_sense(limit)
    before = facts_of(quota)
    for name, value in columns(limit).items():
        setattr(quota, name, value)
    await written("changed", quota, before, actor)


@db.transactional
async def switch(quota_id: int, *, on: bool, actor: int) -> None:
    """In force, or not any more. What is off may be switched on again."""
    quota = await held(quota_id)
    before = facts_of(quota)
    quota.active = on
    await written("switched_on" if on else "switched_off", quota, before, actor)


async def written(verb: str, quota: Quota, before: dict[str, Any], actor: int) -> None:
    """Nothing happens when nothing was changed."""
    after = facts_of(quota)
    changed = [name for name in after if after[name] != before[name]]
    if not changed:
        return
    await quota.save()
    await record(
        verb,
        THING,
        quota.id,
        actor=actor,
        before={name: before[name] for name in changed},
        after={name: after[name] for name in changed},
    )


async def held(quota_id: int) -> Quota:
    """The row, held until the end. `NotFound` when there is none."""
    return await db.locked(Quota, quota_id)


def must_make_sense(limit: Limit) -> None:
    if found := problems(limit):
        raise Refused(*found)


def columns(limit: Limit) -> dict[str, Any]:
    return {
        "name": limit.name.dump(),
        "plan": limit.plan_id,
        "role": limit.role,
        "machine": limit.machine_id,
        "category": limit.category_id,
        "measure": limit.measure,
        "span": limit.span,
        "most": limit.most,
        "hours": limit.hours,
    }


def facts_of(quota: Quota) -> dict[str, Any]:
    """As the activity remembers it: ids, numbers, and the name in the lab's languages."""
    return {
        "name": Words.parse(quota.name),
        "plan": quota.plan,
        "role": quota.role,
        "machine": quota.machine,
        "category": quota.category,
        "measure": str(quota.measure),
        "span": str(quota.span),
        "most": quota.most,
        "hours": str(quota.hours),
        "active": bool(quota.active),
    }
