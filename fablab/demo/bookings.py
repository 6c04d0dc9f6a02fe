"""The history as rows: bookings, the strikes some of them cost, and the log of it all."""

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from fablab.activity.tables import Activity
from fablab.bookings.tables import Booking, Strike
from fablab.core import facts
from fablab.demo.diary import Planned
from fablab.demo.outcomes import Event, Outcome
from fablab.demo.writing import insert, numbered

Told = Sequence[tuple[Planned, Outcome]]
PEOPLE = ("operator", "checked_in_by", "cancelled_by", "decided_by")
OWN_MATERIAL = 0.3


@dataclass(frozen=True, slots=True)
class Ids:
    """What the rows refer to, by slug."""

    members: Mapping[str, int]
    machines: Mapping[str, int]
    projects: Mapping[str, int]


def minutes_used(told: Told) -> Counter[str]:
    """How long each machine ran, by slug."""
    used: Counter[str] = Counter()
    for planned, outcome in told:
        used[planned.machine.slug] += outcome.minutes
    return used


async def make(told: Told, ids: Ids, dice: random.Random) -> None:
    rows = [booking(planned, outcome, ids, dice) for planned, outcome in told]
    await insert(rows)
    found = await numbered(Booking, Booking.uid)
    stored = [
        (found[row.uid], planned, outcome)
        for row, (planned, outcome) in zip(rows, told, strict=True)
    ]
    await insert(
        [
            Strike(member=ids.members[planned.made_by], booking=booking_id, at=outcome.struck_at)
            for booking_id, planned, outcome in stored
            if outcome.struck_at
        ]
    )
    log = [
        (event.at, activity(booking_id, planned, event, ids))
        for booking_id, planned, outcome in stored
        for event in outcome.events
    ]
    await insert([row for _, row in sorted(log, key=lambda each: each[0])])


def booking(planned: Planned, outcome: Outcome, ids: Ids, dice: random.Random) -> Booking:
    people = {
        name: ids.members[outcome.columns[name]] for name in PEOPLE if outcome.columns.get(name)
    }
    columns = outcome.columns | people
    return Booking(
        uid=str(UUID(int=dice.getrandbits(128), version=4)),
        kind=planned.kind,
        machine=ids.machines[planned.machine.slug],
        unit=planned.unit,
        member=ids.members[planned.member.slug] if planned.member else None,
        project=ids.projects[planned.project] if planned.project else None,
        made_at=planned.made_at,
        made_by=ids.members[planned.made_by],
        made_via=planned.via,
        title=planned.title.dump(),
        material=planned.material,
        own_material=bool(planned.material) and dice.random() < OWN_MATERIAL,
        supervisor=ids.members[planned.supervisor] if planned.supervisor else None,
        buddy=ids.members[planned.buddy] if planned.buddy else None,
        buddy_agreed_at=planned.made_at if planned.buddy else None,
        party=planned.party,
        **columns,
    )


def activity(booking_id: int, planned: Planned, event: Event, ids: Ids) -> Activity:
    """As the actions of bookings write it."""
    after: facts.Facts = {"status": event.after}
    if event.before is None:
        after |= {"machine": planned.machine.slug}
        after |= {"starts_at": planned.period.start, "ends_at": planned.period.end}
    return Activity(
        at=event.at,
        actor=ids.members[event.actor] if event.actor else None,
        verb=event.verb,
        thing="booking",
        thing_id=booking_id,
        member=ids.members[planned.member.slug] if planned.member else None,
        before=facts.dump({"status": event.before} if event.before else {}),
        after=facts.dump(after),
    )
