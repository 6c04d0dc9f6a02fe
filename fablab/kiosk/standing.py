"""What somebody who stands at a machine, or at a tablet, may do now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from fablab.bookings.choices import Step
from fablab.bookings.knowing import known_in, with_uses
from fablab.bookings.mine import Own, mine
from fablab.bookings.offering import ends_from_now, starting_now
from fablab.bookings.pages.handling import may_check_in
from fablab.bookings.situation import Situation
from fablab.bookings.tables import Status
from fablab.bookings.taken import around
from fablab.core.errors import Problem
from fablab.core.periods import Period
from fablab.lab.place import Place
from fablab.machines.catalogue import Catalogue, MachineView
from fablab.members.viewer import Viewer

TAKEN = ("taken", "on_hold")
OF_THE_END = ("off_grid", "too_short", "too_long")  # nobody has chosen one yet
Pair = tuple[Own, MachineView]


@dataclass(frozen=True, slots=True, kw_only=True)
class Today:
    """Their bookings of this lab day: `due` for check-in, `running`, and `coming` later."""

    due: Sequence[Pair] = ()
    running: Sequence[Pair] = ()
    coming: Sequence[Pair] = ()

    def at(self, view: MachineView) -> "Today":
        """Those at one machine."""
        return Today(
            due=[pair for pair in self.due if pair[1].id == view.id],
            running=[pair for pair in self.running if pair[1].id == view.id],
            coming=[pair for pair in self.coming if pair[1].id == view.id],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """`ends`: until when a use that starts this minute may go; without any, why not."""

    ends: Sequence[Step] = ()
    obstacles: Sequence[Problem] = ()

    @property
    def is_taken(self) -> bool:
        return any(problem.code in TAKEN for problem in self.obstacles)


async def today(viewer: Viewer, place: Place, machines: Catalogue, now: datetime) -> Today:
    """One statement."""
    last = place.calendar.day_of(now)
    coming = (await mine(viewer.id, now, past=0)).coming
    pairs = [(each, view) for each in coming if (view := machines.by_id(each.machine_id))]
    pairs = [pair for pair in pairs if place.calendar.day_of(pair[0].period.start) <= last]
    due = [pair for pair in pairs if may_check_in(*pair, now)]
    running = [pair for pair in pairs if pair[0].status == Status.CHECKED_IN]
    rest = [pair for pair in pairs if pair not in due and pair not in running]
    return Today(due=due, running=running, coming=rest)


async def start(
    viewer: Viewer, place: Place, machines: Catalogue, view: MachineView, now: datetime
) -> Start:
    """Whether they may begin this minute: four statements, one more for whom a quota binds."""
    situation = await known_in(place, machines, viewer.id, now)
    reach = view.policy.max_duration + view.policy.turnaround_after
    rows = await around([view.id], Period(now, now + reach), viewer.id)
    seen = await with_uses(situation.with_rows(rows), now)
    if ends := ends_from_now(seen, view):
        return Start(ends=ends)
    return Start(obstacles=obstacles(seen, view))


def obstacles(situation: Situation, view: MachineView) -> list[Problem]:
    """Why a use of the least length may not begin this minute."""
    begin = situation.now.replace(second=0, microsecond=0)
    period = Period(begin, begin + view.policy.min_duration)
    found = starting_now(situation, view, period)
    return [problem for problem in found if problem.code not in OF_THE_END]
