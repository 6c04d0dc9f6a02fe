"""What is free now, and when the rest is free next: for the front page and the machines' pages."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from fablab.bookings.schedule import Block, blocks, by_machine
from fablab.core.periods import Period, merged, without
from fablab.lab.calendar import Calendar
from fablab.lab.hours import Attendance
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
    machine: MachineView, taken: Iterable[Block], calendar: Calendar, now: datetime
) -> Free | None:
    """When somebody may start, and until when: another's booking or, if staffed, closing."""
    span = Period(now, now + AHEAD)
    opened = [span] if machine.attendance == Attendance.ANYTIME else calendar.staffed(span)
    for gap in without(opened, full(taken, machine.units)):
        running = gap.start == now
        start = now if running else on_grid(gap.start, machine.policy.granularity, calendar.zone)
        if gap.end - start >= machine.policy.min_duration:
            ends = gap.end if gap.end < span.end else None
            ahead = calendar.day_of(start) - calendar.day_of(now)
            return Free(machine, Period(start, gap.end), running, ahead.days, ends)
    return None


def full(taken: Iterable[Block], units: int) -> list[Period]:
    """When every unit is held: the peaks decide, not the numbering."""
    held = [(each.starts_at, max(each.busy_until, each.starts_at)) for each in taken]
    edges = sorted({edge for both in held for edge in both})
    busy = (
        Period(start, end)
        for start, end in pairwise(edges)
        if sum(first <= start and end <= last for first, last in held) >= units
    )
    return merged(busy)


def on_grid(at: datetime, step: timedelta, zone: ZoneInfo) -> datetime:
    """The first step at or after, counted on the wall from local midnight."""
    wall = at.astimezone(zone)
    since = timedelta(
        hours=wall.hour, minutes=wall.minute, seconds=wall.second, microseconds=wall.microsecond
    )
    return at + -since % step
