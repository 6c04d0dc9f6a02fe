"""What the booking form offers: the legal times of one machine on one day, one of them chosen."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from fablab.bookings import choices, rules
from fablab.bookings.choices import Step
from fablab.bookings.rules import Facts, Intent, Wish, place
from fablab.bookings.situation import Situation
from fablab.bookings.tables import Booking
from fablab.bookings.taken import around
from fablab.core import zones
from fablab.core.errors import Problem
from fablab.core.periods import Period
from fablab.lab.calendar import Calendar
from fablab.machines.catalogue import MachineView

USUAL, NONE = timedelta(hours=1), timedelta(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """`start` and `end` are what the form proposes; `now_ends` the ends of a start this minute.

    `last` is the last day within the horizon.
    """

    machine: MachineView
    day: date
    last: date
    starts: Sequence[Step]
    ends: Sequence[Step]
    start: datetime | None = None
    end: datetime | None = None
    now_ends: Sequence[Step] = ()

    @property
    def proposed(self) -> Period | None:
        return Period(self.start, self.end) if self.start and self.end else None


def last_day(situation: Situation, view: MachineView) -> date:
    """The end of the horizon: the machine's or the plan's, whichever is nearer."""
    days = view.policy.horizon
    if situation.person.plan_horizon is not None:
        days = min(days, situation.person.plan_horizon)
    return situation.place.calendar.day_of(situation.now) + timedelta(days=days)


def first_day(calendar: Calendar, now: datetime) -> date:
    """The day to begin with: today while the lab is open, else that of its next opening."""
    opening = calendar.window_at(now) or calendar.next_opening(now)
    return calendar.day_of(max(now, opening.start) if opening else now)


async def offer(
    situation: Situation,
    view: MachineView,
    day: date,
    *,
    start: datetime | None = None,
    end: datetime | None = None,
    changed: Booking | None = None,
) -> Offer:
    """One statement. A booking that is being changed does not stand in its own way."""
    whole = zones.day(day, situation.place.zone)
    reach = view.policy.max_duration + view.policy.turnaround_after
    span = Period(whole.start, whole.end + reach)
    rows = await around([view.id], span, situation.person.id)
    others = tuple(row for row in rows if changed is None or row.id != changed.id)
    seen = situation.with_rows(others)
    starts = choices.starts(seen, view, day, view.policy.notice_to_move if changed else NONE)
    starts = with_own(starts, changed, whole)
    chosen = chosen_start(starts, start)
    ends = choices.ends(seen, view, starts[0].at, starts[-1].at) if starts else []
    today = whole.contains(situation.now)
    return Offer(
        machine=view,
        day=day,
        last=last_day(situation, view),
        starts=starts,
        ends=ends,
        start=chosen,
        end=chosen_end(seen, view, ends, chosen, kept_end(end, start, chosen)) if chosen else None,
        now_ends=ends_from_now(seen, view) if today and not changed else (),
    )


def with_own(starts: list[Step], changed: Booking | None, day: Period) -> list[Step]:
    """The present start may be kept, however near it is."""
    if changed is None or not day.contains(changed.starts_at):
        return starts
    own = Step(changed.starts_at)
    return starts if own in starts else sorted([own, *starts], key=lambda step: step.at)


def chosen_start(starts: Sequence[Step], wished: datetime | None) -> datetime | None:
    """The wished one if it may be chosen, else the first free from there on."""
    free = [step.at for step in starts if step.free]
    later = [at for at in free if wished is None or at >= wished]
    return next(iter(later or free), None)


def kept_end(end: datetime | None, wished: datetime | None, start: datetime) -> datetime | None:
    """The wished end, unless its start is taken: with another one it would be another length."""
    return end if wished in (None, start) else None


def chosen_end(
    situation: Situation,
    view: MachineView,
    ends: Sequence[Step],
    start: datetime,
    wished: datetime | None,
) -> datetime | None:
    """The wished one, else an hour later, or as much of it as is free."""
    policy = view.policy
    length = max(policy.min_duration, min(USUAL, policy.max_duration))
    facts = situation.facts(choices.minimal(view, start))
    later = [
        step.at for step in ends if policy.min_duration <= step.at - start <= policy.max_duration
    ]
    if wished in later:
        return wished
    free = [at for at in later if is_free(view, Period(start, at), facts)]
    usual = [at for at in free if at <= start + length]
    return max(usual, default=min(free or later, default=None))


def is_free(view: MachineView, period: Period, facts: Facts) -> bool:
    return place.fits(Wish(machine_id=view.id, period=period), facts)


def ends_from_now(situation: Situation, view: MachineView) -> list[Step]:
    """The ends of a use that starts this minute; none when it may not."""
    start = situation.now.replace(second=0, microsecond=0)
    steps = choices.ends(situation, view, start, start)
    if not steps or starting_now(situation, view, Period(start, steps[0].at)):
        return []
    facts = situation.facts(choices.minimal(view, start))
    return [
        step
        for step in steps
        if is_free(view, Period(start, step.at), facts)
        and situation.closing(view, Period(start, step.at)) is None
    ]


def starting_now(situation: Situation, view: MachineView, period: Period) -> tuple[Problem, ...]:
    wish = Wish(machine_id=view.id, period=period, intent=Intent.NOW)
    return rules.problems(wish, situation.facts(wish))
