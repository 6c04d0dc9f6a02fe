"""When a wish is refused: up to five others, each of which passes every rule for this person."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice
from typing import Literal

from fablab.bookings import rules
from fablab.bookings.choices import grid
from fablab.bookings.rules import Intent, Wish, place
from fablab.bookings.rules.times import LONGEST_USE
from fablab.bookings.situation import Situation
from fablab.bookings.taken import around
from fablab.core.periods import Period
from fablab.machines.catalogue import MachineView

MOST = 5
BACK, AHEAD = timedelta(days=2), timedelta(days=5)
MOST_TRIED = 60


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another machine or time. `why` is `same_machine`, `shorter` or `sister`."""

    machine: MachineView
    period: Period
    why: Literal["same_machine", "shorter", "sister"]


async def alternatives(situation: Situation, wish: Wish) -> list[Alternative]:
    """One statement, whatever the number of machines; none when the period is senseless."""
    if wish.period.end <= wish.period.start:
        return []
    machines = [view.id for view in considered(situation, wish)]
    rows = await around(machines, nearby(situation, wish), situation.person.id)
    return instead(situation.with_rows(rows), wish)


def considered(situation: Situation, wish: Wish) -> list[MachineView]:
    """The wished machine first, then its sisters."""
    view = situation.view(wish.machine_id)
    return [view, *sisters(situation, view)]


def nearby(situation: Situation, wish: Wish) -> Period:
    """The time in which others are looked for."""
    end = min(wish.period.end, wish.period.start + LONGEST_USE)  # nobody searches a century
    return Period(max(situation.now, wish.period.start - BACK), end + AHEAD)


def instead(wider: Situation, wish: Wish) -> list[Alternative]:
    """The same where the rows of that time and of those machines are known already."""
    view, *others = considered(wider, wish)
    if wish.intent != Intent.MOVE:
        wish = replace(wish, intent=Intent.NEW, was=None)
    found = [*islice(shorter(wider, wish), 1), *islice(elsewhere(wider, wish, others), 2)]
    nearest = islice(other_times(wider, wish, nearby(wider, wish)), MOST - len(found))
    return sorted(
        [*found, *nearest],
        key=lambda each: (each.machine.id != view.id, abs(each.period.start - wish.period.start)),
    )


def sisters(situation: Situation, view: MachineView) -> list[MachineView]:
    """Machines of the same category; rooms have none but rooms."""
    return [
        each
        for each in situation.catalogue.visible()
        if each.id != view.id and each.category == view.category and each.is_room == view.is_room
    ]


def passes(situation: Situation, wish: Wish) -> bool:
    return not rules.problems(wish, situation.facts(wish))


def suited(wish: Wish, view: MachineView, start: datetime) -> Wish:
    """The wish on that machine from that start, its length made legal there."""
    policy = view.policy
    length = min(max(wish.period.length, policy.min_duration), policy.max_duration)
    length -= length % policy.granularity
    period = Period(start, start + max(length, policy.granularity))
    return replace(wish, machine_id=view.id, period=period)


def shorter(situation: Situation, wish: Wish) -> Iterator[Alternative]:
    """The same start with as much of the length as the rules leave."""
    view = situation.view(wish.machine_id)
    step, least = view.policy.granularity, view.policy.min_duration
    length = suited(wish, view, wish.period.start).period.length
    for _ in range(MOST_TRIED):
        if length < least:
            return
        shortened = Period(wish.period.start, wish.period.start + length)
        if length < wish.period.length and passes(situation, replace(wish, period=shortened)):
            yield Alternative(view, shortened, "shorter")
        length -= step


def elsewhere(
    situation: Situation, wish: Wish, machines: list[MachineView]
) -> Iterator[Alternative]:
    for view in machines:
        candidate = suited(wish, view, wish.period.start)
        if passes(situation, candidate):
            yield Alternative(view, candidate.period, "sister")


def other_times(situation: Situation, wish: Wish, span: Period) -> Iterator[Alternative]:
    """The nearest starts on the same machine, those that are taken passed over cheaply."""
    view, wished = situation.view(wish.machine_id), wish.period.start
    facts = situation.facts(wish)
    candidates = [suited(wish, view, at) for at in grid(span.start, span.end, situation, view)]
    candidates.sort(key=lambda each: abs(each.period.start - wished))
    tried = 0
    last: list[Period] = []
    for candidate in candidates:
        if candidate.period.start == wished or tried >= MOST_TRIED:
            continue
        if any(candidate.period.overlaps(each) for each in last):
            continue
        closed = situation.closing(view, candidate.period) is not None
        if closed or not (place.fits(candidate, facts) or not place.clashes(candidate, facts)):
            continue
        tried += 1
        if passes(situation, candidate):
            last.append(candidate.period)
            yield Alternative(view, candidate.period, "same_machine")
