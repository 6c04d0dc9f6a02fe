"""The day of the whole lab: machines in rows, hours in columns, in the order of the catalogue."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import gcd

from fablab.bookings.occupied import Occupied, Taken
from fablab.bookings.pages.filters import NOTHING, Filters, slug_of
from fablab.bookings.pages.lanes import Lane, kept, scene
from fablab.bookings.pages.looking import Looking
from fablab.bookings.pages.pieces import NAMED, is_due
from fablab.bookings.pages.strips import Strip, strip
from fablab.bookings.rules import Need
from fablab.bookings.schedule import Block
from fablab.core import zones
from fablab.core.periods import Period
from fablab.lab.calendar import Calendar
from fablab.lab.open_day import OpenDay
from fablab.machines.catalogue import Catalogue, CategoryView, MachineView

Needs = Mapping[int, Sequence[Need]]


@dataclass(frozen=True, slots=True)
class Row:
    """A lane, and the certifications that keep this person from its machine.

    `key` says all that is in it; None where something is the viewer's own.
    """

    lane: Lane
    missing: Sequence[Need] = ()
    key: Hashable = None

    @property
    def barred(self) -> bool:
        return bool(self.missing) and not self.lane.yours

    @property
    def idle(self) -> bool:
        """Nothing to tell on a phone."""
        return self.barred or (self.lane.state.kind == "shut" and not self.lane.yours)


@dataclass(frozen=True, slots=True)
class Group:
    """The rows under one name. Folded, only the name is drawn."""

    category: CategoryView | None
    rows: tuple[Row, ...]
    folded: bool = False

    @property
    def slug(self) -> str:
        return slug_of(self.category)

    @property
    def shown(self) -> tuple[Row, ...]:
        return () if self.folded else self.rows

    @property
    def idle(self) -> bool:
        """On a phone nothing is left under its name: what is mine stands at the top there."""
        return not self.folded and all(row.idle or row.lane.yours for row in self.rows)


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
        return [row for group in self.groups for row in group.shown if row.barred]

    @property
    def kinds(self) -> set[str]:
        """What the legend has to explain."""
        found = {"now"} if self.now is not None else set()
        return found.union(*(row.lane.kinds for group in self.groups for row in group.shown))

    @property
    def step(self) -> int:
        """The columns of which every booking's length is a multiple."""
        return gcd(*{row.lane.grain for group in self.groups for row in group.shown}) or 3

    @property
    def lengths(self) -> tuple[timedelta, ...]:
        return self.strip.lengths(self.step)


def span_of(day: date, calendar: Calendar) -> Period:
    """The lab's day, with what of its opening hours lies after midnight."""
    whole = zones.day(day, calendar.zone)
    ends = [window.end for window in calendar.opening(day).windows]
    return Period(whole.start, max([whole.end, *ends]))


def drawn(
    day: date,
    catalogue: Catalogue,
    machines: Iterable[MachineView],
    taken: Taken,
    looking: Looking,
    needs: Needs,
    filters: Filters = NOTHING,
) -> Day:
    calendar = looking.calendar
    opening, whole = calendar.opening(day), zones.day(day, calendar.zone)
    chosen = tuple(machines)
    busy = [period for view in chosen for period in told(view, taken[view.id])]
    shown = strip(whole, opening.windows, busy, calendar.zone)
    common = scene("day", day, shown.period, *looking.depends)
    rows = {
        view.id: row(kept(view, shown, taken[view.id], looking, common), needs.get(view.id, ()))
        for view in chosen
    }
    fitting = chosen
    if filters.free:
        today = day == calendar.day_of(looking.now)
        fitting = tuple(view for view in chosen if filters.suits(rows[view.id].lane, today))
    return Day(
        opening=opening,
        strip=shown,
        labels=shown.labels(calendar.zone),
        groups=tuple(
            Group(
                group.category,
                tuple(rows[view.id] for view in group.machines),
                slug_of(group.category) in filters.folded,
            )
            for group in catalogue.grouped(fitting)
        ),
        now=shown.column(looking.now) if shown.period.contains(looking.now) else None,
        due=due(taken, catalogue, looking),
    )


def row(drawn: Lane, missing: Sequence[Need]) -> Row:
    if drawn.key is None or not missing:
        return Row(drawn, missing, drawn.key)
    return Row(drawn, missing, (drawn.key, tuple(need.slug for need in missing)))


def told(view: MachineView, taken: Occupied) -> Sequence[Period]:
    """When something is drawn by itself: a seat that somebody has in a room is only counted."""
    if view.units == 1:
        return taken.used
    return [each.used for each in taken.blocks if each.mine or each.kind in NAMED]


def due(
    taken: Taken, catalogue: Catalogue, looking: Looking
) -> tuple[tuple[Block, MachineView], ...]:
    """Mine whose check-in is open now."""
    own = (each for each in taken.values() if each.stamp is None)
    mine = (block for each in own for block in each.blocks if block.mine)
    found = ((block, catalogue.by_id(block.machine_id)) for block in mine)
    open_now = [(block, view) for block, view in found if view and is_due(block, view, looking.now)]
    return tuple(sorted(open_now, key=lambda each: (each[0].starts_at, each[0].id)))
