"""The schedule as people read it: the day of the lab, the week of a machine."""

import gzip
import re
from datetime import UTC, date, datetime, timedelta
from html import unescape

import pytest

from fablab.bookings.tables import Kind, Status
from fablab.core.periods import Period
from fablab.core.words import Words
from tests import factories
from tests.conftest import Travel
from tests.factories import MONDAY, hours
from tests.support.browser import Browser
from tests.support.counting import Counting

QUARTERS = {"granularity_minutes": 15, "min_minutes": 30}


@pytest.fixture(autouse=True)
async def lab(rolled_back: None) -> None:
    await factories.a_lab()


async def text_of(browser: Browser, address: str, language: str = "en") -> str:
    shown = await browser.get(address, headers={"accept-language": language})
    assert shown.status_code == 200, shown.text
    return shown.text


def lane(text: str, name: str) -> str:
    """The markup of one machine's row."""
    named = f">{name}</bdi></a></h3>"
    [found] = [part for part in text.split('<div class="lane')[1:] if named in part]
    return found.split('<ul class="legend')[0]


def gaps(markup: str) -> list[str]:
    return re.findall(r'<a class="free[^>]*>.*?<bdi class="when">(.*?)</bdi>', markup)


async def test_free_time_is_a_link_to_the_form(browser: Browser) -> None:
    machine = await factories.a_machine(name=Words(en="Printer"), slug="printer")
    await factories.a_booking(hours(1), machine=machine)
    row = lane(await text_of(browser, "/schedule"), "Printer")
    assert gaps(row) == ["09:00\u202f–\u202f10:00", "11:00\u202f–\u202f18:30"]
    [first, _] = re.findall(r'class="free[^>]* href="([^"]*)"', row)
    assert (
        unescape(first) == "/bookings/new?machine=printer&start=2026-11-30T09%3A00%3A00%2B00%3A00"
    )
    assert "Booked" in row
    assert "free now until 10:00" in row


async def test_only_what_can_be_booked_is_offered(browser: Browser, travel: Travel) -> None:
    """Not the past, nothing shorter than the machine's shortest booking, whole steps."""
    machine = await factories.a_machine(name=Words(en="Printer"), policy=QUARTERS)
    await factories.a_booking(hours(1), machine=machine)
    await factories.a_booking(hours(2.25, 1), machine=machine)
    travel(MONDAY + timedelta(minutes=7))
    row = lane(await text_of(browser, "/schedule"), "Printer")
    assert gaps(row) == ["09:15\u202f–\u202f10:00", "12:15\u202f–\u202f18:30"]
    past = lane(await text_of(browser, "/schedule?date=2026-11-27"), "Printer")
    assert not gaps(past)
    far = lane(await text_of(browser, "/schedule?date=2027-02-02"), "Printer")
    assert not gaps(far)


async def test_the_turnaround_keeps_its_place(browser: Browser) -> None:
    policy = {"granularity_minutes": 15, "min_minutes": 15, "turnaround_minutes": 20}
    machine = await factories.a_machine(name=Words(en="Press"), policy=policy)
    await factories.a_booking(hours(1), machine=machine)
    row = lane(await text_of(browser, "/schedule"), "Press")
    assert gaps(row) == ["09:00\u202f–\u202f09:30", "11:30\u202f–\u202f18:30"]
    assert 'class="block turnaround c24 s4"' in row


async def test_mine_stands_out_and_leads_to_the_booking(browser: Browser) -> None:
    ada = await factories.a_member()
    machine = await factories.a_machine(name=Words(en="Printer"))
    booking = await factories.a_booking(hours(2), machine=machine, member=ada)
    await browser.sign_in(ada)
    row = lane(await text_of(browser, "/schedule"), "Printer")
    assert f'href="/bookings/{booking.id}"' in row
    assert "Your booking" in row
    assert row.startswith(" yours")


@pytest.mark.parametrize("address", ["/schedule", "/machines/printer/week"])
async def test_names_are_for_staff_only(browser: Browser, address: str) -> None:
    zoe = await factories.a_member(given_name_latin="Zoe", family_name_latin="Quill")
    machine = await factories.a_machine(slug="printer")
    await factories.a_booking(hours(1), machine=machine, member=zoe)
    assert "Quill" not in await text_of(browser, address)
    await browser.sign_in(await factories.a_member())
    assert "Quill" not in await text_of(browser, address)
    await browser.sign_in(await factories.a_manager())
    assert "Quill" in await text_of(browser, address)


async def test_check_in_that_is_due_comes_first(browser: Browser, travel: Travel) -> None:
    ada = await factories.a_member()
    booking = await factories.a_booking(hours(1), member=ada)
    await browser.sign_in(ada)
    assert "Check in now" not in await text_of(browser, "/schedule")
    travel(MONDAY + timedelta(minutes=55))
    text = await text_of(browser, "/schedule")
    assert text.index("Check in now") < text.index('class="days"')
    assert "20 minutes left" in text
    done = await browser.submit("/schedule", f"/bookings/{booking.id}/check-in")
    assert done.headers["location"] == f"/bookings/{booking.id}"


async def test_a_closed_day_says_why_and_when_it_opens_next(browser: Browser) -> None:
    await factories.a_machine()
    await factories.a_closure(date(2026, 12, 2))
    text = await text_of(browser, "/schedule?date=2026-12-02")
    assert "The lab is closed: Stocktake." in text
    assert "It opens next on Thursday 3 December,\u00a009:00." in text
    today = await text_of(browser, "/schedule")
    assert "Wed 2 Dec · Stocktake" in today
    sunday = await text_of(browser, "/schedule?date=2026-12-06")
    assert "The lab is closed on this day." in sunday


async def test_an_expected_closure_is_only_probable(browser: Browser) -> None:
    machine = await factories.a_machine(name=Words(en="Printer"))
    await factories.a_closure(date(2026, 12, 1), name=Words(en="Feast").dump(), confirmed=False)
    text = await text_of(browser, "/schedule?date=2026-12-01")
    assert "Probably closed: Feast." in text
    assert gaps(lane(text, "Printer"))
    assert "Probably closed: Feast" in await text_of(browser, f"/machines/{machine.slug}/week")


@pytest.mark.parametrize(
    "text", ["tomorrow", "2026-02-30", "0001-01-01", "9999-12-31", "2026-11-30T10:00", "١"]
)
async def test_a_day_that_is_none_shows_today_and_says_so(browser: Browser, text: str) -> None:
    machine = await factories.a_machine()
    for address in (f"/schedule?date={text}", f"/machines/{machine.slug}/week?date={text}"):
        shown = await text_of(browser, address)
        assert "There is no such day" in shown
        assert "30 Nov" in shown


async def test_what_does_not_work_says_so_and_when_it_is_expected(browser: Browser) -> None:
    await factories.a_machine(
        name=Words(en="Laser"),
        status="out_of_order",
        status_note=Words(en="Lens cracked"),
        expected_back_at=MONDAY + timedelta(hours=4),
    )
    row = lane(await text_of(browser, "/schedule"), "Laser")
    assert "Out of order" in row
    assert "expected back: Monday 30 November,\u00a013:00" in row
    assert "Lens cracked" in row
    assert gaps(row) == ["13:00\u202f–\u202f18:30"]


async def test_seats_are_counted_and_a_free_one_is_offered(browser: Browser) -> None:
    room = await factories.a_room(name=Words(en="Desks"), units=2, booking_mode="per_seat")
    await factories.a_booking(hours(1, 2), machine=room, unit=1)
    row = lane(await text_of(browser, "/schedule"), "Desks")
    assert gaps(row) == ["09:00\u202f–\u202f18:30"]
    assert "1 seat of 2 taken" in row
    await factories.a_booking(hours(2, 2), machine=room, unit=2)
    row = lane(await text_of(browser, "/schedule"), "Desks")
    assert gaps(row) == ["09:00\u202f–\u202f11:00", "12:00\u202f–\u202f18:30"]


async def test_kinds_are_told_apart(browser: Browser) -> None:
    machine = await factories.a_machine(name=Words(en="Laser"))
    await factories.a_booking(
        hours(0), machine, kind=Kind.TRAINING, title=Words(en="Laser course").dump()
    )
    await factories.a_booking(hours(1), machine, kind=Kind.MAINTENANCE)
    await factories.a_booking(hours(2), machine, status=Status.PENDING)
    text = await text_of(browser, "/schedule")
    row = lane(text, "Laser")
    assert "Laser course" in row
    assert "Maintenance" in row
    assert 'class="block taken c24' in row
    assert "Training" in text[text.index('class="legend"') :]
    assert "Waiting for approval" not in text[text.index('class="legend"') :]


async def test_what_one_may_not_use_is_folded_with_why(browser: Browser) -> None:
    fdm = await factories.a_certification("fdm")
    await factories.a_machine(name=Words(en="Laser"), certification=fdm)
    await factories.a_machine(name=Words(en="Printer"))
    ada = await factories.a_member()
    await browser.sign_in(ada)
    text = await text_of(browser, "/schedule")
    assert "1 other machine needs a certification" in text
    assert "Needs: Fdm" in lane(text, "Laser")
    assert "Laser" not in await text_of(browser, "/schedule?mine=1")
    await factories.a_certificate(fdm, ada)
    assert "needs a certification" not in await text_of(browser, "/schedule")


async def test_a_night_print_goes_on_at_the_edge(browser: Browser) -> None:
    policy = {"attendance": "start_and_end_staffed", "max_minutes": 1080}
    machine = await factories.a_machine(name=Words(en="Printer"), policy=policy)
    await factories.a_booking(hours(8, 17), machine)
    for address in ("/schedule", "/schedule?date=2026-12-01"):
        assert "Booked …" in lane(await text_of(browser, address), "Printer")


async def test_maintenance_without_an_end_says_so(browser: Browser) -> None:
    machine = await factories.a_machine(name=Words(en="Mill"))
    endless = Period(hours(1).start, datetime(9999, 12, 31, tzinfo=UTC))
    await factories.a_booking(endless, machine, kind=Kind.MAINTENANCE)
    for address in ("/schedule", f"/schedule?date={date(2027, 1, 5)}"):
        row = lane(await text_of(browser, address), "Mill")
        assert "until further notice" in row
    assert not gaps(row)


async def test_the_week_has_a_row_a_day(browser: Browser) -> None:
    machine = await factories.a_machine(slug="printer")
    await factories.a_booking(hours(25), machine)
    text = await text_of(browser, "/machines/printer/week?date=2026-12-06")
    assert re.findall(r'id="d-([^"]*)"', text)[::6] == ["2026-11-30", "2026-12-06"]
    assert "Booked" in text.split('<div class="lane')[2]
    friday = text.split('<div class="lane')[5]
    assert gaps(friday) == ["09:00\u202f–\u202f11:30", "14:30\u202f–\u202f18:30"]
    assert (await browser.get("/machines/nothing/week")).status_code == 404


async def test_arabic_runs_from_right_to_left_with_its_own_period(browser: Browser) -> None:
    await factories.a_machine()
    text = await text_of(browser, "/schedule", "ar")
    assert 'dir="rtl"' in text
    assert gaps(text) == ["من 09:00 إلى 18:30"]


@pytest.mark.parametrize("who", ["visitor", "member", "manager"])
@pytest.mark.parametrize("address", ["/schedule", "/schedule?mine=1", "/machines/printer/week"])
async def test_pages_cost_few_statements(
    browser: Browser, counted: Counting, address: str, who: str
) -> None:
    fdm = await factories.a_certification("fdm")
    for slug in ("printer", "second", "third"):
        machine = await factories.a_machine(slug=slug, certification=fdm)
        await factories.a_booking(hours(1), machine=machine)
    if who == "member":
        await browser.sign_in(await factories.a_member())
    elif who == "manager":
        await browser.sign_in(await factories.a_manager())
    await text_of(browser, address)
    with counted() as sent:
        await text_of(browser, address)
    assert sent.count <= 8, sent.statements


async def test_a_first_visit_is_light(browser: Browser) -> None:
    """23 machines with three bookings each: less than 60 KB compressed, styles and scripts too."""
    for _ in range(23):
        machine = await factories.a_machine()
        for start in (1, 4, 7):
            await factories.a_booking(hours(start), machine=machine)
    await browser.sign_in(await factories.a_member())
    text = await text_of(browser, "/schedule")
    parts = [await browser.get(found) for found in set(re.findall(r"/static/[^\"]*", text))]
    sizes = [len(gzip.compress(part.content, 4)) for part in parts]
    assert len(gzip.compress(text.encode(), 4)) + sum(sizes) < 60_000
    assert len(gzip.compress(text.encode(), 4)) < 15_000
