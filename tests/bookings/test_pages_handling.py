"""A booking's own page: check in, finish, another end, another time, cancel, give up."""

from datetime import timedelta

import pytest

from fablab.bookings.tables import Booking, Status
from fablab.core.words import Words
from fablab.machines.tables import Machine
from fablab.members.tables import Member, Project, ProjectMember
from tests import factories
from tests.bookings.conftest import now_of
from tests.bookings.test_pages_schedule import text_of
from tests.conftest import Travel
from tests.factories import MONDAY, hours
from tests.support.browser import Browser
from tests.support.counting import Counting
from tests.support.forms import forms


@pytest.fixture(autouse=True)
async def lab(rolled_back: None) -> None:
    await factories.a_lab()


@pytest.fixture
async def printer() -> Machine:
    category = await factories.a_category()
    return await factories.a_machine(slug="printer", name=Words(en="Printer"), category=category)


@pytest.fixture
async def ada(browser: Browser) -> Member:
    """Signed in."""
    member = await factories.a_member()
    await browser.sign_in(member)
    return member


@pytest.fixture
async def booking(printer: Machine, ada: Member) -> Booking:
    """Ada's, from noon to one; it is nine."""
    return await factories.a_booking(hours(3), printer, ada)


def ways(text: str) -> set[str]:
    """Where the forms of a page lead, those of the menus apart."""
    return {form.action.rsplit("/", 1)[-1] for form in forms(text) if form.is_main}


async def test_it_says_what_when_and_until_when(browser: Browser, booking: Booking) -> None:
    text = await text_of(browser, f"/bookings/{booking.id}")
    for sentence in (
        "Printer",
        "Monday 30 November 2026",
        "12:00\u202f–\u202f13:00",
        "confirmed",
        "from 11:50 to 12:15; later the slot is free for others",
        "until Monday 30 November,\u00a011:00",
        "until Monday 30 November,\u00a010:00",
    ):
        assert sentence in text, sentence
    assert ways(text) == {"extend", "cancel", "late"}


async def test_check_in_then_finish(browser: Browser, booking: Booking, travel: Travel) -> None:
    address = f"/bookings/{booking.id}"
    travel(MONDAY + timedelta(hours=3, minutes=5))
    assert "10 minutes left" in await text_of(browser, address)
    done = await browser.submit(address, f"{address}/check-in")
    assert done.headers["location"] == address
    assert "Checked in" in await text_of(browser, address)
    assert (await now_of(booking)).status == Status.CHECKED_IN
    travel(timedelta(minutes=20))
    text = await text_of(browser, address)
    assert ways(text) == {"finish", "extend"}
    done = await browser.submit(address, f"{address}/finish")
    assert done.status_code == 303
    text = await text_of(browser, address)
    assert "the rest of the time is free" in text
    assert ways(text) == set()
    for verb in ("Checked in", "Finished"):
        assert f"<strong>{verb}</strong> · by you" in text


async def test_too_early_to_check_in_is_told(browser: Browser, booking: Booking) -> None:
    refused = await browser.post(f"/bookings/{booking.id}/check-in")
    assert refused.status_code == 422
    assert "Check-in opens at Monday 30 November,\u00a011:50." in refused.text
    assert (await now_of(booking)).status == Status.CONFIRMED


async def test_who_comes_too_late_finds_it_released(
    browser: Browser, booking: Booking, travel: Travel
) -> None:
    travel(MONDAY + timedelta(hours=3, minutes=16))
    text = await text_of(browser, f"/bookings/{booking.id}")
    assert "released (no-show)" in text
    assert ways(text) == set()
    refused = await browser.post(f"/bookings/{booking.id}/check-in")
    assert refused.status_code == 422
    assert "the slot is free again" in refused.text


async def test_another_end(browser: Browser, booking: Booking, printer: Machine) -> None:
    await factories.a_booking(hours(5), printer)
    address = f"/bookings/{booking.id}"
    text = await text_of(browser, address)
    assert ">14:00</option>" in text
    assert ">14:30</option>" not in text
    end = "2026-11-30T14:00:00+00:00"
    done = await browser.submit(address, f"{address}/extend", ends_at=end)
    assert done.status_code == 303
    assert (await now_of(booking)).ends_at == hours(5).start
    refused = await browser.post(f"{address}/extend", data={"ends_at": "2026-11-30T14:30:00Z"})
    assert refused.status_code == 422
    assert "Somebody has booked this time." in refused.text


async def test_cancelling_before_the_deadline(browser: Browser, booking: Booking) -> None:
    address = f"/bookings/{booking.id}"
    done = await browser.submit(address, f"{address}/cancel")
    assert done.status_code == 303
    assert "cancelled" in await text_of(browser, address)
    assert (await now_of(booking)).status == Status.CANCELLED
    assert not (await now_of(booking)).gave_up


async def test_after_the_deadline_it_is_given_up(
    browser: Browser, booking: Booking, travel: Travel
) -> None:
    address = f"/bookings/{booking.id}"
    early = await browser.get(address)
    travel(MONDAY + timedelta(hours=2))
    refused = await browser.send_form(early, f"{address}/cancel")
    assert refused.status_code == 422
    assert "The deadline was Monday 30 November,\u00a010:00." in refused.text
    assert "counts as given up late, not as an absence" in refused.text
    done = await browser.send_form(refused, f"{address}/cancel")
    assert done.status_code == 303
    assert (await now_of(booking)).gave_up
    assert "given up late" in await text_of(browser, address)


async def test_moving_to_another_time(browser: Browser, booking: Booking) -> None:
    address = f"/bookings/{booking.id}"
    done = await browser.submit(
        f"{address}/change?date=2026-12-01",
        f"{address}/move",
        starts_at="2026-12-01T10:00:00+00:00",
        ends_at="2026-12-01T12:00:00+00:00",
    )
    assert done.headers["location"] == address
    found = await now_of(booking)
    assert (found.starts_at, found.ends_at) == (hours(25).start, hours(27).start)
    assert "<strong>Moved</strong>" in await text_of(browser, address)


async def test_moving_to_another_machine(
    browser: Browser, booking: Booking, printer: Machine
) -> None:
    sister = await factories.a_machine(category=printer.category, name=Words(en="Sister"))
    address = f"/bookings/{booking.id}"
    assert "Sister" in await text_of(browser, f"{address}/change")
    done = await browser.submit(f"{address}/change?machine={sister.slug}", f"{address}/move")
    assert done.status_code == 303
    found = await now_of(booking)
    assert (found.machine, found.starts_at) == (sister.id, booking.starts_at)


async def test_a_refused_move_keeps_the_booking_and_offers_others(
    browser: Browser, booking: Booking, printer: Machine
) -> None:
    await factories.a_booking(hours(5), printer)
    address = f"/bookings/{booking.id}"
    shown = await browser.submit(
        f"{address}/change",
        f"{address}/move",
        starts_at="2026-11-30T14:00:00+00:00",
        ends_at="2026-11-30T15:00:00+00:00",
    )
    assert shown.status_code == 422
    assert "Somebody has booked this time." in shown.text
    assert (await now_of(booking)).starts_at == booking.starts_at
    others = [form for form in forms(shown.text) if form.action == f"{address}/move"][:-1]
    assert others
    for form in others:
        assert (await browser.post(f"{address}/move", data=form.fields)).status_code == 303


async def test_too_late_to_move_offers_nothing(
    browser: Browser, booking: Booking, travel: Travel
) -> None:
    travel(MONDAY + timedelta(hours=2, minutes=30))
    address = f"/bookings/{booking.id}"
    assert f'href="{address}/change"' not in await text_of(browser, address)
    wish = {"starts_at": "2026-12-01T10:00:00Z", "ends_at": "2026-12-01T11:00:00Z"}
    shown = await browser.post(f"{address}/move", data=wish)
    assert shown.status_code == 422
    assert "Possible instead" not in shown.text


@pytest.mark.parametrize("way", ["", "/change"])
async def test_somebody_elses_booking_is_not_there(
    way: str, browser: Browser, booking: Booking
) -> None:
    await browser.sign_in(await factories.a_member())
    assert (await browser.get(f"/bookings/{booking.id}{way}")).status_code == 404


@pytest.mark.parametrize("way", ["check-in", "finish", "extend", "cancel", "move"])
async def test_nobody_else_handles_it(way: str, browser: Browser, booking: Booking) -> None:
    await browser.sign_in(await factories.a_member())
    wish = {"extend": {"ends_at": "2026-11-30T14:00:00Z"}, "move": {}}.get(way, {})
    assert (await browser.post(f"/bookings/{booking.id}/{way}", data=wish)).status_code == 404
    found = await now_of(booking)
    assert (found.status, found.sequence) == (Status.CONFIRMED, 0)


async def test_the_team_of_its_project_sees_and_handles_it(
    browser: Browser, printer: Machine, ada: Member
) -> None:
    project = await Project.objects().create(slug="greenhouse", lead=ada.id)
    ben = await factories.a_member(given_name_latin="Ben", family_name_latin="Quill")
    for member in (ada, ben):
        await ProjectMember.insert(ProjectMember(project=project.id, member=member.id))
    shared = await factories.a_booking(hours(3), printer, ben, project=project.id)
    text = await text_of(browser, f"/bookings/{shared.id}")
    assert "Quill" not in text
    done = await browser.submit(f"/bookings/{shared.id}", f"/bookings/{shared.id}/cancel")
    assert done.status_code == 303
    assert (await now_of(shared)).status == Status.CANCELLED


async def test_staff_see_whose_it_is_and_check_in_its_member(
    browser: Browser, booking: Booking, ada: Member, travel: Travel
) -> None:
    travel(MONDAY + timedelta(hours=3))
    await browser.sign_in(await factories.a_manager(given_name_latin="Hind"))
    address = f"/bookings/{booking.id}"
    assert "Ada Lovelace" in await text_of(browser, address)
    done = await browser.submit(address, f"{address}/check-in")
    assert done.status_code == 303
    assert (await now_of(booking)).operator == ada.id


@pytest.mark.parametrize("way", ["", "/change"])
@pytest.mark.parametrize("who", ["member", "manager"])
async def test_its_pages_cost_few_statements(
    way: str, who: str, browser: Browser, booking: Booking, counted: Counting
) -> None:
    if who == "manager":
        await browser.sign_in(await factories.a_manager())
    address = f"/bookings/{booking.id}{way}"
    await text_of(browser, address)
    with counted() as sent:
        await text_of(browser, address)
    assert sent.count <= 8, sent.statements


@pytest.mark.parametrize("way", ["check-in", "finish", "extend", "cancel", "move"])
async def test_handling_costs_few_statements(
    way: str, browser: Browser, booking: Booking, counted: Counting, travel: Travel
) -> None:
    address = f"/bookings/{booking.id}"
    if way in ("check-in", "finish"):
        travel(MONDAY + timedelta(hours=3))
    if way == "finish":
        await browser.submit(address, f"{address}/check-in")
    form = await browser.get(f"{address}/change" if way == "move" else address)
    more = {"ends_at": "2026-11-30T14:00:00+00:00"} if way == "move" else {}
    with counted() as sent:
        done = await browser.send_form(form, f"{address}/{way}", **more)
    assert done.status_code == 303
    assert sent.count <= 16, sent.statements


@pytest.mark.parametrize(
    ("language", "history", "grid"),
    [("en", "Booking made", "Booked"), ("ar", "تسجيل الحجز", "محجوز")],
)
async def test_the_history_tells_what_was_done_and_the_grid_how_it_stands(
    browser: Browser, printer: Machine, ada: Member, language: str, history: str, grid: str
) -> None:
    """One word in English, two in Arabic."""
    await Member.update({Member.language: language}).where(Member.id == ada.id)
    await factories.a_booking(hours(24), printer)
    form = {"machine": "printer", "starts_at": "2026-11-30T12:00", "ends_at": "2026-11-30T13:00"}
    made = await browser.post("/bookings", data=form)
    text = (await browser.get(made.headers["location"])).text
    assert f"<strong>{history}</strong>" in text
    assert grid in (await browser.get("/schedule?date=2026-12-01")).text
