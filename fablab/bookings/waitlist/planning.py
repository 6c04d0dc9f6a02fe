"""Who is offered what: the first in line whom the rules allow, one offer a freed stretch."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from fablab.bookings.situation import Situation
from fablab.bookings.waitlist.places import Fit, Stretch, first_fit, fits
from fablab.bookings.waitlist.queries import Entry
from fablab.lab.calendar import Calendar

MOST_TRIED = 20  # of those in line for time that is free


@dataclass(slots=True)
class Plan:
    """What to offer to whom, and whom the rules kept from time that was theirs to have."""

    offers: list[tuple[Entry, Fit]] = field(default_factory=list)
    skipped: dict[int, tuple[Entry, Fit]] = field(default_factory=dict)


def concerned(
    line: Iterable[Entry], free: Sequence[Stretch], calendar: Calendar, now: datetime
) -> list[Entry]:
    """The first in line for whom there is a place at all."""
    found: list[Entry] = []
    for entry in line:
        if len(found) < MOST_TRIED and any(
            next(fits(entry, stretch, calendar, now), None) for stretch in free
        ):
            found.append(entry)
    return found


def planned(
    line: Sequence[Entry], free: Sequence[Stretch], situations: Mapping[int, Situation]
) -> Plan:
    """In order, each the earliest place that breaks no rule.

    Who let some of a stretch go stands behind all others there, whatever time of it is meant now.
    """
    plan, known = Plan(), dict(situations)
    for again in (False, True):
        for entry in line:
            if entry.member_id not in known or any(one is entry for one, _ in plan.offers):
                continue
            theirs = [each for each in free if bool(each.let_go_by(entry)) is again]
            situation = known[entry.member_id]
            if fit := best(entry, theirs, situation, plan):
                plan.offers.append((entry, fit))
                plan.skipped.pop(entry.id, None)
                fit.stretch.offers += 1
                known[entry.member_id] = situation.having(fit.wish)
    return plan


def best(entry: Entry, free: Iterable[Stretch], situation: Situation, plan: Plan) -> Fit | None:
    """The earliest in any of the stretches; where rules are in the way, the plan notes which."""
    found = [fit for stretch in free if (fit := first_fit(entry, stretch, situation))]
    good = [fit for fit in found if not fit.codes]
    if not good and found:
        plan.skipped.setdefault(entry.id, (entry, min(found, key=when)))
    return min(good, key=when, default=None)


def when(fit: Fit) -> tuple[datetime, int]:
    return fit.period.start, fit.stretch.view.position
