"""Whether hours allow a booking, as attendance asks: scenarios H1 to H3 and between them."""

import pytest

from fablab.core.words import Words
from fablab.lab.attending import Part
from tests.lab.hours import (
    ALWAYS,
    RAMADAN,
    at,
    calendar,
    closure,
    exception,
    faces,
    period,
    season,
)


def part(start: str, end: str, attendance: str, closed_hours: str = "night", **days: object) -> str:
    """What is wrong with a period: "" when nothing is."""
    found = calendar(**days).attends(period(start, end), attendance, closed_hours)
    return found.part if found else ""


def test_a_booking_over_the_prayer_break_is_refused_naming_both_windows() -> None:
    found = calendar().attends(period("2026-11-27 11:00", "15:00"), "staffed")
    assert found
    assert found.part == Part.THROUGH
    assert faces(found.windows) == ["Fri 09:00-11:30", "Fri 14:30-18:30"]
    assert found.cause is None


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("2026-11-27 11:00", "15:00", ""),
        ("2026-11-27 13:00", "15:00", "start"),
        ("2026-11-27 11:30", "15:00", "start"),
        ("2026-11-27 09:00", "11:30", ""),
        ("2026-11-27 09:00", "14:30", ""),
        ("2026-11-27 09:00", "12:00", "end"),
        ("2026-11-26 17:00", "2026-11-27 10:00", ""),
        ("2026-11-27 17:00", "2026-11-28 16:00", "end"),
        ("2026-11-28 13:00", "2026-11-30 10:00", "through"),
        ("2026-11-27 17:00", "2026-11-30 10:00", "through"),
        ("2026-11-24 17:00", "2026-11-26 10:00", "through"),
    ],
)
def test_start_and_end_staffed_through_one_night(start: str, end: str, expected: str) -> None:
    assert part(start, end, "start_and_end_staffed") == expected


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("2026-11-28 13:00", "2026-11-30 10:00", ""),
        ("2026-11-27 17:00", "2026-11-30 10:00", ""),
        ("2026-11-28 13:00", "2026-11-29 10:00", "end"),
    ],
)
def test_start_and_end_staffed_through_a_weekend(start: str, end: str, expected: str) -> None:
    assert part(start, end, "start_and_end_staffed", "weekend") == expected


def test_a_weekend_has_two_closed_days_and_no_more() -> None:
    start, end = "2026-11-28 13:00", "2026-12-01 10:00"
    monday, tuesday = closure("2026-11-30"), closure("2026-12-01")
    asked = ("start_and_end_staffed", "weekend")
    assert part(start, end, *asked, closures=(monday,)) == ""
    end = "2026-12-02 10:00"
    found = calendar(closures=(monday, tuesday)).attends(period(start, end), *asked)
    assert found
    assert found.part == Part.THROUGH
    assert found.cause == Words(en="Stocktake")


def test_a_closure_is_named_with_the_next_opening() -> None:
    closed = calendar(closures=(closure("2026-11-30"),))
    found = closed.attends(period("2026-11-30 10:00", "11:00"), "staffed")
    assert found
    assert (found.part, found.cause) == (Part.START, Words(en="Stocktake"))
    assert found.next_opening
    assert found.next_opening.start == at("2026-12-01 09:00")


def test_an_unconfirmed_closure_refuses_nothing() -> None:
    probably = (closure("2026-11-30", confirmed=False),)
    assert part("2026-11-30 10:00", "11:00", "staffed", closures=probably) == ""


def test_ordinary_closing_is_nobodys_decision() -> None:
    found = calendar().attends(period("2026-11-30 18:00", "19:00"), "staffed")
    assert found
    assert (found.part, found.cause) == (Part.END, None)


def test_a_season_is_blamed_only_where_the_ordinary_week_would_be_open() -> None:
    ramadan = calendar(seasons=(season("2027-02-08", "2027-03-08"),))
    afternoon = ramadan.attends(period("2027-02-09 15:00", "16:00"), "staffed")
    assert afternoon
    assert afternoon.cause == Words(en="Ramadan hours")
    night = ramadan.attends(period("2027-02-09 20:00", "21:00"), "staffed")
    assert night
    assert night.cause is None


def test_a_confirmed_season_refuses_and_an_unconfirmed_one_does_not() -> None:
    for confirmed, expected in ((True, "through"), (False, "")):
        ramadan = season("2027-02-08", "2027-03-08", confirmed=confirmed)
        assert part("2027-02-12 11:00", "14:00", "staffed", seasons=(ramadan,)) == (
            "through" if confirmed else "end"
        )
        assert part("2027-02-09 14:30", "15:30", "staffed", seasons=(ramadan,)) == (
            "end" if confirmed else expected
        )


def test_an_exception_that_closes_early_is_blamed() -> None:
    early = calendar(exceptions=(exception("2026-11-30", "09:00-12:00"),))
    found = early.attends(period("2026-11-30 11:00", "13:00"), "staffed")
    assert found
    assert found.cause == Words(en="Open day")


def test_an_evening_past_midnight_is_one_stretch() -> None:
    start, end = "2026-11-26 22:00", "2026-11-27 00:30"
    assert part(start, end, "staffed", week=RAMADAN) == ""
    assert part(start, "2026-11-27 00:45", "staffed", week=RAMADAN) == "end"
    overnight = (start, "2026-11-27 09:30", "start_and_end_staffed")
    assert part(*overnight, week=RAMADAN) == ""


def test_a_lab_that_never_closes_accepts_days_on_end() -> None:
    assert part("2026-11-26 22:00", "2026-11-29 09:30", "staffed", week=ALWAYS) == ""
    assert part("2026-11-26 22:00", "2026-11-29 09:30", "start_and_end_staffed", week=ALWAYS) == ""


def test_anytime_is_always() -> None:
    closed = (closure("2026-11-29"),)
    assert part("2026-11-29 02:00", "03:00", "anytime", closures=closed) == ""
