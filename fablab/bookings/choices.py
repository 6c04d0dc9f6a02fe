"""The legal times a form offers: steps of the machine's grid inside the hours that suit it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from fablab.bookings.rules import Facts, Wish, place
from fablab.bookings.rules.times import next_step, steps_around
from fablab.bookings.situation import Situation
from fablab.core import zones
from fablab.core.periods import Period
from fablab.machines.catalogue import MachineView

MOST = 400


@dataclass(frozen=True, slots=True)
class Step:
    """A time that may be chosen. `free` tells whether the shortest booking from it is free;
    `yours`, whether what stands in its way is the member's own."""

    at: datetime
    free: bool = True
    yours: bool = False


def starts(
    situation: Situation, view: MachineView, day: date, notice: timedelta = timedelta(0)
) -> list[Step]:
    """Every legal start of the lab's day at least the notice ahead, taken ones marked."""
    earliest = earliest_start(situation, view, notice)
    if earliest is None:
        return []
    facts = situation.facts(minimal(view, situation.now))
    whole = zones.day(day, situation.place.zone)
    first = max(whole.start, next_step(earliest, facts))
    found = []
    for at in grid(first, whole.end, situation, view):
        wish = minimal(view, at)
        if situation.place.calendar.attends(wish.period, *manner(view)) is None or carries(
            situation, view, at
        ):
            found.append(step(wish, facts))
    return found


def step(wish: Wish, facts: Facts) -> Step:
    if not (clashes := place.clashes(wish, facts)) or place.fits(wish, facts):
        return Step(wish.period.start)
    yours = any(place.is_own_use(each, facts) for each in clashes)
    return Step(wish.period.start, free=False, yours=yours)


def earliest_start(situation: Situation, view: MachineView, notice: timedelta) -> datetime | None:
    """After the notice and, stopped, from its expected return on; None: not bookable at all."""
    earliest = situation.now + max(notice, view.policy.notice_to_book)
    if view.works:
        return earliest
    if view.dangerous or not view.is_public or view.expected_back_at is None:
        return None
    return max(earliest, view.expected_back_at)


def carries(situation: Situation, view: MachineView, at: datetime) -> bool:
    """Whether a start near closing carries on: a night print begins and ends in opening hours."""
    if view.policy.attendance != "start_and_end_staffed":
        return False
    window = situation.place.calendar.window_at(at)
    return window is not None


def ends(situation: Situation, view: MachineView, first: datetime, last: datetime) -> list[Step]:
    """Every end that suits some start from `first` to `last`, the night's included."""
    policy, calendar = view.policy, situation.place.calendar
    found = []
    until = last + policy.max_duration
    for at in grid(first + policy.min_duration, until + policy.granularity, situation, view):
        if at > until:
            break
        if policy.attendance == "anytime" or calendar.is_open(at - timedelta.resolution):
            found.append(Step(at))
    return found[:MOST]


def manner(view: MachineView) -> tuple[str, str]:
    return view.policy.attendance, view.policy.closed_hours


def minimal(view: MachineView, at: datetime) -> Wish:
    return Wish(machine_id=view.id, period=Period(at, at + view.policy.min_duration))


def grid(
    first: datetime, until: datetime, situation: Situation, view: MachineView
) -> Iterator[datetime]:
    """Steps counted on the wall from local midnight, through changes of the clock."""
    facts = situation.facts(minimal(view, first))
    at = next_step(first, facts)
    step = view.policy.granularity
    while at < until:
        if steps_around(at, facts)[0] == at:
            yield at
            at += step
        else:
            at = next_step(at, facts)
