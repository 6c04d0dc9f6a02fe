"""How much of their quotas somebody has used: the meters of forms, pages and programs."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from fablab.bookings.situation import Situation
from fablab.core import zones
from fablab.lab.place import Place
from fablab.machines.catalogue import Catalogue, MachineView
from fablab.members.standing import Standing
from fablab.quotas import queries
from fablab.quotas.measures import Span
from fablab.quotas.rules import Tally, Terms, standing


async def meters(
    situation: Situation, day: date, view: MachineView | None = None
) -> tuple[Tally, ...]:
    """In the day, week or month of that day; only what counts at that machine, if one is given.

    Of `before` and `after` both say what is used. One statement, none for whom no quota binds.
    """
    category = view.category.id if view and view.category else None
    terms = [each for each in situation.quotas if view is None or each.covers(view.id, category)]
    return await standings_of(
        situation.person.id, terms, day, situation.now, situation.place, situation.catalogue
    )


async def meters_of(
    person: Standing, lab: Place, machines: Catalogue, now: datetime
) -> tuple[Tally, ...]:
    """All of a person, for today. One statement, none for whom no quota binds."""
    terms = queries.binding(await queries.in_force(lab), person)
    today = lab.calendar.day_of(now)
    return await standings_of(person.id, terms, today, now, lab, machines)


async def meters_from(
    rows: Iterable[Mapping[str, Any]],
    person: Standing,
    lab: Place,
    machines: Catalogue,
    now: datetime,
) -> tuple[Tally, ...]:
    """The same from rows that were read already, those since `earliest`."""
    terms = queries.binding(await queries.in_force(lab), person)
    uses = [found for row in rows if (found := queries.use(row, machines))]
    today = lab.calendar.day_of(now)
    return tuple(standing(each, uses, today, now, lab.calendar) for each in terms)


def earliest(lab: Place, now: datetime) -> datetime:
    """From when on bookings count in today's day, week or month."""
    return queries.since_spans(Span, now, lab.calendar)


async def standings_of(
    member_id: int,
    terms: Sequence[Terms],
    day: date,
    now: datetime,
    lab: Place,
    machines: Catalogue,
) -> tuple[Tally, ...]:
    if not terms:
        return ()
    first = min(zones.midnight(day, lab.zone), now)
    start = queries.since(terms, first, lab.calendar)
    uses = (await queries.uses([member_id], start, machines))[member_id]
    return tuple(standing(each, uses, day, now, lab.calendar) for each in terms)
