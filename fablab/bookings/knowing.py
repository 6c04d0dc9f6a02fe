"""What the database knows of people who want machines, read in a constant number of statements."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from typing import Any

from fablab.bookings.rules import HoldFacts, PersonFacts
from fablab.bookings.situation import Situation
from fablab.core import versions
from fablab.lab.place import Place
from fablab.lab.queries import place
from fablab.machines.catalogue import Catalogue
from fablab.machines.queries import catalogue
from fablab.members.standing import Standing, standing, standings
from fablab.members.tables import BookingWindows
from fablab.quotas import queries as quotas
from fablab.training import queries as training


def person_facts(known: Standing) -> PersonFacts:
    plan = None if known.is_staff else known.plan
    return PersonFacts(
        id=known.id,
        is_staff=known.is_staff,
        email_unverified=known.has_email and not known.email_confirmed,
        charter_accepted=known.charter_version,
        holds=tuple(
            HoldFacts(kind=hold.kind, reason=hold.reason, ends_at=hold.ends_at)
            for hold in known.holds
        ),
        plan=plan.name if plan else None,
        plan_horizon=plan.horizon_days if plan else None,
        plan_open_lab_only=bool(plan and plan.windows == BookingWindows.OPEN_LAB),
        plan_until=plan.until if plan else None,
        birth_year=known.birth_year,
        declared_adult=known.declared_adult,
        adult_seen=known.adult_seen,
        consent_until=known.consent_until,
    )


async def known(member_id: int, now: datetime, **more: Any) -> Situation:
    """The person's part: three statements. Rows of machines are added from `around`."""
    stamps = await versions.of("lab", "machines")
    lab, machines = await place(stamps), await catalogue(stamps)
    return await known_in(lab, machines, member_id, now, **more)


async def known_in(
    lab: Place,
    machines: Catalogue,
    member_id: int,
    now: datetime,
    **more: Any,
) -> Situation:
    """The same where the lab and its machines were read at the door: two statements."""
    person = await standing(member_id, now)
    return Situation(
        now=now,
        place=lab,
        catalogue=machines,
        person=person_facts(person),
        certificates=await training.held(member_id, lab.zone),
        quotas=quotas.binding(await quotas.in_force(lab), person),
        **more,
    )


async def known_several(
    member_ids: Collection[int], now: datetime, **more: Any
) -> dict[int, Situation]:
    """Several people's, in as many statements as one's. Unknown ids are left out."""
    stamps = await versions.of("lab", "machines")
    lab, machines = await place(stamps), await catalogue(stamps)
    return await known_several_in(lab, machines, member_ids, now, **more)


async def known_several_in(
    lab: Place, machines: Catalogue, member_ids: Collection[int], now: datetime, **more: Any
) -> dict[int, Situation]:
    """The same where the lab and its machines are known: two statements."""
    people = await standings(list(member_ids), now)
    certificates = await training.held_by(list(people), lab.zone)
    in_force = await quotas.in_force(lab)
    return {
        member: Situation(
            now=now,
            place=lab,
            catalogue=machines,
            person=person_facts(person),
            certificates=certificates[member],
            quotas=quotas.binding(in_force, person),
            **more,
        )
        for member, person in people.items()
    }


async def with_uses(situation: Situation, earliest: datetime) -> Situation:
    """With what the person has used of their quotas, for wishes no earlier than that.

    One statement, none for whom no quota binds.
    """
    if not situation.quotas:
        return situation
    member = situation.person.id
    start = quotas.since(situation.quotas, min(earliest, situation.now), situation.place.calendar)
    found = await quotas.uses([member], start, situation.catalogue)
    return replace(situation, uses=found[member])
