"""Hours: the week, what replaces it, windows past midnight, days on which the clock changes."""

from datetime import timedelta

import pytest

from fablab.core.words import Words
from tests.lab.hours import (
    ALWAYS,
    RAMADAN,
    USUAL,
    at,
    calendar,
    closure,
    day,
    exception,
    faces,
    period,
    season,
    week,
)


def test_the_week_has_several_windows_a_day() -> None:
    friday = calendar().opening(day("2026-11-27"))
    assert faces(friday.windows) == ["Fri 09:00-11:30", "Fri 14:30-18:30"]
    assert friday.reason is None
    assert not friday.closed_by


def test_a_day_without_windows_is_closed_by_the_week() -> None:
    assert calendar().opening(day("2026-11-29")).closed_by == "week"


def test_a_confirmed_season_replaces_the_week() -> None:
    ramadan = calendar(seasons=(season("2027-02-08", "2027-03-08"),))
    thursday = ramadan.opening(day("2027-02-11"))
    assert faces(thursday.windows) == ["Thu 09:00-15:00", "Thu 21:00-00:30"]
    assert thursday.reason == Words(en="Ramadan hours")
    assert faces(ramadan.opening(day("2027-03-09")).windows) == ["Tue 09:00-18:30"]


def test_an_unconfirmed_season_changes_nothing_and_is_named() -> None:
    expected = calendar(seasons=(season("2027-02-08", "2027-03-08", confirmed=False),))
    thursday = expected.opening(day("2027-02-11"))
    assert faces(thursday.windows) == ["Thu 09:00-18:30"]
    assert thursday.unconfirmed_season == Words(en="Ramadan hours")


@pytest.mark.parametrize("longer_first", [True, False])
def test_the_shorter_of_two_seasons_wins(longer_first: bool) -> None:
    long = season("2027-02-01", "2027-04-30", USUAL, name=Words(en="Spring"))
    short = season("2027-02-08", "2027-03-08")
    both = (long, short) if longer_first else (short, long)
    found = calendar(seasons=both)
    assert found.opening(day("2027-02-11")).reason == Words(en="Ramadan hours")
    assert found.opening(day("2027-02-05")).reason == Words(en="Spring")


def test_a_closure_beats_a_season_and_an_exception_beats_both() -> None:
    found = calendar(
        seasons=(season("2027-02-08", "2027-03-08"),),
        closures=(closure("2027-02-10", "2027-02-11"),),
        exceptions=(exception("2027-02-11", "10:00-12:00"),),
    )
    closed, opened = found.days(day("2027-02-10"), 2)
    assert (closed.windows, closed.closed_by) == ((), "closure")
    assert closed.reason == Words(en="Stocktake")
    assert faces(opened.windows) == ["Thu 10:00-12:00"]
    assert opened.decided_by == "exception"


def test_an_unconfirmed_closure_closes_nothing_and_is_named() -> None:
    found = calendar(closures=(closure("2027-03-09", confirmed=False),))
    tuesday = found.opening(day("2027-03-09"))
    assert faces(tuesday.windows) == ["Tue 09:00-18:30"]
    assert tuesday.unconfirmed == Words(en="Stocktake")
    assert found.opening(day("2027-03-10")).unconfirmed is None


def test_an_exception_without_windows_closes_the_day() -> None:
    found = calendar(exceptions=(exception("2026-11-26", ""),))
    assert found.opening(day("2026-11-26")).closed_by == "exception"


def test_a_window_past_midnight_belongs_to_the_day_it_starts() -> None:
    found = calendar(week=RAMADAN)
    assert found.is_open(at("2026-11-27 00:29"))
    assert not found.is_open(at("2026-11-27 00:30"))
    assert faces(found.opening(day("2026-11-27")).windows) == ["Fri 09:00-11:30", "Fri 13:30-15:00"]
    assert faces(found.windows(period("2026-11-27 00:00", "01:00"))) == ["Thu 21:00-00:30"]


def test_a_closed_day_does_not_cut_the_evening_before() -> None:
    found = calendar(week=RAMADAN, closures=(closure("2026-11-27"),))
    assert found.is_open(at("2026-11-27 00:15"))
    assert not found.is_open(at("2026-11-27 10:00"))


def test_windows_that_meet_are_one() -> None:
    found = calendar(week=week("09:00-12:00 12:00-18:00", "", "", "", "", "", ""))
    assert faces(found.windows(period("2026-11-30 10:00", "13:00"))) == ["Mon 09:00-18:00"]


def test_open_lab_stays_inside_the_opening_hours() -> None:
    found = calendar(exceptions=(exception("2026-11-25", "16:00-20:00"),))
    assert faces(found.opening(day("2026-11-25")).open_lab) == ["Wed 16:00-18:30"]
    assert faces([found.next_open_lab(at("2026-11-26 10:00"))]) == ["Sat 09:00-13:00"]
    assert faces(found.open_lab(period("2026-11-28 12:00", "15:00"))) == ["Sat 09:00-13:00"]


def test_next_opening_and_closing() -> None:
    found = calendar(closures=(closure("2026-11-30"),))
    assert faces([found.next_opening(at("2026-11-28 14:00"))]) == ["Tue 09:00-18:30"]
    assert found.next_closing(at("2026-11-27 10:00")) == at("2026-11-27 11:30")
    assert found.next_closing(at("2026-11-27 12:00")) == at("2026-11-27 18:30")


def test_a_lab_that_never_closes_has_no_closing_and_one_that_never_opens_no_opening() -> None:
    assert calendar(week=ALWAYS).next_closing(at("2026-11-27 10:00")) is None
    assert calendar(week=week(*("",) * 7)).next_opening(at("2026-11-27 10:00")) is None


def test_a_day_of_25_hours_is_open_for_25_hours() -> None:
    longest = calendar(week=ALWAYS).opening(day("2026-09-20"))
    assert longest.windows[0].length == timedelta(hours=25)


def test_a_day_of_23_hours_is_open_for_23_hours() -> None:
    shortest = calendar(week=ALWAYS).opening(day("2026-03-22"))
    assert shortest.windows[0].length == timedelta(hours=23)


SUNDAYS = ("", "", "", "", "", "")


@pytest.mark.parametrize(
    ("hours", "hours_open"),
    [("01:00-03:00", 1), ("02:30-04:00", 1), ("01:00-02:30", 1), ("02:15-02:45", 0)],
)
def test_a_skipped_edge_moves_to_the_first_instant_after_the_jump(
    hours: str, hours_open: int
) -> None:
    sunday = calendar(week=week(*SUNDAYS, hours)).opening(day("2026-03-22"))
    assert sum((each.length for each in sunday.windows), timedelta()) == timedelta(hours=hours_open)


@pytest.mark.parametrize(
    ("hours", "hours_open"), [("01:00-03:00", 3), ("01:30-04:00", 3.5), ("00:00-01:30", 2.5)]
)
def test_a_doubled_edge_opens_at_the_first_and_closes_at_the_second(
    hours: str, hours_open: float
) -> None:
    sunday = calendar(week=week(*SUNDAYS, hours)).opening(day("2026-09-20"))
    assert sunday.windows[0].length == timedelta(hours=hours_open)


def test_staffed_counts_the_opening_time_inside() -> None:
    night = period("2026-11-26 17:00", "2026-11-27 10:00")
    assert faces(calendar().staffed(night)) == ["Thu 17:00-18:30", "Fri 09:00-10:00"]


def test_a_closure_without_a_name_closes_all_the_same() -> None:
    found = calendar(closures=(closure("2026-11-30", name=Words()),))
    assert found.opening(day("2026-11-30")).closed_by == "closure"
