"""How much of a quota is used: pure numbers of lab days."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from fablab.core.periods import Period
from fablab.core.words import Words
from fablab.core.zones import zone
from fablab.lab.calendar import Calendar
from fablab.lab.hours import Week, Window
from fablab.quotas.measures import Hours, Measure, Span
from fablab.quotas.rules import Tally, Terms, Use, first_day, next_first, standing, tallies
from tests.factories import MONDAY, hours

WINDOWS = (Window(time(9), time(18, 30)),)
CALENDAR = Calendar(zone=zone("Africa/Casablanca"), week=Week((WINDOWS,) * 7, ((),) * 7))
LATE = Calendar(
    zone=zone("Africa/Casablanca"), week=Week(((Window(time(21), time(0, 30)),),) * 7, ((),) * 7)
)


def terms(measure: Measure = Measure.HOURS, most: int = 120, **more: object) -> Terms:
    return Terms(name=Words(en="Limit"), measure=measure, most=most, **more)  # type: ignore[arg-type]


def use(period: Period, booking_id: int | None = None, **more: object) -> Use:
    known: dict[str, object] = {"machine_id": 1, "category_id": 1}
    return Use(booking_id=booking_id, period=period, **known | more)  # type: ignore[arg-type]


def asked(quota: Terms, wish: Use, *uses: Use, calendar: Calendar = CALENDAR) -> list[Tally]:
    return list(tallies([quota], uses, wish, MONDAY, calendar))


@pytest.mark.parametrize(
    ("span", "first", "following"),
    [
        (Span.DAY, date(2026, 12, 2), date(2026, 12, 3)),
        (Span.WEEK, date(2026, 11, 30), date(2026, 12, 7)),
        (Span.MONTH, date(2026, 12, 1), date(2027, 1, 1)),
    ],
)
def test_periods_are_whole_lab_days_monday_first(span: Span, first: date, following: date) -> None:
    assert first_day(date(2026, 12, 2), span) == first
    assert next_first(first, span) == following


def test_what_was_used_and_would_be_is_told() -> None:
    [tally] = asked(terms(span=Span.DAY), use(hours(3)), use(hours(1, 1.5), 7))
    assert (tally.before, tally.after, tally.left) == (90, 150, 30)
    assert tally.is_exceeded


def test_a_change_that_lowers_or_keeps_the_use_is_never_refused() -> None:
    """Even where the limit was lowered meanwhile."""
    quota = terms(most=30, span=Span.DAY)
    for length in (2, 1):
        [tally] = asked(quota, use(hours(3, length), 7), use(hours(3, 2), 7))
        assert not tally.is_exceeded
    [longer] = asked(quota, use(hours(3, 2.5), 7), use(hours(3, 2), 7))
    assert longer.is_exceeded


def test_moving_into_a_full_week_is_refused_though_the_whole_stays_the_same() -> None:
    quota = terms(Measure.BOOKINGS, 1)
    full = use(hours(7 * 24), 8)
    old, new = asked(quota, use(hours(8 * 24), 7), full, use(hours(1), 7))
    assert (old.before, old.after, old.is_exceeded) == (1, 0, False)
    assert (new.before, new.after, new.is_exceeded) == (1, 2, True)


def test_a_night_is_split_at_local_midnight() -> None:
    quota = terms(span=Span.DAY, hours=Hours.ALL)
    night = asked(quota, use(hours(8, 17)))
    assert [(tally.first.day, tally.after) for tally in night] == [(30, 7 * 60), (1, 10 * 60)]


def test_only_opening_hours_count_where_the_quota_says_so() -> None:
    [first, second] = asked(terms(span=Span.DAY), use(hours(8, 17)))
    assert (first.after, second.after) == (90, 60)
    assert [tally.after for tally in asked(terms(), use(hours(12, 8)))] == [0]


def test_a_window_past_midnight_counts_on_both_days() -> None:
    [first, second] = asked(terms(span=Span.DAY), use(hours(11, 5)), calendar=LATE)
    assert (first.after, second.after) == (180, 30)


def test_a_day_of_twenty_five_hours_holds_twenty_five() -> None:
    """2026-09-20: the clock goes back for good."""
    quota = terms(span=Span.DAY, hours=Hours.ALL, most=25 * 60)
    start = datetime(2026, 9, 19, 23, tzinfo=UTC)  # midnight at UTC+1
    [day] = asked(quota, use(Period(start, start + timedelta(hours=25))))
    assert (day.first, day.after, day.is_exceeded) == (date(2026, 9, 20), 25 * 60, False)


def test_open_bookings_are_those_ahead_or_running() -> None:
    quota = terms(Measure.OPEN, 2)
    over = use(hours(-3), 1)  # nobody has settled it yet
    done = use(hours(-2), 2, is_open=False)
    [tally] = asked(quota, use(hours(9 * 24)), over, done, use(hours(1), 3))
    assert (tally.before, tally.after, tally.is_exceeded) == (1, 2, False)
    [third] = asked(quota, use(hours(1)), use(hours(40 * 24), 4), use(hours(2), 5))
    assert third.is_exceeded


def test_extending_what_is_open_opens_nothing() -> None:
    [tally] = asked(terms(Measure.OPEN, 1), use(hours(-1, 2), 7), use(hours(-1), 7))
    assert (tally.before, tally.after) == (1, 1)


@pytest.mark.parametrize(
    ("where", "counts"),
    [
        ({}, True),
        ({"machine_id": 1}, True),
        ({"category_id": 1}, True),
        ({"machine_id": 2}, False),
        ({"category_id": 2}, False),
    ],
)
def test_a_quota_counts_where_it_says(where: dict[str, int], counts: bool) -> None:
    assert bool(asked(terms(**where), use(hours(1)))) == counts


def test_leaving_a_machine_of_the_quota_never_breaks_it() -> None:
    assert asked(terms(machine_id=1), use(hours(1, 5), 7, machine_id=2), use(hours(1), 7)) == []


def test_it_binds_those_of_a_plan_and_role() -> None:
    assert terms().binds(None, "trainer")
    assert terms(plan_id=3).binds(3, "member")
    assert not terms(plan_id=3).binds(None, "member")
    assert not terms(role="trainer").binds(3, "member")


def test_the_meter_tells_the_period_of_the_day() -> None:
    uses = [use(hours(1, 1.5), 1), use(hours(7 * 24, 3), 2)]
    this = standing(terms(), uses, date(2026, 12, 6), MONDAY, CALENDAR)
    following = standing(terms(), uses, date(2026, 12, 7), MONDAY, CALENDAR)
    assert (this.before, this.first) == (90, date(2026, 11, 30))
    assert (following.before, following.left) == (180, 0)
    assert this.covers(date(2026, 12, 6))
    assert not this.covers(date(2026, 12, 7))
