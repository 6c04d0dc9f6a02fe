"""Where somebody who waits fits in: the free stretches of machines, and places inside them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from fablab.bookings import openings, rules
from fablab.bookings.rules import Blocker, Facts, Intent, Wish
from fablab.bookings.rules.place import peak
from fablab.bookings.rules.times import TOLERANCE
from fablab.bookings.situation import Situation
from fablab.bookings.waitlist.queries import Entry, LetGo
from fablab.core.periods import Period, without
from fablab.lab.calendar import Calendar
from fablab.machines.catalogue import MachineView

MINUTE, NONE = timedelta(minutes=1), timedelta(0)
MOST_TRIED = 24  # places of one entry that are judged
MOST_SEEN = 1_000


@dataclass(slots=True, kw_only=True)
class Stretch:
    """Free time of one machine, whole: who was offered some of it holds all of it until they
    answer, unless more units are free."""

    view: MachineView
    period: Period
    others: Sequence[Blocker] = ()
    offers: int = 0
    let_go: Sequence[LetGo] = field(default_factory=tuple)

    def let_go_by(self, entry: Entry) -> list[Period]:
        return [gone.period for gone in self.let_go if gone.entry_id == entry.id]

    def silent(self, period: Period) -> int:
        """How many were offered that time and said nothing."""
        return sum(gone.silent and gone.period.overlaps(period) for gone in self.let_go)

    def may_take(self, period: Period) -> bool:
        busy = Period(period.start, period.end + self.view.policy.turnaround_after)
        return self.offers < self.view.units - peak(list(self.others), busy)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """A place in a stretch, as judged for somebody."""

    stretch: Stretch
    period: Period
    wish: Wish
    facts: Facts
    codes: tuple[str, ...] = ()


def stretches(
    view: MachineView,
    calendar: Calendar,
    span: Period,
    rows: Iterable[Blocker],
    let_go: Iterable[LetGo] = (),
) -> list[Stretch]:
    """The free time of a machine as if nothing of it were offered; then what of it is."""
    here = [row for row in rows if row.machine_id == view.id]
    others = [row for row in here if row.kind != "offer"]
    offers = [row.busy for row in here if row.kind == "offer"]
    gone = [each for each in let_go if each.machine_id == view.id]
    if view.policy.attendance == "staffed":
        free = openings.room(view, calendar, span, others)
    else:
        full = openings.full_times(others, view.units, view.policy.turnaround_after)
        free = list(without([span], full))
    return [
        Stretch(
            view=view,
            period=period,
            others=others,
            offers=sum(offer.overlaps(period) for offer in offers),
            let_go=[each for each in gone if each.period.overlaps(period)],
        )
        for period in free
    ]


def places(
    stretch: Stretch, window: Period, length: timedelta, calendar: Calendar, now: datetime
) -> Iterator[Period]:
    """Every place of that length, on the grid, the earliest first.

    What is on the grid but has just begun, begins now: less by no more than the tolerance.
    """
    view, span = stretch.view, stretch.period.cut(window)
    if span is None:
        return
    minute, step = now.replace(second=0, microsecond=0), view.policy.granularity
    first = whole_minute(max(span.start, minute))
    if first <= now + MINUTE and first < span.end:
        below = on_grid_at_or_before(first, view, calendar)
        if first - below <= TOLERANCE and below + length <= span.end:
            yield Period(first, below + length)
        first += MINUTE
    at = first
    for _ in range(MOST_SEEN):
        at = openings.on_grid(Period(at, max(span.end, at)), view, calendar).start
        if at + length > span.end:
            return
        yield Period(at, at + length)
        at += step


def whole_minute(at: datetime) -> datetime:
    below = at.replace(second=0, microsecond=0)
    return below if below == at else below + MINUTE


def on_grid_at_or_before(at: datetime, view: MachineView, calendar: Calendar) -> datetime:
    face = at.astimezone(calendar.zone)
    into = timedelta(hours=face.hour, minutes=face.minute)
    return at - into % view.policy.granularity


def fits(entry: Entry, stretch: Stretch, calendar: Calendar, now: datetime) -> Iterator[Period]:
    """The places of an entry that its stretch can hold, clear of what it let go there."""
    if not entry.wants(stretch.view):
        return
    gone = stretch.let_go_by(entry)
    for period in places(stretch, entry.window, entry.length, calendar, now):
        if not any(period.overlaps(each) for each in gone) and stretch.may_take(period):
            yield period


def first_fit(entry: Entry, stretch: Stretch, situation: Situation) -> Fit | None:
    """The earliest place there that breaks no rule; else the first, with the rules it breaks.

    None where the stretch has no place at all for the entry.
    """
    refused: Fit | None = None
    tried = 0
    for period in fits(entry, stretch, situation.place.calendar, situation.now):
        if situation.closing(stretch.view, period) is not None:
            continue
        found = judged(entry, stretch, period, situation)
        if not found.codes:
            return found
        refused, tried = refused or found, tried + 1
        if tried >= MOST_TRIED:
            break
    return refused


def judged(entry: Entry, stretch: Stretch, period: Period, situation: Situation) -> Fit:
    wish = wish_of(entry, stretch.view.id, period, situation.now)
    facts = situation.facts(wish)
    codes = tuple(problem.code for problem in rules.problems(wish, facts))
    return Fit(stretch=stretch, period=period, wish=wish, facts=facts, codes=codes)


def wish_of(
    entry: Entry, machine_id: int, period: Period, now: datetime, booking_id: int | None = None
) -> Wish:
    """What has begun is judged like a use that starts this minute."""
    return Wish(
        machine_id=machine_id,
        period=period,
        intent=Intent.NOW if period.start <= now else Intent.OFFER,
        booking_id=booking_id,
        material=entry.material,
        own_material=entry.own_material,
    )
