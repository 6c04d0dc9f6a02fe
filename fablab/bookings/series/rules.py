"""On which days something repeats, and when it is on each. Values in, values out.

What repeats is wall-clock: every Tuesday at 10:00 stays at 10:00 when the clock changes.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from dateutil import rrule

from fablab.bookings.series.refusals import (
    FARTHEST,
    MOST,
    backwards,
    empty,
    overlapping,
    senseless,
    too_far,
    too_many,
)
from fablab.bookings.series.repeating import Repeat, Unit
from fablab.core import zones
from fablab.core.errors import Problem, Refused
from fablab.core.periods import Period
from fablab.core.words import N_

DAY = timedelta(days=1)
STEPS = {Unit.DAY: rrule.DAILY, Unit.WEEK: rrule.WEEKLY, Unit.MONTH: rrule.MONTHLY}


@dataclass(frozen=True, slots=True)
class Occasion:
    """One date of a series. Without a period, `problems` says what its clock lacks."""

    day: date
    period: Period | None
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Skipped:
    """A month without such a day. `month` is its first day."""

    month: date
    problem: Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Expansion:
    """Every date of a series, the months it skips, and what is wrong with it as a whole."""

    repeat: Repeat
    occasions: tuple[Occasion, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    problems: tuple[Problem, ...] = field(default=())


def expanded(
    repeat: Repeat,
    first: Period,
    zone: ZoneInfo,
    *,
    most: int,
    turnaround: timedelta = timedelta(0),
) -> Expansion:
    """From its first period on. Of one that is wrong as a whole only what is wrong is told,
    unless staff may set that aside: too many dates are still shown, to MOST of them."""
    start, end = face(first.start, zone), face(first.end, zone)
    repeat = repeat.beginning(start.date())
    if wrong := senseless(repeat, start.date()) or backwards(first):
        return Expansion(repeat=repeat, problems=(wrong,))
    found = days(repeat, start.date())
    wrong = empty(found, repeat) or overlapping(found, end - start, turnaround)
    if wrong:
        return Expansion(repeat=repeat, problems=(wrong,))
    problems = tuple(each for each in (too_many(found, most), too_far(found, start.date())) if each)
    if any(not each.overridable for each in problems):
        return Expansion(repeat=repeat, problems=problems)
    occasions = tuple(occasion(day, start.time(), end - start, zone, first) for day in found)
    return Expansion(
        repeat=repeat,
        occasions=occasions,
        skipped=tuple(skipped(repeat, start.date(), found)),
        problems=problems,
    )


def face(instant: datetime, zone: ZoneInfo) -> datetime:
    """What the wall shows, without its offset."""
    return instant.astimezone(zone).replace(tzinfo=None)


def days(repeat: Repeat, first: date) -> list[date]:
    """In order, one more than MOST when there are more. Weeks begin on Monday."""
    repeat = repeat.beginning(first)
    rule = rrule.rrule(
        STEPS[repeat.unit],
        dtstart=datetime(first.year, first.month, first.day),  # noqa: DTZ001 - a clock face
        interval=repeat.every,
        wkst=rrule.MO,
        byweekday=weekdays(repeat, first),
        until=datetime.combine(repeat.until, time.max) if repeat.until else None,
        count=min(repeat.count, MOST + 1) if repeat.count else None,
        cache=False,
    )
    latest = first + FARTHEST + DAY
    found: list[date] = []
    for at in islice(rule, MOST + 1):
        found.append(at.date())
        if at.date() > latest:
            break
    return found


def weekdays(repeat: Repeat, first: date) -> list[rrule.weekday] | None:
    if repeat.unit == Unit.WEEK:
        return [rrule.weekday(each) for each in repeat.weekdays or ()]
    if repeat.nth is not None:
        return [rrule.weekday(first.weekday(), repeat.nth)]
    return None


def occasion(
    day: date, at: time, length: timedelta, zone: ZoneInfo, given: Period | None = None
) -> Occasion:
    """The date's own instants. A time that its clock skips or has twice is told, unless it is
    the first, which was given with its offset."""
    start = datetime.combine(day, at)
    if given and face(given.start, zone) == start and face(given.end, zone) == start + length:
        return Occasion(day, given)
    try:
        begins = zones.from_wall(start, zone, "starts_at")
        return Occasion(day, Period(begins, zones.from_wall(start + length, zone, "ends_at")))
    except Refused as refused:
        return Occasion(day, None, refused.problems)


def skipped(repeat: Repeat, first: date, found: Sequence[date]) -> Iterator[Skipped]:
    """The months in between that have no such day: the 31st, the fifth Friday."""
    if repeat.unit != Unit.MONTH:
        return
    month, last = first.replace(day=1), repeat.until or found[-1]
    while (after := next_month(month)) <= last + DAY:
        if not has_it(month, after - DAY, repeat, first):
            yield Skipped(month, missing(repeat, first))
        for _ in range(repeat.every):
            month = next_month(month)


def has_it(month: date, last: date, repeat: Repeat, first: date) -> bool:
    """Whether a month has that date, or so many of that weekday."""
    if repeat.nth is None:
        return first.day <= last.day
    number = first.weekday() - month.weekday()
    return number % 7 + 7 * (repeat.nth - 1) < last.day


def missing(repeat: Repeat, first: date) -> Problem:
    if repeat.nth is not None:
        return Problem("month_skipped", N_("This month has no such weekday: it is skipped."))
    message = N_("This month has no day {number}: it is skipped.")
    return Problem("month_skipped", message, None, {"number": first.day})


def next_month(month: date) -> date:
    return (month + DAY * 31).replace(day=1)
