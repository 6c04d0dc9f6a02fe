"""How much of a quota a booking would use up. Values in, numbers out."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from fablab.core import zones
from fablab.core.periods import Period
from fablab.core.words import Words
from fablab.lab.calendar import Calendar
from fablab.quotas.measures import Hours, Measure, Span

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """A quota as it binds somebody. `most` is minutes where hours are measured, else bookings."""

    name: Words
    measure: Measure
    most: int
    span: Span = Span.WEEK
    hours: Hours = Hours.OPENING
    machine_id: int | None = None
    category_id: int | None = None
    plan_id: int | None = None
    role: str = ""

    def covers(self, machine_id: int, category_id: int | None) -> bool:
        if self.machine_id is not None:
            return self.machine_id == machine_id
        return self.category_id in (None, category_id)

    def amount(self, number: int) -> timedelta | int:
        """Minutes as a length, bookings as a number."""
        return MINUTE * number if self.measure == Measure.HOURS else number

    def binds(self, plan_id: int | None, role: str) -> bool:
        return self.plan_id in (None, plan_id) and self.role in ("", role)


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """What a booking takes of somebody's quotas.

    `period` is what counts: as agreed; finished early, interrupted or given up what was used; a
    no-show in full. `is_open`: it lies ahead or runs.
    """

    booking_id: int | None
    machine_id: int
    category_id: int | None
    period: Period
    is_open: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """One period of one quota, before a wish and after it. `first` is the period's first day.

    The numbers are minutes or bookings, as the terms measure.
    """

    terms: Terms
    first: date
    before: int
    after: int

    @property
    def is_exceeded(self) -> bool:
        """A change is refused only where it raises the use above the limit."""
        return self.after > self.terms.most and self.after > self.before

    @property
    def left(self) -> int:
        return max(self.terms.most - self.before, 0)

    def covers(self, day: date) -> bool:
        return self.first <= day < next_first(self.first, self.terms.span)


def tallies(
    terms: Iterable[Terms], uses: Sequence[Use], wish: Use, now: datetime, calendar: Calendar
) -> tuple[Tally, ...]:
    """Every period of every quota that the wish touches, or that the booking it changes does.

    The booking that is changed is the one of the uses with the wish's `booking_id`.
    """
    found: list[Tally] = []
    for each in terms:
        if each.covers(wish.machine_id, wish.category_id):
            found += tallies_of(each, uses, wish, now, calendar)
    return tuple(found)


def tallies_of(
    terms: Terms, uses: Sequence[Use], wish: Use, now: datetime, calendar: Calendar
) -> Iterator[Tally]:
    changed = wish.booking_id
    own = [use for use in uses if changed is not None and use.booking_id == changed]
    others = covered_by(terms, (use for use in uses if use not in own), now)
    own = [use for use in own if terms.covers(use.machine_id, use.category_id)]
    firsts = {first for use in (wish, *own) for first in touched(terms, use.period, now, calendar)}
    for first in sorted(firsts):
        whole = period_of(first, terms.span, calendar)
        rest = used(terms, others, whole, calendar)
        yield Tally(
            terms=terms,
            first=first,
            before=rest + used(terms, own, whole, calendar),
            after=rest + used(terms, [wish], whole, calendar),
        )


def covered_by(terms: Terms, uses: Iterable[Use], now: datetime) -> list[Use]:
    """Those that a quota counts. What has ended is not open, whether anybody noticed or not."""
    found = (use for use in uses if terms.covers(use.machine_id, use.category_id))
    if terms.measure == Measure.OPEN:
        return [use for use in found if use.is_open and use.period.end > now]
    return list(found)


def standing(
    terms: Terms, uses: Iterable[Use], day: date, now: datetime, calendar: Calendar
) -> Tally:
    """How much is used in the day, week or month of that day; of open bookings, now."""
    first = day if terms.measure == Measure.OPEN else first_day(day, terms.span)
    whole = period_of(first, terms.span, calendar)
    number = used(terms, covered_by(terms, uses, now), whole, calendar)
    return Tally(terms=terms, first=first, before=number, after=number)


def touched(terms: Terms, period: Period, now: datetime, calendar: Calendar) -> list[date]:
    """The first days of the periods in which something of that time counts."""
    if terms.measure == Measure.OPEN:
        return [calendar.day_of(now)]
    first = first_day(calendar.day_of(period.start), terms.span)
    if terms.measure == Measure.BOOKINGS:
        return [first]
    last = calendar.day_of(max(period.start, period.end - timedelta.resolution))
    found = []
    while first <= last:
        found.append(first)
        first = next_first(first, terms.span)
    return found


def used(terms: Terms, uses: Iterable[Use], whole: Period, calendar: Calendar) -> int:
    """Minutes or bookings within that period. Open bookings count whenever they are."""
    if terms.measure == Measure.OPEN:
        return sum(1 for _ in uses)
    if terms.measure == Measure.BOOKINGS:
        return sum(whole.contains(use.period.start) for use in uses)
    parts = (part for use in uses if (part := use.period.cut(whole)))
    return sum((counted(terms, part, calendar) for part in parts), timedelta(0)) // MINUTE


def counted(terms: Terms, part: Period, calendar: Calendar) -> timedelta:
    if terms.hours == Hours.ALL:
        return part.length
    return sum((each.length for each in calendar.staffed(part)), timedelta(0))


def period_of(first: date, span: Span, calendar: Calendar) -> Period:
    """Whole lab days, from midnight to midnight on the wall."""
    return Period(
        zones.midnight(first, calendar.zone), zones.midnight(next_first(first, span), calendar.zone)
    )


def first_day(day: date, span: Span) -> date:
    """The day on which its day, week (Monday) or month begins."""
    match span:
        case Span.DAY:
            return day
        case Span.WEEK:
            return day - DAY * day.weekday()
        case Span.MONTH:
            return day.replace(day=1)


def next_first(first: date, span: Span) -> date:
    match span:
        case Span.DAY:
            return first + DAY
        case Span.WEEK:
            return first + DAY * 7
        case Span.MONTH:
            return (first + DAY * 31).replace(day=1)
