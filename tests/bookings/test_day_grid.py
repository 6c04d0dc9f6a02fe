"""What the schedule draws: the hours of a day, the place of a piece, the words of a time."""

from datetime import UTC, date, datetime, timedelta

import pytest

from fablab.bookings.choices import Step
from fablab.bookings.pages import times
from fablab.bookings.pages.strips import Strip, filled, strip
from fablab.core import zones
from fablab.core.periods import Period

BERKANE = zones.zone("Africa/Casablanca")
MONDAY = date(2026, 11, 30)
DAY = zones.day(MONDAY, BERKANE)


def at(hour: float, day: Period = DAY) -> datetime:
    return day.start + timedelta(hours=hour)


def span(start: float, end: float, day: Period = DAY) -> Period:
    return Period(at(start, day), at(end, day))


OPEN = span(9, 18.5)


@pytest.mark.parametrize(
    ("windows", "busy", "first", "last"),
    [
        ([OPEN], [], 9, 19),
        ([span(9, 11.5), span(14.5, 18.5)], [], 9, 19),
        ([OPEN], [span(7.5, 8)], 7, 19),
        ([OPEN], [span(19, 21)], 9, 21),
        ([OPEN], [span(17, 33)], 9, 19),
        ([OPEN], [span(-7, 9.5)], 9, 19),
        ([OPEN], [span(-7, 20.5)], 9, 21),
        ([span(20, 26)], [], 20, 26),
        ([], [span(10, 11)], 10, 11),
        ([], [], 8, 20),
    ],
    ids=[
        "a day",
        "with a break",
        "something early",
        "something late",
        "over night, the evening",
        "over night, the morning",
        "over night, longer than the lab is open",
        "open past midnight",
        "closed, and used all the same",
        "closed and empty",
    ],
)
def test_the_hours_shown(
    windows: list[Period], busy: list[Period], first: float, last: float
) -> None:
    assert strip(DAY, windows, busy, BERKANE).period == span(first, last)


def test_nothing_fills_an_empty_day() -> None:
    assert filled(DAY, [], [span(-20, -10), span(30, 31)], BERKANE) is None


def test_the_longest_day_is_not_longer_than_the_look_can_draw() -> None:
    windows = [span(0, 24), span(20, 30)]
    assert strip(DAY, windows, [], BERKANE).hours == 25


@pytest.mark.parametrize(
    ("period", "place"),
    [
        (span(9, 10), (0, 12)),
        (span(9.5, 9.75), (6, 3)),
        (span(8, 10), (0, 12)),
        (span(18, 30), (108, 12)),
        (Period(at(9) + timedelta(minutes=7), at(9) + timedelta(minutes=8)), (1, 1)),
        (Period(at(9) + timedelta(minutes=4), at(9) + timedelta(minutes=6)), (0, 2)),
        (span(7, 9), None),
        (span(19, 20), None),
    ],
    ids=str,
)
def test_the_place_of_a_piece(period: Period, place: tuple[int, int] | None) -> None:
    assert Strip(span(9, 19)).place(period) == place


def test_the_hours_are_those_of_the_wall_when_the_clock_goes_back() -> None:
    """Berkane, 20 September 2026: at two it is one again."""
    night = zones.day(date(2026, 9, 20), BERKANE)
    labels = Strip(span(0, 5, night)).labels(BERKANE)
    assert labels == ["00:00", "01:00", "01:00", "02:00", "03:00"]
    assert Strip(night).hours == 25


def test_the_same_time_twice_is_told_apart() -> None:
    first = datetime(2026, 9, 20, 0, 30, tzinfo=UTC)
    steps = [Step(first), Step(first + timedelta(hours=1))]
    shown = times.options(steps, date(2026, 9, 20), BERKANE)
    assert [(value, words) for value, words, _ in shown] == [
        ("2026-09-20T01:30:00+01:00", "01:30, the first"),
        ("2026-09-20T01:30:00+00:00", "01:30, the second"),
    ]


def test_taken_times_are_marked_unless_they_were_typed() -> None:
    steps = [Step(at(9)), Step(at(10), free=False), Step(at(33))]
    yours = times.options([Step(at(10), free=False, yours=True)], MONDAY, BERKANE)
    assert [words for _, words, _ in yours] == ["10:00 (yours)"]
    value = "2026-11-30T10:00:00+00:00"
    plain = times.options(steps, MONDAY, BERKANE)
    assert [words for _, words, _ in plain] == ["09:00", "10:00 (taken)", "09:00, Tue 1 Dec"]
    assert [shut for _, _, shut in plain] == [False, True, False]
    assert [shut for _, _, shut in times.options(steps, MONDAY, BERKANE, (value,))] == [False] * 3


@pytest.mark.parametrize("typed", ["soon", "2026-11-30T10:10", "0001-01-01T00:00:00+14:00"])
def test_what_was_typed_is_never_lost(typed: str) -> None:
    shown = times.options([Step(at(9))], MONDAY, BERKANE, (typed,))
    assert [value for value, _, _ in shown] == [typed, "2026-11-30T09:00:00+00:00"]
