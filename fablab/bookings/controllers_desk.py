"""The desk's first page: who is expected today, who is there, and the way to everything else."""

from dataclasses import dataclass

from litestar import get
from litestar.response import Template

from fablab.bookings import schedule
from fablab.bookings.approval.queue import how_many
from fablab.bookings.schedule import Block
from fablab.bookings.tables import Kind, Status
from fablab.core import clock, formats, zones
from fablab.machines.catalogue import MachineView
from fablab.web.auth import Asked, Here, Machines, SignedIn, staff_only
from fablab.web.pages import page


@dataclass(frozen=True, slots=True)
class Expected:
    """A use of today. `state` is `due`, `here`, `coming` or `done`."""

    block: Block
    machine: MachineView
    state: str

    @property
    def overnight(self) -> bool:
        """It began before today or ends after it: hours alone would mislead."""
        return formats.as_date(self.block.starts_at) != formats.as_date(self.block.ends_at)


@get("/desk", name="desk", guards=[staff_only])
async def today(request: Asked, place: Here, viewer: SignedIn, machines: Machines) -> Template:
    """Today's uses in order of start, those to be checked in first."""
    now = clock.now()
    day = zones.day(zones.local_date(now, place.zone), place.zone)
    found = [
        expected(block, view)
        for block in await schedule.blocks(day, viewer, names=True)
        if block.kind == Kind.USE and (view := machines.by_id(block.machine_id))
    ]
    groups = {
        state: [each for each in found if each.state == state]
        for state in ("due", "here", "coming", "done")
    }
    return page(
        request,
        "desk/today.html",
        now=now,
        groups=groups,
        machines=machines.machines,
        requests=await how_many(now),
    )


def expected(block: Block, view: MachineView) -> Expected:
    """Check-in opens a little before the start; staff's own bookings need none."""
    if block.status == Status.CHECKED_IN:
        return Expected(block, view, "here")
    if block.status == Status.COMPLETED:
        return Expected(block, view, "done")
    opens = block.starts_at - view.policy.checkin_opens_before
    is_due = block.status == Status.CONFIRMED and opens <= clock.now() < block.ends_at
    return Expected(block, view, "due" if is_due else "coming")


ROUTES = [today]
