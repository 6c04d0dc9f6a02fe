"""What is free now, and when the rest is free next: for the front page and the machines' pages."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from fablab.bookings import openings
from fablab.bookings.schedule import Block, blocks, by_machine
from fablab.core.periods import Period
from fablab.lab.calendar import Calendar
from fablab.lab.place import Place
from fablab.machines.catalogue import MachineView

AHEAD = timedelta(days=8)


@dataclass(frozen=True, slots=True)
class Free:
    """The first stretch of a machine's free time that is long enough to book.

    `days_ahead` counts the lab's days until it begins: 0 is today. `ends` is None when nothing
    ends it within a week.
    """

    machine: MachineView
    period: Period
    now: bool
    days_ahead: int
    ends: datetime | None


async def free_times(
    place: Place, machines: Iterable[MachineView], now: datetime
) -> dict[int, Free]:
    """By machine, the next free time within a week; what does not work has none. One statement."""
    working = [machine for machine in machines if machine.works]
    one = working[0].id if len(working) == 1 else None
    taken = by_machine(await blocks(Period(now, now + AHEAD), None, machine_id=one))
    found = (
        next_free(machine, taken.get(machine.id, []), place.calendar, now) for machine in working
    )
    return {each.machine.id: each for each in found if each}


def next_free(
    machine: MachineView, taken: Sequence[Block], calendar: Calendar, now: datetime
) -> Free | None:
    """When somebody may start, and until when: the next booking or, if staffed, closing."""
    span = Period(now, now + AHEAD)
    for gap in openings.room(machine, calendar, span, taken):
        bookable = openings.on_grid(gap, machine, calendar)
        if bookable.length >= machine.policy.min_duration:
            running = gap.start == now
            start = now if running else bookable.start
            ends = bookable.end if gap.end < span.end else None
            ahead = calendar.day_of(start) - calendar.day_of(now)
            return Free(machine, Period(start, bookable.end), running, ahead.days, ends)
    return None
