"""Standing in line for what is taken."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from fablab.activity.actions import record
from fablab.bookings import settling
from fablab.bookings.actions import must_be_in_project
from fablab.bookings.knowing import known_in, with_uses
from fablab.bookings.situation import Situation, limits
from fablab.bookings.tables import Waiting
from fablab.bookings.taken import around
from fablab.bookings.waitlist import queries, rules
from fablab.bookings.waitlist.places import Fit, first_fit, stretches
from fablab.bookings.waitlist.queries import Entry, Standing
from fablab.core import clock, db, versions
from fablab.core.errors import Problem, Refused
from fablab.core.periods import Period
from fablab.core.words import N_
from fablab.lab.queries import place
from fablab.machines.catalogue import Catalogue, MachineView
from fablab.machines.queries import catalogue
from fablab.machines.tables import Machine
from fablab.members.tables import Member
from fablab.members.viewer import Viewer


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A machine, or any of a category, for so long at some time within a window."""

    machine_id: int | None = None
    category_id: int | None = None
    window: Period
    length: timedelta
    project_id: int | None = None
    material: str = ""
    own_material: bool = False

    def views(self, machines: Catalogue) -> list[MachineView]:
        """The machines that would do."""
        return [
            view for view in machines.machines if view.is_public and self.as_entry(0, 0).wants(view)
        ]

    def as_entry(self, entry_id: int, member_id: int) -> Entry:
        return Entry(
            id=entry_id,
            member_id=member_id,
            machine_id=self.machine_id,
            category_id=self.category_id,
            project_id=self.project_id,
            window=self.window,
            length=self.length,
            material=self.material,
            own_material=self.own_material,
        )


@dataclass(frozen=True, slots=True)
class Joined:
    """Where they stand, and whether this request put them there."""

    standing: Standing
    new: bool


async def settled(wanted: Wanted) -> list[int]:
    """What is due at the machines that would do has happened; these machines."""
    ids = [view.id for view in wanted.views(await catalogue())]
    if not ids:
        message = N_("There is no machine of this name.")
        raise Refused(Problem("unknown_machine", message, "machine"))
    await settling.settle(ids)
    return ids


@db.transactional
async def stand(actor: Viewer, wanted: Wanted, machine_ids: list[int]) -> Joined:
    """Stand in line, after `settled`, which gives the machines that would do.

    The same again finds the place one has; Refused where it makes no sense. What is free already
    is booked and not waited for: `free_already` names it.
    """
    await db.locked_all(Machine, machine_ids)  # nothing frees unseen until we stand in line
    await db.locked(Member, actor.id)
    mine = await queries.of_member(actor.id)
    if same := next((one for one in mine if is_same(one.entry, wanted)), None):
        return Joined(same, new=False)
    stamps = await versions.of("lab", "machines")
    lab, machines, now = await place(stamps), await catalogue(stamps), clock.now()
    views = wanted.views(machines)
    numbers = [limits(view) for view in views]
    problems = rules.problems(wanted.window, wanted.length, numbers, now, lab.zone)
    must_make_sense(len(mine), problems)
    await must_be_in_project(actor.id, wanted.project_id)
    situation = await known_in(lab, machines, actor.id, now)
    if found := await bookable(wanted, views, situation):
        raise Refused(free_already(found))
    made = await insert(actor, wanted)
    standing = await queries.one(made.id)
    assert standing is not None
    return Joined(standing, new=True)


def is_same(entry: Entry, wanted: Wanted) -> bool:
    theirs = (entry.machine_id, entry.category_id, entry.window, entry.length)
    return theirs == (wanted.machine_id, wanted.category_id, wanted.window, wanted.length)


def must_make_sense(waiting: int, found: Sequence[Problem]) -> None:
    if waiting >= rules.MOST_ENTRIES:
        message = N_("You stand in line often enough: leave another line first.")
        found = [*found, Problem("waiting_too_often", message, None, {}, rules.MOST_ENTRIES)]
    if found:
        raise Refused(*found)


async def bookable(
    wanted: Wanted, views: Sequence[MachineView], situation: Situation
) -> Fit | None:
    """The earliest place that this person could book at once. Two statements."""
    ids = [view.id for view in views]
    widest = max(view.policy.turnaround_after for view in views)
    start = max(situation.now.replace(second=0, microsecond=0), wanted.window.start)
    if start >= wanted.window.end:
        return None
    span = Period(start, wanted.window.end)
    rows = await around(ids, Period(span.start, span.end + widest), situation.person.id)
    situation = await with_uses(situation.with_rows(rows), span.start)
    calendar, entry = situation.place.calendar, wanted.as_entry(0, situation.person.id)
    found = [
        fit
        for view in views
        for stretch in stretches(view, calendar, span, rows)
        if (fit := first_fit(entry, stretch, situation)) and not fit.codes
    ]
    return min(found, key=lambda fit: fit.period.start, default=None)


def free_already(fit: Fit) -> Problem:
    view, period = fit.stretch.view, fit.period
    message = N_("{machine} is free then, from {start}: book it.")
    details = {
        "machine": view.name,
        "start": period.start,
        "slug": view.slug,
        "end": period.end,
    }
    return Problem("free_already", message, "window_start", details, None, [period.start])


async def insert(actor: Viewer, wanted: Wanted) -> Waiting:
    row = Waiting(
        member=actor.id,
        machine=wanted.machine_id,
        category=wanted.category_id,
        project=wanted.project_id,
        window_start=wanted.window.start,
        window_end=wanted.window.end,
        minutes=wanted.length // timedelta(minutes=1),
        made_at=clock.now(),
        material=wanted.material,
        own_material=wanted.own_material,
    )
    await db.insert(row)
    after = {
        "machine": wanted.machine_id,
        "category": wanted.category_id,
        "window_start": wanted.window.start,
        "window_end": wanted.window.end,
        "minutes": row.minutes,
    }
    await record("joined", "waiting", row.id, actor=actor.id, member=actor.id, after=after)
    return row
