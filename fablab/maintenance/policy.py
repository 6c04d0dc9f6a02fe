"""Change the lab's own numbers, with their history."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from fablab.activity.actions import record
from fablab.core import clock, db
from fablab.core.errors import Refused
from fablab.lab import rules
from fablab.lab.place import DEFAULT_POLICY
from fablab.lab.queries import NEW_LAB, load
from fablab.lab.tables import Lab, PolicyChange


@db.transactional
async def change_policy(wanted: Mapping[str, Any], *, actor: int) -> tuple[str, ...]:
    """Write the lab-wide numbers that differ from those in force; the names of what changed.

    Categories and machines keep what they set themselves. Bookings made before stand.
    """
    if problems := rules.policy_problems(wanted):
        raise Refused(*problems)
    lab = await held_lab()
    own = load(lab.policy)
    present = {**DEFAULT_POLICY} | {name: each for name, each in own.items() if each is not None}
    changed = {name: each for name, each in wanted.items() if each != present.get(name)}
    if not changed:
        return ()
    before = {name: present.get(name) for name in changed}
    lab.policy = json.dumps(own | changed)
    await lab.save()
    await PolicyChange.insert(
        *(noted(name, before[name], changed[name], actor) for name in changed)
    )
    await record("changed", "policy", lab.id, actor=actor, before=before, after=changed)
    return tuple(changed)


@db.transactional
async def change_networks(networks: Sequence[str], *, actor: int) -> None:
    """The lab's own addresses, where sign-ups and failures are not counted by address."""
    if problems := rules.network_problems(networks):
        raise Refused(*problems)
    lab = await held_lab()
    before, after = load(lab.networks), list(networks)
    if before == after:
        return
    lab.networks = json.dumps(after)
    await lab.save()
    await PolicyChange.insert(noted("networks", before, after, actor))
    await record(
        "changed",
        "policy",
        lab.id,
        actor=actor,
        before={"networks": before},
        after={"networks": after},
    )


async def held_lab() -> Lab:
    """The lab's row, held; made where nobody described the lab yet."""
    found = await Lab.select(Lab.id).order_by(Lab.id).first()
    if found:
        return await db.locked(Lab, found["id"])
    made = Lab(slug=NEW_LAB.slug, name=NEW_LAB.name)
    await made.save()
    return made


def noted(name: str, before: Any, after: Any, actor: int) -> PolicyChange:
    return PolicyChange(
        at=clock.now(),
        by=actor,
        field=name,
        before=json.dumps(before),
        after=json.dumps(after),
    )
