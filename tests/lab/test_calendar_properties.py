"""The calendar against a slow and simple reading of the same hours, quarter by quarter."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from fablab.core.periods import Period
from fablab.core.zones import zone
from fablab.lab.calendar import Calendar
from fablab.lab.hours import ClosureDays, SeasonDays, Week, Window

QUARTER = timedelta(minutes=15)
MONDAY = date(2026, 11, 30)
clock_faces = st.integers(0, 95).map(lambda number: time(number // 4, number % 4 * 15))
windows = st.builds(Window, clock_faces, clock_faces)
days = st.lists(windows, max_size=3).map(tuple)
weeks = st.lists(days, min_size=7, max_size=7).map(lambda found: Week(tuple(found)))
near = st.integers(-3, 12).map(lambda number: MONDAY + timedelta(days=number))


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    first, last = sorted([draw(near), draw(near)])
    closed_from, closed_to = sorted([draw(near), draw(near)])
    confirmed = draw(st.booleans())
    return Calendar(
        zone=zone(draw(st.sampled_from(["UTC", "Africa/Casablanca", "Asia/Kathmandu"]))),
        week=draw(weeks),
        seasons=(SeasonDays(first_day=first, last_day=last, week=draw(weeks)),),
        closures=(ClosureDays(first_day=closed_from, last_day=closed_to, confirmed=confirmed),),
    )


instants = st.integers(0, 96 * 7).map(
    lambda number: datetime(2026, 11, 30, tzinfo=UTC) + QUARTER * number
)
periods = st.tuples(instants, st.integers(1, 72)).map(
    lambda found: Period(found[0], found[0] + QUARTER * found[1])
)


def simply_open(calendar: Calendar, instant: datetime) -> bool:
    """Look at the wall, at today's and yesterday's lists, and compare faces."""
    wall = instant.astimezone(calendar.zone).replace(tzinfo=None)
    for day in (wall.date(), wall.date() - timedelta(days=1)):
        if any(each.covers(day) for each in calendar.closures if each.confirmed):
            continue
        season = next((each for each in calendar.seasons if each.covers(day)), None)
        for window in (season.week if season else calendar.week).open[day.weekday()]:
            opens = datetime.combine(day, window.opens)
            closes = datetime.combine(day, window.closes)
            if closes <= opens:
                closes += timedelta(days=1)
            if opens <= wall < closes:
                return True
    return False


def ticks(period: Period) -> list[datetime]:
    count = period.length // QUARTER
    return [period.start + QUARTER * number for number in range(count)]


@given(calendars(), periods)
def test_open_is_what_the_lists_say(calendar: Calendar, period: Period) -> None:
    for instant in ticks(period):
        assert calendar.is_open(instant) == simply_open(calendar, instant)


@given(calendars(), periods)
def test_windows_cover_the_open_quarters_and_do_not_touch(
    calendar: Calendar, period: Period
) -> None:
    found = calendar.windows(period)
    for before, after in pairwise(found):
        assert before.end < after.start
    opened = [each for each in ticks(period) if any(one.contains(each) for one in found)]
    assert opened == [each for each in ticks(period) if simply_open(calendar, each)]
    length = sum((each.length for each in calendar.staffed(period)), timedelta())
    assert length == QUARTER * len(opened)


@given(calendars(), periods)
def test_staffed_is_open_all_the_time(calendar: Calendar, period: Period) -> None:
    allowed = calendar.attends(period, "staffed") is None
    assert allowed == all(simply_open(calendar, each) for each in ticks(period))
    assert allowed == calendar.is_staffed(period)


@given(calendars(), periods)
def test_what_runs_through_closed_hours_starts_and_ends_in_open_ones(
    calendar: Calendar, period: Period
) -> None:
    starts_well = simply_open(calendar, period.start)
    ends_well = simply_open(calendar, period.end) or simply_open(calendar, period.end - QUARTER)
    staffed, night, weekend = (
        calendar.attends(period, "staffed") is None,
        calendar.attends(period, "start_and_end_staffed", "night") is None,
        calendar.attends(period, "start_and_end_staffed", "weekend") is None,
    )
    assert not (night or weekend) or (starts_well and ends_well)
    assert staffed <= night <= weekend
    assert calendar.attends(period, "anytime") is None


@given(calendars(), periods)
def test_a_refusal_names_what_follows(calendar: Calendar, period: Period) -> None:
    why = calendar.attends(period, "staffed")
    if why and why.next_opening:
        assert calendar.is_open(why.next_opening.start)
        assert not calendar.is_open(why.next_opening.start - QUARTER)
    if why is None:
        closing = calendar.next_closing(period.start)
        assert closing is None or closing >= period.end


@given(calendars(), instants)
def test_the_next_opening_is_the_first(calendar: Calendar, instant: datetime) -> None:
    found = calendar.next_opening(instant)
    for tick in ticks(Period(instant, instant + timedelta(hours=12))):
        begins = simply_open(calendar, tick) and not simply_open(calendar, tick - QUARTER)
        if begins:
            assert found
            assert found.start == tick
            return
