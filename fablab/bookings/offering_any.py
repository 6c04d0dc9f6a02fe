"""What the booking form offers of a family: a time is free where any of its machines is."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime

from fablab.bookings import choices
from fablab.bookings.choices import Step
from fablab.bookings.offering import Offer, chosen_end, chosen_start, kept_end, last_day
from fablab.bookings.situation import Situation
from fablab.bookings.taken import around
from fablab.bookings.usable import missing
from fablab.core import zones
from fablab.core.periods import Period
from fablab.machines.catalogue import MachineView


async def offer_any(
    situation: Situation,
    views: Sequence[MachineView],
    day: date,
    *,
    start: datetime | None = None,
    end: datetime | None = None,
) -> Offer:
    """The legal times of all of these machines; what is proposed is free on one. One statement."""
    whole = zones.day(day, situation.place.zone)
    reach = max(view.policy.max_duration + view.policy.turnaround_after for view in views)
    span = Period(whole.start, whole.end + reach)
    seen = situation.with_rows(await around([view.id for view in views], span, situation.person.id))
    each = {view.id: choices.starts(seen, view, day) for view in views}
    starts = merged(each.values())
    chosen = chosen_start(starts, start)
    ends = merged(
        choices.ends(seen, view, each[view.id][0].at, each[view.id][-1].at)
        for view in views
        if each[view.id]
    )
    view = next((one for one in views if is_free_on(each[one.id], chosen)), views[0])
    return Offer(
        machine=view,
        day=day,
        last=max(last_day(situation, one) for one in views),
        starts=starts,
        ends=ends,
        start=chosen,
        end=chosen_end(seen, view, ends, chosen, kept_end(end, start, chosen)) if chosen else None,
    )


def merged(of_each: Iterable[Sequence[Step]]) -> list[Step]:
    """Each time once: free where it is on one of them, nobody's own unless it is on all."""
    found: dict[datetime, Step] = {}
    for steps in of_each:
        for step in steps:
            other = found.setdefault(step.at, step)
            if step.free and not other.free:
                found[step.at] = replace(step, yours=False)
    return [found[at] for at in sorted(found)]


def is_free_on(steps: Iterable[Step], at: datetime | None) -> bool:
    return any(step.free and step.at == at for step in steps)


def usable_of(
    situation: Situation, family: Sequence[MachineView], now: datetime
) -> list[MachineView]:
    """Those this person has the certificates for; all of them where that is none."""
    return [view for view in family if not missing(situation, view, now)] or list(family)
