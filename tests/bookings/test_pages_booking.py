"""The booking form: found from the schedule, filled in, sent twice, refused with ways out."""

from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from fablab.bookings.tables import Booking, Status
from fablab.core.words import Words
from fablab.machines.tables import Machine
from fablab.members.tables import HoldKind, Member, Project, ProjectMember
from tests import factories
from tests.bookings.test_pages_schedule import lane, text_of
from tests.conftest import Travel
from tests.factories import MONDAY, hours
from tests.support.browser import Browser
from tests.support.counting import Counting
from tests.support.forms import forms

TEN = "2026-11-30T10:00:00+00:00"
ELEVEN = "2026-11-30T11:00:00+00:00"


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


async def asked(browser: Browser, **fields: Any) -> httpx.Response:
    """The form of the printer, sent with these fields changed."""
    return await browser.submit("/bookings/new?machine=printer", "/bookings", **fields)


async def test_from_the_schedule_to_a_booking(
    browser: Browser, printer: Machine, ada: Member
) -> None:
    row = lane(await text_of(browser, "/schedule?date=2026-12-01"), "Printer")
    link = row.split('class="free')[1].split('href="')[1].split('"')[0].replace("&amp;", "&")
    done = await browser.submit(link, "/bookings", ends_at="2026-12-01T10:30:00+00:00")
    assert done.status_code == 303
    booking = await Booking.objects().first()
    assert done.headers["location"] == f"/bookings/{booking.id}"
    assert (booking.member, booking.starts_at) == (ada.id, hours(24).start)
    assert booking.ends_at == hours(25.5).start
    shown = await browser.get(done.headers["location"])
    assert "Your booking is made." in shown.text
    assert "Your booking" in lane(await text_of(browser, "/schedule?date=2026-12-01"), "Printer")


async def test_a_visitor_signs_in_first_and_comes_back(browser: Browser, printer: Machine) -> None:
    link = "/bookings/new?machine=printer&date=2026-12-01"
    shown = await browser.get(link)
    assert shown.status_code == 303
    to = urlsplit(shown.headers["location"])
    assert to.path == "/sign-in"
    assert "date%3D2026-12-01" in to.query


async def test_the_same_form_sent_twice_shows_the_first_booking(
    browser: Browser, printer: Machine, ada: Member
) -> None:
    form = await browser.get("/bookings/new?machine=printer")
    first = await browser.send_form(form, "/bookings", starts_at=TEN, ends_at=ELEVEN)
    again = await browser.send_form(form, "/bookings", starts_at=TEN, ends_at=ELEVEN)
    assert first.headers["location"] == again.headers["location"]
    assert await Booking.count() == 1
    shown = await browser.get(again.headers["location"])
    assert "made already" in shown.text


async def test_the_same_wish_from_another_form_finds_it_too(
    browser: Browser, printer: Machine, ada: Member
) -> None:
    await asked(browser, starts_at=TEN, ends_at=ELEVEN)
    again = await asked(browser, starts_at=TEN, ends_at=ELEVEN)
    assert again.status_code == 303
    assert await Booking.count() == 1


async def test_another_wish_that_meets_ones_own_booking_leads_to_it(
    browser: Browser, printer: Machine, ada: Member
) -> None:
    """As after an answer that was lost: one goes back, chooses another end and sends again."""
    made = await asked(browser, starts_at=TEN, ends_at=ELEVEN)
    again = await asked(browser, starts_at=TEN, ends_at="2026-11-30T11:30:00+00:00")
    assert again.status_code == 422
    assert "You have booked this yourself:" in again.text
    assert "Somebody" not in again.text
    assert f'<option value="{TEN}" selected>10:00 (yours)</option>' in again.text
    assert f'<a class="btn gap" href="{made.headers["location"]}">' in again.text


async def test_legal_times_are_offered_and_taken_ones_marked(
    browser: Browser, printer: Machine, ada: Member
) -> None:
    await factories.a_booking(hours(1), printer)
    text = await text_of(browser, "/bookings/new?machine=printer")
    assert f'<option value="{TEN}" disabled>10:00 (taken)</option>' in text
    assert f'<option value="{ELEVEN}">11:00</option>' in text
    assert '<option value="2026-11-30T18:30:00+00:00">18:30</option>' in text
    assert ">18:30</option>" not in text[: text.index('name="ends_at"', text.index("starts_at"))]


async def test_a_night_print_may_end_on_another_day(browser: Browser, ada: Member) -> None:
    policy = {"attendance": "start_and_end_staffed", "max_minutes": 1080}
    await factories.a_machine(slug="printer", policy=policy)
    text = await text_of(browser, "/bookings/new?machine=printer")
    assert ">09:30, Tue 1 Dec</option>" in text
    done = await asked(
        browser, starts_at="2026-11-30T18:00:00+00:00", ends_at="2026-12-01T09:30:00+00:00"
    )
    assert done.status_code == 303


async def test_refused_with_every_reason_and_what_was_typed(
    browser: Browser, printer: Machine, ada: Member
) -> None:
    await factories.a_charter(1)
    await factories.a_hold(ada, HoldKind.NO_SHOW, MONDAY + timedelta(days=3))
    await factories.a_booking(hours(1), printer)
    fields = {"starts_at": TEN, "ends_at": "2026-11-30T15:00:00+00:00", "note": "For the fair"}
    shown = await asked(browser, **fields)
    assert shown.status_code == 422
    text = shown.text
    for sentence in (
        "It is free again at Monday 30 November,\u00a011:00.",
        "At most 4\u00a0h at a time",
        "No new bookings until Thursday 3 December",
        "charter comes first",
    ):
        assert sentence in text, sentence
    assert 'href="/charter"' in text
    assert 'value="For the fair"' in text
    assert f'<option value="{TEN}" selected>10:00 (taken)</option>' in text
    assert '<option value="2026-11-30T15:00:00+00:00" selected>15:00</option>' in text
    assert await Booking.count() == 1


async def test_what_is_offered_instead_can_be_booked_with_one_press(
    browser: Browser, printer: Machine, ada: Member
) -> None:
    sister = await factories.a_machine(category=printer.category, name=Words(en="Sister"))
    await factories.a_booking(hours(1), printer)
    shown = await asked(browser, starts_at=TEN, ends_at=ELEVEN, note="For the fair")
    assert shown.text.index('id="problems"') < shown.text.index("Possible instead")
    assert shown.text.index("Possible instead") < shown.text.index('id="starts_at"')
    others = [form for form in forms(shown.text) if form.action == "/bookings"][:-1]
    assert 2 <= len(others) <= 5
    for form in others:
        again = await browser.post(
            "/bookings", data={**form.fields, "key": form.fields["key"]}, follow_redirects=False
        )
        assert again.status_code == 303, again.text
        made = await Booking.objects().get(Booking.member == ada.id)
        assert made.note == "For the fair"
        await made.remove()
    machines = {form.fields["machine"][0] for form in others}
    assert machines == {"printer", sister.slug}
    assert len({form.fields["key"][0] for form in others}) == len(others)


async def test_closed_names_the_closure_and_the_next_opening(
    browser: Browser, printer: Machine, ada: Member
) -> None:
    await factories.a_closure(date(2026, 12, 2))
    shown = await asked(
        browser, starts_at="2026-12-02T10:00:00+00:00", ends_at="2026-12-02T11:00:00+00:00"
    )
    assert shown.status_code == 422
    assert "Stocktake. It opens next on Thursday 3 December" in shown.text
    assert "Possible instead" in shown.text


async def test_not_certified_leads_to_the_machine(browser: Browser, ada: Member) -> None:
    laser = await factories.a_certification("laser")
    await factories.a_machine(slug="printer", certification=laser)
    shown = await asked(browser, starts_at=TEN, ends_at=ELEVEN)
    assert shown.status_code == 422
    assert "needs a certification first: Laser, level 1" in shown.text
    assert 'href="/machines/printer">What this machine needs' in shown.text


@pytest.mark.parametrize(
    "fields",
    [
        {"starts_at": "soon"},
        {"starts_at": None},
        {"starts_at": "2026-09-20T01:30"},
        {"ends_at": TEN},
        {"ends_at": "9999-12-31T23:59:59+00:00"},
        {"starts_at": "0001-01-01T00:00:00+00:00"},
        {"project": "not-mine"},
        {"note": "x" * 501},
        {"status": "confirmed"},
    ],
    ids=str,
)
async def test_what_cannot_be_is_refused_on_the_same_page(
    fields: dict[str, Any], browser: Browser, printer: Machine, ada: Member
) -> None:
    shown = await asked(browser, **({"starts_at": TEN, "ends_at": ELEVEN} | fields))
    assert shown.status_code == 422
    assert 'id="problems"' in shown.text
    assert await Booking.count() == 0


@pytest.mark.parametrize("start", ["2026-03-22T02:30", "later", "2026-11-30T10:10:00Z", ""])
async def test_any_start_in_an_address_is_bearable(
    start: str, browser: Browser, printer: Machine, ada: Member
) -> None:
    for day in ("", "&date=2026-13-01", "&date=2026-12-05"):
        address = f"/bookings/new?machine=printer&start={start}&end={start}{day}"
        assert (await browser.get(address)).status_code == 200
    assert (await browser.get("/bookings/new?machine=nothing")).status_code == 404


async def test_machines_to_choose_from_those_one_may_use_first(
    browser: Browser, printer: Machine, ada: Member
) -> None:
    laser = await factories.a_certification("laser")
    await factories.a_machine(name=Words(en="Laser"), certification=laser)
    text = await text_of(browser, "/bookings/new")
    assert 'href="/bookings/new?machine=printer"' in text
    assert text.index("Printer") < text.index("1 other machine needs a certification")
    assert "Needs: Laser" in text


async def test_starting_now_counts_as_being_there(
    browser: Browser, printer: Machine, ada: Member, travel: Travel
) -> None:
    travel(MONDAY + timedelta(minutes=7, seconds=20))
    done = await browser.submit("/bookings/new?machine=printer", "/bookings/now", ends_at=TEN)
    assert done.status_code == 303, done.text
    booking = await Booking.objects().first()
    assert booking.status == Status.CHECKED_IN
    assert booking.starts_at == MONDAY + timedelta(minutes=7)
    row = lane(await text_of(browser, "/schedule"), "Printer")
    assert "Your booking" in row
    text = await text_of(browser, "/bookings/new?machine=printer")
    assert "Start now" not in text


async def test_a_project_of_ones_own_may_be_named(
    browser: Browser, printer: Machine, ada: Member
) -> None:
    project = await Project.objects().create(
        slug="greenhouse", title=Words(en="Greenhouse").dump(), lead=ada.id
    )
    await ProjectMember.insert(ProjectMember(project=project.id, member=ada.id))
    done = await asked(browser, starts_at=TEN, ends_at=ELEVEN, project="greenhouse")
    assert done.status_code == 303, done.text
    booking = await Booking.objects().first()
    assert booking.project == project.id


async def test_staff_book_for_a_member_and_set_rules_aside_with_a_reason(
    browser: Browser, printer: Machine
) -> None:
    member = await factories.a_member()
    await browser.sign_in(await factories.a_manager())
    sunday = {
        "starts_at": "2026-12-06T10:00:00+00:00",
        "ends_at": "2026-12-06T11:00:00+00:00",
        "member": str(member.number),
    }
    refused = await asked(browser, **sunday)
    assert refused.status_code == 422
    assert 'name="override" value="closed"' in refused.text.replace(' id="override-1"', "")
    main = [form for form in forms(refused.text) if form.action == "/bookings"][-1]
    without = await browser.post("/bookings", data={**main.fields, "override": "closed"})
    assert without.status_code == 422
    assert "Say why" in without.text
    fields = {**main.fields, "override": "closed", "reason": "Open day"}
    done = await browser.post("/bookings", data=fields)
    assert done.status_code == 303, done.text
    booking = await Booking.objects().first()
    assert booking.member == member.id
    assert "Open day" in booking.override


@pytest.mark.parametrize("field", ["member", "override"])
async def test_members_do_neither(
    field: str, browser: Browser, printer: Machine, ada: Member
) -> None:
    other = await factories.a_member()
    given = {"member": str(other.number), "override": "closed"}[field]
    fields = {"starts_at": TEN, "ends_at": ELEVEN, field: given, "reason": "Because"}
    assert (await asked(browser, **fields)).status_code == 403
    assert await Booking.count() == 0


@pytest.mark.parametrize("address", ["/bookings/new", "/bookings/new?machine=printer"])
async def test_the_form_costs_few_statements(
    browser: Browser, printer: Machine, ada: Member, counted: Counting, address: str
) -> None:
    await text_of(browser, address)
    with counted() as sent:
        await text_of(browser, address)
    assert sent.count <= 8, sent.statements


async def test_booking_and_being_refused_cost_few_statements(
    browser: Browser, printer: Machine, ada: Member, counted: Counting
) -> None:
    form = await browser.get("/bookings/new?machine=printer")
    with counted() as sent:
        await browser.send_form(form, "/bookings", starts_at=TEN, ends_at=ELEVEN)
    assert sent.count <= 16, sent.statements
    await browser.sign_in(await factories.a_member())
    form = await browser.get("/bookings/new?machine=printer")
    with counted() as sent:
        await browser.send_form(form, "/bookings", starts_at=TEN, ends_at=ELEVEN)
    assert sent.count <= 16, sent.statements


async def test_a_taken_start_in_an_address_does_not_keep_its_end(
    browser: Browser, printer: Machine, ada: Member
) -> None:
    """Taken from eleven until closing: from the morning to twelve is not what was asked for."""
    await factories.a_booking(hours(2, 7.5), printer)
    asked_for = "start=2026-11-30T11:00Z&end=2026-11-30T12:00Z"
    text = await text_of(browser, f"/bookings/new?machine=printer&{asked_for}")
    form = next(form for form in forms(text) if form.action == "/bookings")
    start, end = (
        datetime.fromisoformat(form.fields[name][-1]) for name in ("starts_at", "ends_at")
    )
    assert end - start == timedelta(hours=1)
