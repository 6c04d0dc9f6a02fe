"""The clock on the wall, on days that have an hour twice and on days that lack one."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fablab.core import zones
from fablab.core.errors import Refused

CASABLANCA = zones.zone("Africa/Casablanca")
PARIS = zones.zone("Europe/Paris")
# Their clocks jump at midnight, over midnight, by half an hour, by a whole day; or never.
ODD = [
    *("Africa/Cairo", "America/Havana", "America/Santiago", "America/Sao_Paulo", "Asia/Beirut"),
    *("Australia/Lord_Howe", "Pacific/Apia", "America/Scoresbysund", "Asia/Kathmandu", "UTC"),
    *("Africa/Casablanca", "Europe/Paris"),
]
SPRING, AUTUMN = date(2026, 3, 22), date(2026, 9, 20)  # Morocco's last two changes


def face(text: str) -> datetime:
    return datetime.fromisoformat(text)


def utc(text: str) -> datetime:
    return face(text).replace(tzinfo=UTC)


def problem(text: str, tz: ZoneInfo, about: str | None = None) -> tuple[str, list[str]]:
    """The code of the refusal, and what is said to be nearest."""
    with pytest.raises(Refused) as refused:
        zones.read_time(text, tz, about)
    [found] = refused.value.problems
    assert found.about == about
    return found.code, [at.isoformat() for at in found.nearest or []]


def test_the_data_is_what_we_need() -> None:
    zones.check_zone_data()
    assert zones.wall(utc("2026-11-22T12:00"), CASABLANCA).hour == 12
    assert zones.wall(utc("2027-02-20T12:00"), CASABLANCA).hour == 12  # no Ramadan switch either
    assert zones.wall(utc("2026-09-19T12:00"), CASABLANCA).hour == 13


@pytest.mark.parametrize(
    ("text", "tz", "instant"),
    [
        ("2026-03-22T01:59", CASABLANCA, "2026-03-22T01:59"),
        ("2026-03-22T03:00", CASABLANCA, "2026-03-22T02:00"),
        ("2026-09-20T00:59", CASABLANCA, "2026-09-19T23:59"),
        ("2026-09-20T02:00", CASABLANCA, "2026-09-20T02:00"),
        ("2026-09-20T01:30+01:00", CASABLANCA, "2026-09-20T00:30"),
        ("2026-09-20T01:30+00:00", CASABLANCA, "2026-09-20T01:30"),
        ("2026-09-20T01:30Z", CASABLANCA, "2026-09-20T01:30"),
        ("2026-03-22T02:30+00:00", CASABLANCA, "2026-03-22T02:30"),
        (" 2026-11-30T10:00 ", CASABLANCA, "2026-11-30T10:00"),
        ("2027-03-28T03:00", PARIS, "2027-03-28T01:00"),
        ("2027-10-31T03:00", PARIS, "2027-10-31T02:00"),
        ("2027-07-14T10:00", PARIS, "2027-07-14T08:00"),
    ],
)
def test_a_time_of_the_wall_is_an_instant(text: str, tz: ZoneInfo, instant: str) -> None:
    assert zones.read_time(text, tz) == utc(instant)


@pytest.mark.parametrize(
    ("text", "tz", "code", "nearest"),
    [
        ("2026-03-22T02:00", CASABLANCA, "nonexistent_time", ["2026-03-22T03:00:00+01:00"]),
        ("2026-03-22T02:30", CASABLANCA, "nonexistent_time", ["2026-03-22T03:30:00+01:00"]),
        ("2027-03-28T02:59", PARIS, "nonexistent_time", ["2027-03-28T03:59:00+02:00"]),
        (
            "2026-09-20T01:30",
            CASABLANCA,
            "ambiguous_time",
            ["2026-09-20T01:30:00+01:00", "2026-09-20T01:30:00+00:00"],
        ),
        (
            "2027-10-31T02:00",
            PARIS,
            "ambiguous_time",
            ["2027-10-31T02:00:00+02:00", "2027-10-31T02:00:00+01:00"],
        ),
    ],
)
def test_a_time_that_is_skipped_or_comes_twice_is_refused(
    text: str, tz: ZoneInfo, code: str, nearest: list[str]
) -> None:
    assert problem(text, tz, "starts_at") == (code, nearest)


@pytest.mark.parametrize(
    "text",
    [
        *("", "now", "2026-11-30", "2026-11-31T10:00", "2026-11-30T25:00", "10:00"),
        *("1969-12-31T10:00", "2201-01-01T00:00", "9999-12-31T23:59-14:00", "0001-01-01T00:00"),
        "2026-11-30T10:00 Africa/Casablanca",
    ],
)
def test_what_is_no_time_is_refused(text: str) -> None:
    assert problem(text, CASABLANCA) == ("unreadable", [])


@pytest.mark.parametrize(
    ("day", "tz", "length"),
    [
        (SPRING, CASABLANCA, 23),
        (AUTUMN, CASABLANCA, 25),
        (date(2026, 11, 30), CASABLANCA, 24),
        (date(2027, 3, 28), PARIS, 23),
        (date(2027, 10, 31), PARIS, 25),
    ],
)
def test_a_day_has_23_24_or_25_hours(day: date, tz: ZoneInfo, length: int) -> None:
    whole = zones.day(day, tz)
    assert whole.length == timedelta(hours=length)
    shown = [zones.wall(whole.start + timedelta(hours=h), tz) for h in range(length)]
    assert {each.date() for each in shown} == {day}
    assert zones.wall(whole.end, tz).date() == day + timedelta(days=1)


def test_the_hours_on_the_wall() -> None:
    """Two o'clock is missing in spring; one o'clock comes twice in autumn."""

    def faces(day: date) -> list[str]:
        whole = zones.day(day, CASABLANCA)
        steps = range(int(whole.length / timedelta(hours=1)))
        at = (whole.start + timedelta(hours=step) for step in steps)
        return [f"{zones.wall(each, CASABLANCA):%H:%M}" for each in at]

    assert faces(SPRING)[:4] == ["00:00", "01:00", "03:00", "04:00"]
    assert faces(AUTUMN)[:4] == ["00:00", "01:00", "01:00", "02:00"]


@pytest.mark.parametrize(
    ("zone", "day", "first"),
    [
        ("Africa/Cairo", date(2026, 4, 24), "2026-04-24T01:00:00+03:00"),
        ("America/Havana", date(2026, 11, 1), "2026-11-01T00:00:00-04:00"),
        ("America/Santiago", date(2026, 9, 6), "2026-09-06T01:00:00-03:00"),
        ("Pacific/Apia", date(2011, 12, 31), "2011-12-31T00:00:00+14:00"),
    ],
)
def test_a_day_begins_where_midnight_is_skipped_or_comes_twice(
    zone: str, day: date, first: str
) -> None:
    tz = zones.zone(zone)
    assert zones.iso(zones.midnight(day, tz), tz) == first


@given(st.sampled_from(ODD), st.dates(date(1990, 1, 1), date(2100, 1, 1)))
def test_midnight_is_the_first_instant_of_its_day(name: str, day: date) -> None:
    tz = zones.zone(name)
    first = zones.midnight(day, tz)
    assert zones.local_date(first, tz) >= day  # later only where the whole day is skipped
    assert zones.local_date(first - timedelta(seconds=1), tz) < day


@given(
    st.sampled_from(ODD),
    st.datetimes(face("1990-01-01"), face("2100-01-01")).map(lambda at: at.replace(microsecond=0)),
)
def test_an_instant_survives_the_wall(name: str, naive: datetime) -> None:
    tz, at = zones.zone(name), naive.replace(tzinfo=UTC)
    shown = zones.wall(at, tz)
    assert zones.read_time(zones.iso(at, tz), tz) == at
    assert at in zones.candidates(shown, tz)
    assert zones.again(shown.replace(tzinfo=None), tz) == zones.candidates(shown, tz)[0]
    offset_as_agreed = datetime.fromisoformat(zones.iso(at, tz))
    assert zones.again(offset_as_agreed, tz) == at


@pytest.mark.parametrize(
    ("agreed", "tz", "instant"),
    [
        ("2026-11-30T10:00+01:00", CASABLANCA, "2026-11-30T10:00"),  # 10:00 stays 10:00
        ("2026-03-22T02:30+00:00", CASABLANCA, "2026-03-22T02:00"),
        ("2026-03-22T02:00+01:00", CASABLANCA, "2026-03-22T02:00"),
        ("2026-09-20T01:30+01:00", CASABLANCA, "2026-09-20T00:30"),
        ("2026-09-20T01:30+00:00", CASABLANCA, "2026-09-20T01:30"),
        ("2026-09-20T01:30+03:00", CASABLANCA, "2026-09-20T00:30"),
        ("2027-03-28T02:59+01:00", PARIS, "2027-03-28T01:00"),
    ],
)
def test_what_was_agreed_under_another_law(agreed: str, tz: ZoneInfo, instant: str) -> None:
    assert zones.again(face(agreed), tz) == utc(instant)


def test_an_unknown_zone_is_refused() -> None:
    for name in ("Africa/Berkane", "", "../etc/passwd", "Africa", "a" * 300):
        with pytest.raises(Refused, match="unknown_zone"):
            zones.zone(name)
