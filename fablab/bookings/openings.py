"""Free openings: where a machine has room for so long, in the hours that suit it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from fablab.bookings.taken import around
from fablab.core.periods import Period, merged, without
from fablab.lab.calendar import Calendar
from fablab.machines.catalogue import MachineView


class Holding(Protocol):
    """Whatever holds a unit for a while, turnaround included."""

    @property
    def busy(self) -> Period: ...


@dataclass(frozen=True, slots=True)
class Opening:
    machine: MachineView
    period: Period


async def openings(
    machines: Iterable[MachineView], calendar: Calendar, span: Period, length: timedelta
) -> list[Opening]:
    """All stretches of at least that length, the earliest first. One statement."""
    wanted = [view for view in machines if view.works and not view.dangerous]
    rows = await around([view.id for view in wanted], span) if wanted else ()
    found = [
        Opening(view, period)
        for view in wanted
        for period in free(view, calendar, span, [r for r in rows if r.machine_id == view.id])
        if period.length >= max(length, view.policy.min_duration)
    ]
    return sorted(found, key=lambda each: (each.period.start, each.machine.position))


def free(
    view: MachineView, calendar: Calendar, span: Period, rows: Sequence[Holding]
) -> list[Period]:
    """Free time from the first step of the grid on; see `room`."""
    return [on_grid(period, view, calendar) for period in room(view, calendar, span, rows)]


def room(
    view: MachineView, calendar: Calendar, span: Period, rows: Sequence[Holding]
) -> list[Period]:
    """Open time less full time; a new booking's own turnaround keeps clear of the next."""
    hours = [span] if view.policy.attendance == "anytime" else calendar.windows(span)
    whole = [part for window in merged(hours) if (part := window.cut(span))]
    full = full_times(rows, view.units, view.policy.turnaround_after)
    return list(without(whole, full))


def full_times(rows: Iterable[Holding], units: int, turnaround: timedelta) -> list[Period]:
    """When no unit is left, widened before by the turnaround that a new booking needs."""
    edges = sorted(
        edge
        for row in rows
        if row.busy.length > timedelta(0)
        for edge in ((row.busy.start - turnaround, 1), (row.busy.end, -1))
    )
    found, use, since = [], 0, None
    for at, change in edges:
        use += change
        if since is None and use >= units:
            since = at
        elif since is not None and use < units:
            found.append(Period(since, at))
            since = None
    return found


def on_grid(period: Period, view: MachineView, calendar: Calendar) -> Period:
    """From the first step inside, on the wall of the lab, for whole steps."""
    step = view.policy.granularity
    face = period.start.astimezone(calendar.zone)
    into = timedelta(hours=face.hour, minutes=face.minute, seconds=face.second)
    into += timedelta(microseconds=face.microsecond)
    start = min(period.start + -into % step, period.end)
    return Period(start, start + (period.end - start) // step * step)


def bounded(
    start: datetime | None, end: datetime | None, now: datetime, usual: timedelta
) -> Period:
    """A stretch to look at: from now for a while unless said otherwise, never backwards."""
    first = start or now
    return Period(first, max(end or first + usual, first))
