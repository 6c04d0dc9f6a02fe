"""Series on pages, without any script: the form, every date, one press; then changes of a part."""

from datetime import UTC, datetime
from typing import Any

import pytest

from fablab.bookings.tables import Booking, Series, Status
from fablab.core.words import Words
from fablab.machines.tables import Machine
from fablab.members.tables import Member
from fablab.notifications.tables import Notification
from tests import factories
from tests.conftest import Travel
from tests.factories import hours
from tests.support.browser import Browser
from tests.support.counting import Counting
from tests.support.forms import forms

FORM = {
    "machine": "printer",
    "day": "2026-12-01",
    "starts": "10:00",
    "minutes": "60",
    "by": "week",
    "weekdays": "tue",
    "every": "1",
    "count": "3",
}


@pytest.fixture(autouse=True)
async def lab(rolled_back: None) -> None:
    await factories.a_lab()


@pytest.fixture
async def printer() -> Machine:
    return await factories.a_machine(slug="printer", name=Words(en="Printer"))


@pytest.fixture
async def ada(browser: Browser) -> Member:
    """Signed in."""
    member = await factories.a_member()
    await browser.sign_in(member)
    return member


async def previewed(browser: Browser, **fields: Any) -> Any:
    asked = {name: value for name, value in (FORM | fields).items() if value is not None}
    return await browser.get("/bookings/series/preview", params=asked)


async def booked(browser: Browser, **fields: Any) -> int:
    shown = await previewed(browser, **fields)
    done = await browser.send_form(shown, "/bookings/series", take="free")
    assert done.status_code == 303, done.text
    return int(done.headers["location"].rpartition("/")[2])


async def starts() -> list[str]:
    rows = await Booking.select(Booking.starts_at).order_by(Booking.starts_at)
    return [f"{row['starts_at']:%m-%d %H:%M}" for row in rows]


async def test_from_the_booking_form_to_a_series(
    browser: Browser, printer: Machine, ada: Member
) -> None:
    once = await browser.get("/bookings/new?machine=printer&date=2026-12-01")
    link = once.text.split('href="/bookings/series/new')[1].split('"')[0].replace("&amp;", "&")
    form = await browser.get(f"/bookings/series/new{link}")
    assert form.status_code == 200
    [asked] = [each for each in forms(form.text) if each.action == "/bookings/series/preview"]
    assert asked.fields["machine"] == ["printer"]
    shown = await browser.get(asked.action, params=asked.fields | {"count": "2"})
    assert shown.status_code == 200
    assert "Nothing is booked yet." in shown.text
    assert "Book all 2 dates" in shown.text
    assert await Booking.count() == 0
    done = await browser.send_form(shown, "/bookings/series", take="all")
    assert done.status_code == 303
    assert await Booking.count() == 2
    series = await browser.get(done.headers["location"])
    assert "The series is booked." in series.text
    booking = await Booking.objects().first()
    assert booking is not None
    one = await browser.get(f"/bookings/{booking.id}")
    assert f'href="{done.headers["location"]}"' in one.text


async def test_dates_that_are_not_free_are_told_and_left_out(
    browser: Browser, printer: Machine, ada: Member
) -> None:
    await factories.a_booking(hours(24 * 8 + 1), printer)
    shown = await previewed(browser)
    assert shown.text.count("not possible</span>") == 1
    assert "Somebody has booked this time." in shown.text
    assert "Book the 2 free dates" in shown.text
    assert 'value="all"' not in shown.text
    await booked(browser)
    assert await starts() == ["12-01 10:00", "12-08 10:00", "12-15 10:00"]
    assert await Booking.count().where(Booking.member == ada.id) == 2


async def test_skipped_months_are_said(browser: Browser, printer: Machine, ada: Member) -> None:
    shown = await previewed(browser, day="2026-12-31", by="month", weekdays=None, count="3")
    assert "February 2027" in shown.text
    assert "This month has no day 31: it is skipped." in shown.text
    assert "January 2027</strong>" not in shown.text


async def test_no_weekday_is_said_at_its_field(
    browser: Browser, printer: Machine, ada: Member
) -> None:
    shown = await previewed(browser, weekdays=None)
    assert "Choose at least one day of the week." in shown.text
    assert "Nothing of it can be booked like this." in shown.text
    bad = await previewed(browser, day="soon", minutes="x")
    assert bad.status_code == 422
    assert 'href="#day"' in bad.text
    assert 'href="#minutes"' in bad.text


async def test_sent_twice_it_is_one_series(browser: Browser, printer: Machine, ada: Member) -> None:
    shown, another = await previewed(browser), await previewed(browser)
    first = await browser.send_form(shown, "/bookings/series", take="all")
    again = await browser.send_form(shown, "/bookings/series", take="all")
    other = await browser.send_form(another, "/bookings/series", take="all")
    assert first.headers["location"] == again.headers["location"] == other.headers["location"]
    assert await Series.count() == 1
    assert await Booking.count() == 3


async def test_taken_meanwhile_shows_the_dates_again(
    browser: Browser, printer: Machine, ada: Member
) -> None:
    shown = await previewed(browser)
    await factories.a_booking(hours(24 * 8 + 1), printer)
    again = await browser.send_form(shown, "/bookings/series", take="all")
    assert again.status_code == 422
    assert "Book the 2 free dates" in again.text
    assert await Series.count() == 0


async def test_staff_set_a_rule_aside_for_all_dates(browser: Browser, printer: Machine) -> None:
    manager = await factories.a_manager()
    await browser.sign_in(manager)
    late = {"starts": "22:00", "minutes": "60"}
    shown = await previewed(browser, **late)
    assert "Nothing of it can be booked like this." in shown.text
    assert shown.text.count('name="override"') == 1
    again = await previewed(browser, **late, override="closed", reason="Open night")
    assert "Book all 3 dates" in again.text
    done = await browser.send_form(again, "/bookings/series", take="all")
    assert done.status_code == 303
    rows = await Booking.select(Booking.override)
    assert all("Open night" in row["override"] for row in rows)


async def test_from_here_on_at_another_time(
    browser: Browser, printer: Machine, ada: Member
) -> None:
    made = await booked(browser)
    second = (await Booking.objects().order_by(Booking.starts_at))[1]
    page = f"/bookings/series/{made}/change?part=following&booking={second.id}"
    shown = await browser.get(page)
    assert "This date only" in shown.text
    done = await browser.send_form(shown, f"/bookings/series/{made}/change", starts="14:00")
    assert done.status_code == 303, done.text
    assert await starts() == ["12-01 10:00", "12-08 14:00", "12-15 14:00"]
    assert not done.headers["location"].endswith(f"/{made}")
    after = await browser.get(done.headers["location"])
    assert f'href="/bookings/series/{made}"' in after.text


async def test_refused_every_date_is_told_and_nothing_changes(
    browser: Browser, printer: Machine, ada: Member
) -> None:
    await factories.a_booking(hours(24 * 8 + 4), printer)  # 8 December, 13:00
    made = await booked(browser)
    shown = await browser.submit(
        f"/bookings/series/{made}/change", f"/bookings/series/{made}/change", starts="13:00"
    )
    assert shown.status_code == 422
    assert "Nothing is changed: 1 date would not be possible." in shown.text
    assert "Tuesday 8 December 2026" in shown.text
    mine = await Booking.select(Booking.starts_at).where(Booking.member == ada.id)
    assert {row["starts_at"].hour for row in mine} == {10}


async def test_late_dates_are_asked_about(
    browser: Browser, printer: Machine, ada: Member, travel: Travel
) -> None:
    made = await booked(browser)
    travel(datetime(2026, 12, 1, 9, 30, tzinfo=UTC))
    at = f"/bookings/series/{made}/cancel"
    shown = await browser.get(at)
    assert "1 date is past its deadline" in shown.text
    unsaid = await browser.send_form(shown, at)
    assert unsaid.status_code == 422
    assert "Say what happens to the dates past their deadline." in unsaid.text
    assert await Booking.count().where(Booking.status == Status.CANCELLED) == 0
    kept = await browser.send_form(shown, at, late="keep")
    assert kept.status_code == 303
    assert await Booking.count().where(Booking.status == Status.CANCELLED) == 2
    assert await Notification.count().where(Notification.template.like("%series_cancelled")) == 1


async def test_strangers_find_nothing(browser: Browser, printer: Machine, ada: Member) -> None:
    made = await booked(browser)
    await browser.sign_in(await factories.a_member())
    for page in ("", "/change", "/cancel"):
        assert (await browser.get(f"/bookings/series/{made}{page}")).status_code == 404
    for page in ("/change", "/cancel"):
        sent = await browser.post(f"/bookings/series/{made}{page}", data={})
        assert sent.status_code == 404


async def test_pages_ask_little(
    browser: Browser, printer: Machine, ada: Member, counted: Counting
) -> None:
    made = await booked(browser, by="day", weekdays=None, count="10", day="2026-12-07")
    pages = [
        "/bookings/series/new?machine=printer",
        f"/bookings/series/{made}",
        f"/bookings/series/{made}/change",
        f"/bookings/series/{made}/cancel",
    ]
    for page in pages:
        await browser.get(page)
        with counted() as sent:
            assert (await browser.get(page)).status_code == 200
        assert sent.count <= 8, (page, sent.statements)
    await previewed(browser)
    with counted() as sent:
        await previewed(browser, day="2027-01-05")
    assert sent.count <= 8, sent.statements
