"""Time has freed: the first in line who may have it is offered it, in the same transaction."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from fablab.bookings.knowing import known_several_in
from fablab.bookings.rules import Blocker
from fablab.bookings.situation import Situation
from fablab.bookings.taken import around
from fablab.bookings.waitlist import queries
from fablab.bookings.waitlist.offering import offer
from fablab.bookings.waitlist.places import NONE, stretches
from fablab.bookings.waitlist.planning import concerned, planned
from fablab.bookings.waitlist.queries import Entry
from fablab.core import clock, versions
from fablab.core.periods import Period
from fablab.lab.place import Place
from fablab.lab.queries import place
from fablab.machines.catalogue import Catalogue
from fablab.machines.queries import catalogue
from fablab.quotas import queries as quotas


async def freed(machine_ids: Collection[int], stamps: Mapping[str, int] | None = None) -> None:
    """Look at what is free now at these machines, whose rows the caller has locked.

    `stamps` (of "lab" and "machines") are those that it read in its transaction.

    One statement when nobody waits, and a constant number however many do.
    """
    now, ids = clock.now(), sorted(set(machine_ids))
    line = await queries.line(ids, now)
    if not line:
        return
    stamps = stamps or await versions.of("lab", "machines")
    lab, machines = await place(stamps), await catalogue(stamps)
    span, rows = await taken(line, ids, machines, now)
    gone = await queries.let_go(ids, now)
    views = [view for each in ids if (view := machines.by_id(each))]
    free = [
        stretch for view in views for stretch in stretches(view, lab.calendar, span, rows, gone)
    ]
    waiting = concerned(line, free, lab.calendar, now)
    if not waiting:
        return
    own = await queries.elsewhere({each.member_id for each in waiting}, span, ids)
    situations = await known_of(waiting, span, (*rows, *own), lab, machines, now)
    whole = await offer(planned(waiting, free, situations), lab, now)
    if not whole:  # somebody was offered something elsewhere: the next one is asked
        await freed(ids, stamps)


async def taken(
    line: Sequence[Entry], machine_ids: list[int], machines: Catalogue, now: datetime
) -> tuple[Period, tuple[Blocker, ...]]:
    """The span of the windows of those who wait, and what keeps the machines then."""
    views = [view for each in machine_ids if (view := machines.by_id(each))]
    widest = max((view.policy.turnaround_after for view in views), default=NONE)
    start = max(now.replace(second=0, microsecond=0), min(each.window.start for each in line))
    span = Period(start, max(start, *(each.window.end for each in line)))
    return span, await around(machine_ids, Period(span.start, span.end + widest))


async def known_of(
    waiting: Sequence[Entry],
    span: Period,
    rows: tuple[Blocker, ...],
    lab: Place,
    machines: Catalogue,
    now: datetime,
) -> dict[int, Situation]:
    """Everything the rules ask of these people, in three statements."""
    members = sorted({entry.member_id for entry in waiting})
    found = await known_several_in(lab, machines, members, now, rows=rows)
    bound = [each for each in found.values() if each.quotas]
    if not bound:
        return found
    since = min(quotas.since(each.quotas, span.start, lab.calendar) for each in bound)
    uses = await quotas.uses([each.person.id for each in bound], since, machines)
    return found | {each.person.id: replace(each, uses=uses[each.person.id]) for each in bound}
