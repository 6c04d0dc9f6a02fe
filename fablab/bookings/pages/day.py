"""The day of the whole lab: machines in rows, hours in columns, in the order of the catalogue."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from fablab.bookings.pages.lanes import Lane, lane
from fablab.bookings.pages.pieces import NAMED, Looking, is_due
from fablab.bookings.pages.strips import Strip, strip
from fablab.bookings.rules import Need
from fablab.bookings.schedule import Block, by_machine
from fablab.core import zones
from fablab.core.periods import Period
from fablab.lab.calendar import Calendar, OpenDay
from fablab.machines.catalogue import Catalogue, CategoryView, MachineView

Needs = Mapping[int, Sequence[Need]]


@dataclass(frozen=True, slots=True)
class Row:
    """A lane, and the certifications that keep this person from its machine."""

    lane: Lane
    missing: Sequence[Need] = ()

    @property
    def barred(self) -> bool:
        return bool(self.missing) and not self.lane.yours

    @property
    def idle(self) -> bool:
        """Nothing to tell on a phone."""
        return self.barred or (self.lane.state.kind == "shut" and not self.lane.yours)


@dataclass(frozen=True, slots=True)
class Group:
    category: CategoryView | None
    rows: tuple[Row, ...]

    @property
    def idle(self) -> bool:
        """On a phone nothing is left under its name: what is mine stands at the top there."""
        return all(row.idle or row.lane.yours for row in self.rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """What the page draws. `now` is the column of this instant, None on any other day."""

    opening: OpenDay
    strip: Strip
    labels: list[str]
    groups: tuple[Group, ...]
    now: int | None
    due: tuple[tuple[Block, MachineView], ...]

    @property
    def barred(self) -> list[Row]:
        return [row for group in self.groups for row in group.rows if row.barred]

    @property
    def kinds(self) -> set[str]:
        """What the legend has to explain."""
        rows = (row for group in self.groups for row in group.rows)
        found = {piece.kind for row in rows for piece in row.lane.pieces}
        return found | ({"now"} if self.now is not None else set())


def span_of(day: date, calendar: Calendar) -> Period:
    """The lab's day, with what of its opening hours lies after midnight."""
    whole = zones.day(day, calendar.zone)
    ends = [window.end for window in calendar.opening(day).windows]
    return Period(whole.start, max([whole.end, *ends]))


def drawn(
    day: date,
    catalogue: Catalogue,
    machines: Iterable[MachineView],
    blocks: list[Block],
    looking: Looking,
    needs: Needs,
) -> Day:
    calendar = looking.calendar
    opening, whole = calendar.opening(day), zones.day(day, calendar.zone)
    taken, chosen = by_machine(blocks), tuple(machines)
    told = [
        block.used for view in chosen for block in taken.get(view.id, []) if is_told(block, view)
    ]
    shown = strip(whole, opening.windows, told, calendar.zone)
    rows = {
        view.id: Row(lane(view, shown, taken.get(view.id, []), looking), needs.get(view.id, ()))
        for view in chosen
    }
    return Day(
        opening=opening,
        strip=shown,
        labels=shown.labels(calendar.zone),
        groups=tuple(
            Group(group.category, tuple(rows[view.id] for view in group.machines))
            for group in catalogue.grouped(chosen)
        ),
        now=shown.column(looking.now) if shown.period.contains(looking.now) else None,
        due=due(blocks, catalogue, looking),
    )


def is_told(block: Block, view: MachineView) -> bool:
    """Whether it is drawn by itself: a seat that somebody has in a room is only counted."""
    return view.units == 1 or block.mine or block.kind in NAMED


def due(
    blocks: Iterable[Block], catalogue: Catalogue, looking: Looking
) -> tuple[tuple[Block, MachineView], ...]:
    """Mine whose check-in is open now."""
    mine = ((block, catalogue.by_id(block.machine_id)) for block in blocks if block.mine)
    return tuple((block, view) for block, view in mine if view and is_due(block, view, looking.now))
