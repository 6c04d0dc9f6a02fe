"""On which days something repeats, and when it is on each. Values in, values out.

What repeats is wall-clock: every Tuesday at 10:00 stays at 10:00 when the clock changes.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

from dateutil import rrule

from fablab.bookings.rules.times import LONGEST_USE
from fablab.bookings.series.repeating import LAST, Repeat, Unit
from fablab.core import zones
from fablab.core.errors import Problem, Refused
from fablab.core.periods import Period
from fablab.core.words import N_, NN_

DAY = timedelta(days=1)
MOST = 366  # instances of one series, even where staff set the policy's limit aside
FARTHEST = timedelta(days=10 * 366)
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


def senseless(repeat: Repeat, first: date) -> Problem | None:
    """What can mean nothing, whatever the machine."""
    if repeat.unit == Unit.WEEK and not repeat.beginning(first).weekdays:
        return Problem("no_weekday", N_("Choose at least one day of the week."), "weekdays")
    if repeat.unit != Unit.WEEK and repeat.weekdays:
        message = N_("Days of the week are for what repeats by weeks.")
        return Problem("invalid_repeat", message, "weekdays")
    if repeat.unit != Unit.MONTH and repeat.nth is not None:
        message = N_("Which weekday of the month is for what repeats by months.")
        return Problem("invalid_repeat", message, "nth")
    if repeat.every < 1 or (repeat.nth is not None and repeat.nth not in (1, 2, 3, 4, 5, LAST)):
        return Problem("invalid_repeat", N_("This repeats never."), "every")
    if (repeat.until is None) == (repeat.count is None):
        message = N_("Say either the last day or how many times.")
        return Problem("invalid_repeat", message, "until")
    if repeat.count is not None and repeat.count < 1:
        return Problem("invalid_repeat", N_("At least once."), "count", {}, 1, [1])
    if repeat.until is not None and repeat.until < first:
        message = N_("The last day, {until}, comes before the first, {first}.")
        details = {"until": repeat.until, "first": first}
        return Problem("invalid_repeat", message, "until", details, None, [first])
    return None


def backwards(first: Period) -> Problem | None:
    if first.end <= first.start:
        return Problem("invalid_period", N_("The end must come after the start."), "ends_at")
    if first.length > LONGEST_USE:
        message = N_("A booking lasts at most {longest}.")
        details = {"longest": LONGEST_USE}
        return Problem("invalid_period", message, "ends_at", details, limit=LONGEST_USE)
    return None


def empty(found: Sequence[date], repeat: Repeat) -> Problem | None:
    if found:
        return None
    message = N_("No such day comes until {until}.")
    return Problem("invalid_repeat", message, "until", {"until": repeat.until})


def overlapping(found: Sequence[date], length: timedelta, turnaround: timedelta) -> Problem | None:
    """Instances longer than their distance, the time for cleaning up between them included."""
    distance = min((after - before for before, after in pairwise(found)), default=None)
    if distance is None or length + turnaround <= distance:
        return None
    message = N_("Each lasts {length}, but the next begins {distance} later: they would overlap.")
    details = {"length": length + turnaround, "distance": distance}
    return Problem("instances_overlap", message, "ends_at", details, distance)


def too_many(found: Sequence[date], most: int) -> Problem | None:
    if len(found) <= min(most, MOST):
        return None
    one, many = NN_("A series has at most {count} date.", "A series has at most {count} dates.")
    may = len(found) <= MOST
    limit = most if may else min(most, MOST)
    return Problem("series_too_long", one, "repeat", {}, limit, [limit], may, many, limit)


def too_far(found: Sequence[date], first: date) -> Problem | None:
    if found[-1] - first <= FARTHEST:
        return None
    return Problem("invalid_repeat", N_("A series ends within ten years."), "until")


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
