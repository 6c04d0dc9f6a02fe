"""What is planned so far while the history is made up: who has which machine, and may they?"""

from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from fablab.bookings.tables import Kind
from fablab.core.periods import Period
from fablab.core.words import Words
from fablab.demo.accounts import ACCOUNT_SLUGS
from fablab.demo.cast import Bookable, Person
from fablab.lab.calendar import Calendar

WEEK = timedelta(days=7)
INSTANT = timedelta(microseconds=1)
ROOM_TO_TRY = 3  # bookings that whoever tries the demo may still make


class Fate(StrEnum):
    """What becomes of a booking in the end; what is asked for waits for the staff's word."""

    KEPT = "kept"
    INTERRUPTED = "interrupted"
    CANCELLED = "cancelled"
    MISSED = "missed"
    ASKED = "asked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """One row of the history, before its outcome is told. People by slug."""

    machine: Bookable
    period: Period
    unit: int = 1
    kind: Kind = Kind.USE
    fate: Fate = Fate.KEPT
    member: Person | None = None
    made_at: datetime
    made_by: str
    via: str = "web"
    title: Words = field(default_factory=Words)
    material: str = ""
    supervisor: str | None = None
    buddy: str | None = None
    project: str | None = None
    party: str | None = None

    @property
    def busy(self) -> Period:
        """The agreed time and, after a use, the turnaround."""
        after = self.machine.policy.turnaround_after if self.kind == Kind.USE else timedelta(0)
        return Period(self.period.start, self.period.end + after)


class Diary:
    """Everything planned so far; what was cancelled leaves its time to others."""

    def __init__(self, calendar: Calendar, now: datetime) -> None:
        self.calendar = calendar
        self.now = now
        self.planned: list[Planned] = []
        self.down: dict[str, Period] = {}
        self._units: dict[tuple[str, int], list[tuple[datetime, datetime]]] = defaultdict(list)
        self._own: dict[str, list[Planned]] = defaultdict(list)
        self._used: dict[tuple[str, date], timedelta] = defaultdict(timedelta)

    @property
    def zone(self) -> ZoneInfo:
        return self.calendar.zone

    @property
    def today(self) -> date:
        return self.calendar.day_of(self.now)

    def add(self, planned: Planned) -> None:
        self.planned.append(planned)
        if planned.fate == Fate.CANCELLED:
            return
        busy = planned.busy
        insort(self._units[planned.machine.slug, planned.unit], (busy.start, busy.end))
        if planned.member:
            self._own[planned.member.slug].append(planned)
            for week, used in self.hours(planned.machine, planned.period):
                self._used[planned.member.slug, week] += used

    def free_unit(self, machine: Bookable, busy: Period) -> int | None:
        """The first unit that is free all along, if there is one."""
        down = self.down.get(machine.slug)
        if down and down.overlaps(busy):
            return None
        units = range(1, machine.units + 1)
        return next((unit for unit in units if self._is_free(machine.slug, unit, busy)), None)

    def _is_free(self, slug: str, unit: int, busy: Period) -> bool:
        taken = self._units[slug, unit]
        following = bisect_left(taken, (busy.start, busy.start))
        if following < len(taken) and taken[following][0] < busy.end:
            return False
        return following == 0 or taken[following - 1][1] <= busy.start

    def suits(self, person: Person, machine: Bookable, period: Period) -> bool:
        """Whether the rules let the person have the machine then; its being free is not asked."""
        policy = machine.policy
        if not policy.min_duration <= period.length <= policy.max_duration:
            return False
        if self.calendar.attends(period, policy.attendance, policy.closed_hours):
            return False
        first_day = self.calendar.day_of(period.start)
        last_day = self.calendar.day_of(period.end - INSTANT)
        return (
            period.start > person.joined_at + timedelta(days=1)
            and person.may_use(machine, first_day, last_day)
            and self.age_allows(person, machine, period)
            and self.plan_allows(person, machine, period)
            and not self.is_elsewhere(person, period)
        )

    def age_allows(self, person: Person, machine: Bookable, period: Period) -> bool:
        return not person.is_minor or (not machine.is_red and self.is_staffed(period))

    def is_staffed(self, period: Period) -> bool:
        return any(period.within(window) for window in self.calendar.windows(period))

    def plan_allows(self, person: Person, machine: Bookable, period: Period) -> bool:
        """Open-lab windows, days ahead, hours a week and bookings at once."""
        terms = person.terms
        if terms is None:
            return True
        ahead = (self.calendar.day_of(period.end) - self.today).days
        coming = [each for each in self._own[person.slug] if each.period.start > self.now]
        most = terms.open_bookings - (ROOM_TO_TRY if person.slug in ACCOUNT_SLUGS else 0)
        open_lab = self.calendar.open_lab(period) if terms.open_lab_only else [period]
        return (
            ahead <= terms.horizon_days
            and (period.start <= self.now or len(coming) < most)
            and any(period.within(window) for window in open_lab)
            and all(
                self._used[person.slug, week] + used <= terms.per_week
                for week, used in self.hours(machine, period)
            )
        )

    def hours(self, machine: Bookable, period: Period) -> Iterator[tuple[date, timedelta]]:
        """What a booking costs of the hours of each week (its Monday): of prints the open hours."""
        parts = self.calendar.staffed(period) if machine.runs_alone else [period]
        for part in parts:
            day = self.calendar.day_of(part.start)
            yield day - timedelta(days=day.weekday()), part.length

    def is_elsewhere(self, person: Person, period: Period) -> bool:
        """Nobody is at two places at once; a print runs alone."""
        return any(
            each.period.overlaps(period)
            for each in self._own[person.slug]
            if not each.machine.runs_alone
        )

    def bookings_of(self, person: Person) -> list[Planned]:
        """What the person has not cancelled."""
        return self._own[person.slug]
