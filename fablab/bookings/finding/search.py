"""The search itself, on what was read before: openings of several machines in order of time.

Only starts at which the machine is free are judged; each that is found passes every rule.
"""

from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from heapq import merge
from itertools import chain

from fablab.bookings import choices, openings, rules
from fablab.bookings.finding.alike import alike
from fablab.bookings.finding.often import Often
from fablab.bookings.finding.stretches import Stretch, stretches
from fablab.bookings.rules import Blocker, Wish, amounts, times
from fablab.bookings.situation import Situation
from fablab.bookings.usable import reasons
from fablab.core.errors import Problem
from fablab.core.periods import Period
from fablab.lab.calendar import Calendar
from fablab.machines.catalogue import MachineView

MOST_JUDGED = 500
"""Starts of one machine: enough for two weeks of a machine with steps of a quarter of an hour."""

# A later start meets these as well: the search of that machine is over.
FOR_GOOD = frozenset(
    {
        "too_far",
        "too_long",
        "plan_expired",
        "certificate_expires",
        "supervision_required",
        "account_held",
        "charter_not_accepted",
        "email_unverified",
    }
)
# Asked for in the form: whom to bring is not known while one looks for a time.
LATER = frozenset({"buddy_missing"})
# Of these the rules tell before when no start will do; the rest is a matter of each start.
UNTIL_THEN = frozenset({"too_soon", "in_the_past", "outside_plan_hours", "already_booked"})


Said = dict[Period, list[Problem]]


@dataclass(frozen=True, slots=True)
class Sought:
    """`hours` of the day that suit, on the lab's wall; None for all day."""

    machines: tuple[MachineView, ...]
    length: timedelta
    span: Period
    hours: tuple[time, time] | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """`period` may be booked as it is; `until` tells how long the machine stays free."""

    machine: MachineView
    period: Period
    until: datetime


def search(situation: Situation, sought: Sought) -> Iterator[Found]:
    """One for each free stretch that some start of suits, the earliest first; as lazily as read.

    `situation` has the rows of all these machines in the span, and what the person has used.
    """
    by_machine: dict[int, list[Blocker]] = {}
    for row in situation.rows:
        by_machine.setdefault(row.machine_id, []).append(row)
    own = tuple(row for row in situation.rows if row.member_id == situation.person.id)
    alone = Often.of(situation.with_rows(own))
    kinds: dict[Hashable, Said] = {}
    of_each = (
        Lane(
            alone,
            view,
            sought,
            tuple(by_machine.get(view.id, ())),
            kinds.setdefault(alike(view, alone), {}),
        ).found()
        for view in sought.machines
    )
    return merge(*of_each, key=lambda each: (each.period.start, each.machine.position))


def barred(situation: Situation, sought: Sought) -> dict[int, tuple[Problem, ...]]:
    """By machine, why this person has none of it whatever the time."""
    found = {}
    situation = situation.with_rows(())
    for view in sought.machines:
        back = choices.earliest_start(situation, view, timedelta(0)) is not None
        standing = tuple(
            problem
            for problem in reasons(situation, view, situation.now)
            if not (back and problem.code == "machine_unavailable")
        )
        wish = Wish(machine_id=view.id, period=suited(view, situation.now, sought.length))
        facts = situation.facts(wish)
        asked = (times.is_short_enough(wish, facts), amounts.is_within_quotas(wish, facts))
        others = (each for each in asked if each and is_for_good(each))
        if why := (*standing, *others):
            found[view.id] = why
    return found


def suited(view: MachineView, start: datetime, length: timedelta) -> Period:
    """At least that long, in whole steps of the machine."""
    step = view.policy.granularity
    wanted = max(length, view.policy.min_duration)
    return Period(start, start + -(-wanted // step) * step)


@dataclass(frozen=True, slots=True)
class Lane:
    """One machine and its rows; `alone` knows the person's own rows only."""

    alone: Situation
    view: MachineView
    sought: Sought
    rows: tuple[Blocker, ...]
    said: Said

    def found(self) -> Iterator[Found]:
        earliest = choices.earliest_start(self.alone, self.view, timedelta(0))
        span = self.sought.span
        length = suited(self.view, span.start, self.sought.length).length
        if earliest is None or length > self.view.policy.max_duration or earliest >= span.end:
            return
        span = Period(max(span.start, earliest), span.end)
        left = MOST_JUDGED
        for stretch in stretches(self.view, self.calendar, span, self.rows, length, self.hours):
            at = self.step(stretch.first)
            while at <= stretch.last and left > 0:
                period = Period(at, at + length)
                if not self.attended(period):
                    at = self.step(at + timedelta.resolution)
                    continue
                left -= 1
                problems = self.problems(period)
                if not problems:
                    yield Found(self.view, period, self.until(at, stretch))
                    break
                if any(is_for_good(problem) for problem in problems):
                    return
                at = self.step(max(at + timedelta.resolution, self.next_start(at, problems)))

    @property
    def calendar(self) -> Calendar:
        return self.alone.place.calendar

    @property
    def hours(self) -> tuple[time, time] | None:
        return self.sought.hours

    def step(self, at: datetime) -> datetime:
        """The first step of the grid from there on."""
        far = Period(at, at + timedelta(days=1))
        return openings.on_grid(far, self.view, self.calendar).start

    def attended(self, period: Period) -> bool:
        """Stretches of staffed machines lie in opening hours as they are."""
        if self.view.policy.attendance == "staffed":
            return True
        return self.alone.closing(self.view, period) is None

    def problems(self, period: Period) -> list[Problem]:
        """What is said of one machine is said of its like: they are asked about once."""
        found = self.said.get(period)
        if found is None:
            found = self.said[period] = self.judged(period)
        return found

    def judged(self, period: Period) -> list[Problem]:
        wish = Wish(machine_id=self.view.id, period=period)
        situation = self.alone
        if self.view.units > 1:
            beside = [row for row in self.rows if row.busy.overlaps(self.busy(period))]
            own = [row for row in situation.rows if row.machine_id != self.view.id]
            situation = situation.with_rows((*own, *beside))
        found = rules.problems(wish, situation.facts(wish))
        return [problem for problem in found if problem.code not in LATER]

    def busy(self, period: Period) -> Period:
        return Period(period.start, period.end + self.view.policy.turnaround_after)

    def until(self, at: datetime, stretch: Stretch) -> datetime:
        """Whole steps from a start that is on the grid."""
        step = self.view.policy.granularity
        return at + (stretch.end - at) // step * step

    def next_start(self, at: datetime, problems: Iterable[Problem]) -> datetime:
        """Later than any start that must meet the same problem."""
        named = (
            instant
            for problem in problems
            if problem.code in UNTIL_THEN
            for instant in problem.nearest or ()
            if isinstance(instant, datetime)
        )
        return max(chain(named, self.after_quotas(problems)), default=at)

    def after_quotas(self, problems: Iterable[Problem]) -> Iterator[datetime]:
        """A staffed booking counts whole: it must not begin so that all of it is still within."""
        if self.view.policy.attendance != "staffed":
            return
        for problem in problems:
            if problem.code == "quota_exceeded" and problem.nearest:
                yield problem.nearest[0] - self.sought.length


def is_for_good(problem: Problem) -> bool:
    """Whether every later start meets it too: such as a quota of open bookings, of no date."""
    return problem.code in FOR_GOOD or (problem.code == "quota_exceeded" and not problem.nearest)
