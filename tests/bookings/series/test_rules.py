"""On which days a series falls: against a calendar that is walked day by day."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fablab.bookings.series.refusals import MOST
from fablab.bookings.series.repeating import LAST, Repeat, Unit
from fablab.bookings.series.rules import Expansion, days, expanded
from fablab.core import zones
from fablab.core.periods import Period

DAY = timedelta(days=1)
CASABLANCA = zones.zone("Africa/Casablanca")
PARIS = zones.zone("Europe/Paris")


def naive(repeat: Repeat, first: date) -> Iterator[date]:
    """Every day from the first on that the words of the rule fit."""
    day, monday = first, first - DAY * first.weekday()
    while True:
        months = (day.year - first.year) * 12 + day.month - first.month
        fits = {
            Unit.DAY: (day - first).days % repeat.every == 0,
            Unit.WEEK: (day - monday).days // 7 % repeat.every == 0
            and day.weekday() in (repeat.weekdays or (first.weekday(),)),
            Unit.MONTH: months % repeat.every == 0 and fits_month(repeat, first, day),
        }
        if fits[repeat.unit]:
            yield day
        day += DAY


def fits_month(repeat: Repeat, first: date, day: date) -> bool:
    if repeat.nth is None:
        return day.day == first.day
    if day.weekday() != first.weekday():
        return False
    if repeat.nth == LAST:
        return (day + DAY * 7).month != day.month
    return (day.day - 1) // 7 + 1 == repeat.nth


def walked(repeat: Repeat, first: date, most: int) -> list[date]:
    found: list[date] = []
    for day in naive(repeat, first):
        if (repeat.until and day > repeat.until) or len(found) == (repeat.count or most):
            break
        if day > first + DAY * 3000:
            break
        found.append(day)
    return found


@st.composite
def repeats(draw: st.DrawFn) -> tuple[Repeat, date]:
    first = draw(st.dates(date(2026, 1, 1), date(2028, 12, 31)))
    unit = draw(st.sampled_from(Unit))
    weekdays = draw(st.none() | st.sets(st.integers(0, 6), min_size=1))
    nth = draw(st.none() | st.sampled_from([1, 2, 3, 4, 5, LAST]))
    ends = draw(st.booleans())
    return Repeat(
        unit=unit,
        every=draw(st.integers(1, 6)),
        weekdays=tuple(sorted(weekdays)) if weekdays and unit == Unit.WEEK else None,
        nth=nth if unit == Unit.MONTH else None,
        until=first + DAY * draw(st.integers(0, 700)) if ends else None,
        count=None if ends else draw(st.integers(1, 40)),
    ), first


@given(repeats())
def test_the_days_are_those_that_fit_the_words(asked: tuple[Repeat, date]) -> None:
    repeat, first = asked
    found = [day for day in days(repeat, first) if day <= first + DAY * 3000]
    assert found == walked(repeat, first, MOST + 1)


@given(repeats())
def test_a_month_is_skipped_when_it_has_no_such_day(asked: tuple[Repeat, date]) -> None:
    repeat, first = asked
    found = expansion(repeat, first)
    if found.problems or repeat.unit != Unit.MONTH:
        assert found.skipped == () or repeat.unit == Unit.MONTH
        return
    last = repeat.until or found.occasions[-1].day
    months, month = [], first.replace(day=1)
    while month <= last:
        after = (month + DAY * 31).replace(day=1)
        there = [month + DAY * n for n in range((after - month).days)]
        if after - DAY <= last and not any(fits_month(repeat, first, day) for day in there):
            months.append(month)
        for _ in range(repeat.every):
            month = (month + DAY * 31).replace(day=1)
    assert [each.month for each in found.skipped] == months


@given(repeats())
def test_what_is_kept_is_what_was_said(asked: tuple[Repeat, date]) -> None:
    repeat, _ = asked
    assert Repeat.of_dict(repeat.as_dict()) == repeat


def expansion(repeat: Repeat, first: date, most: int = 60) -> Expansion:
    start = datetime(first.year, first.month, first.day, 10, tzinfo=CASABLANCA)
    return expanded(repeat, Period(start, start + timedelta(hours=2)), CASABLANCA, most=most)


@given(repeats())
def test_ten_o_clock_is_ten_o_clock(asked: tuple[Repeat, date]) -> None:
    for each in expansion(*asked).occasions:
        if each.period:
            assert zones.wall(each.period.start, CASABLANCA).hour == 10
            assert zones.wall(each.period.end, CASABLANCA).hour == 12
            assert zones.local_date(each.period.start, CASABLANCA) == each.day


@pytest.mark.parametrize(
    ("first", "code", "day"),
    [
        (datetime(2027, 3, 27, 2, 30), "nonexistent_time", date(2027, 3, 28)),  # noqa: DTZ001
        (datetime(2027, 10, 30, 2, 30), "ambiguous_time", date(2027, 10, 31)),  # noqa: DTZ001
    ],
)
def test_a_date_whose_clock_has_no_such_time_says_so(first: datetime, code: str, day: date) -> None:
    start = first.replace(tzinfo=PARIS)
    found = expanded(
        Repeat(unit=Unit.DAY, count=3),
        Period(start, start + timedelta(hours=1)),
        PARIS,
        most=60,
    )
    assert [each.problems[0].code for each in found.occasions if not each.period] == [code]
    assert next(each.day for each in found.occasions if not each.period) == day


def test_the_first_may_say_which_of_two_it_means() -> None:
    second = datetime(2027, 10, 31, 1, 30, tzinfo=zones.UTC)  # 02:30 again
    given_period = Period(second, second + timedelta(hours=1))
    found = expanded(Repeat(unit=Unit.DAY, count=2), given_period, PARIS, most=60)
    assert found.occasions[0].period == given_period


@pytest.mark.parametrize(
    ("repeat", "code"),
    [
        (Repeat(unit=Unit.WEEK, weekdays=(), count=3), "no_weekday"),
        (Repeat(unit=Unit.DAY), "invalid_repeat"),
        (Repeat(unit=Unit.DAY, count=3, until=date(2027, 1, 1)), "invalid_repeat"),
        (Repeat(unit=Unit.DAY, count=0), "invalid_repeat"),
        (Repeat(unit=Unit.DAY, until=date(2026, 11, 30)), "invalid_repeat"),
        (Repeat(unit=Unit.DAY, weekdays=(1,), count=3), "invalid_repeat"),
        (Repeat(unit=Unit.WEEK, nth=1, count=3), "invalid_repeat"),
        (Repeat(unit=Unit.MONTH, nth=0, count=3), "invalid_repeat"),
        (Repeat(unit=Unit.WEEK, weekdays=(0,), until=date(2026, 12, 4)), "invalid_repeat"),
        (Repeat(unit=Unit.MONTH, every=12, count=40), "invalid_repeat"),
        (Repeat(unit=Unit.DAY, count=61), "series_too_long"),
        (Repeat(unit=Unit.DAY, count=1000), "series_too_long"),
    ],
)
def test_what_is_senseless_is_refused(repeat: Repeat, code: str) -> None:
    found = expansion(repeat, date(2026, 12, 1))
    assert [each.code for each in found.problems] == [code]


def test_too_many_may_be_set_aside_as_long_as_they_can_be_written() -> None:
    some, all_of_them = (
        expansion(Repeat(unit=Unit.DAY, count=count), date(2026, 12, 1)) for count in (61, 1000)
    )
    assert some.problems[0].overridable
    assert len(some.occasions) == 61
    assert not all_of_them.problems[0].overridable
    assert all_of_them.occasions == ()
