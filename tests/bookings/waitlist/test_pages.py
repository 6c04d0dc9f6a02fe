"""Waiting on the pages: from a refusal with one press, to the page that a mail leads to."""

from datetime import timedelta
from typing import Any

import pytest

from fablab.bookings import cancelling
from fablab.bookings.tables import Booking, Kind, Waiting
from fablab.machines.tables import Machine
from fablab.members.viewer import Viewer
from tests import factories
from tests.bookings.conftest import Book, viewer
from tests.factories import hours
from tests.support.browser import Browser

TEN, ELEVEN = "2026-11-30T10:00:00+00:00", "2026-11-30T11:00:00+00:00"
FORM = "/bookings/new?machine={slug}&date=2026-11-30"


@pytest.fixture
async def waiter(browser: Browser, lab: None) -> Any:
    member = await factories.a_member(given_name_latin="Zineb", family_name_latin="Berrada")
    await browser.sign_in(member)
    return member


async def an_offer(book: Book, ada: Viewer, machine: Machine, waiter: Any) -> int:
    made = await book(ada, machine, hours(1))
    entry = await factories.a_waiting(machine, member=waiter)
    await cancelling.cancel(ada, made.booking.id, give_up=True)
    row = await Booking.select(Booking.id).where(Booking.waiting == entry.id).first()
    return int(row["id"])


async def test_from_a_refusal_with_one_press(
    browser: Browser, waiter: Any, ada: Viewer, printer: Machine, book: Book
) -> None:
    await book(ada, printer, hours(1))
    refused = await browser.submit(
        FORM.format(slug=printer.slug), "/bookings", starts_at=TEN, ends_at=ELEVEN
    )
    assert refused.status_code == 422
    joined = await browser.send_form(refused, "/waitlist")
    assert joined.headers["location"] == "/waitlist"
    row = await Waiting.select().first()
    assert (row["member"], row["machine"], row["minutes"]) == (waiter.id, printer.id, 60)
    assert (row["window_start"], row["window_end"]) == (hours(1).start, hours(1).end)
    for path in ("/waitlist", "/me"):
        shown = (await browser.get(path)).text
        assert "first in line" in shown
    await browser.submit("/waitlist", f"/waitlist/{row['id']}/leave")
    assert "You stand in no line" in (await browser.get("/waitlist")).text


async def test_a_wider_window_and_any_of_the_family(
    browser: Browser, waiter: Any, ada: Viewer, ben: Viewer, book: Book
) -> None:
    family = await factories.a_category(slug="lasers")
    lasers = [await factories.a_machine(category=family.id) for _ in range(2)]
    for who, laser in zip((ada, ben), lasers, strict=True):
        await book(who, laser, hours(1, 4))
    page = f"/waitlist/new?machine={lasers[0].slug}&start=2026-11-30T10:00&end=2026-11-30T11:00"
    await browser.submit(
        page,
        "/waitlist",
        window_start="2026-11-30T10:00",
        window_end="2026-11-30T14:00",
        minutes="60",
        any="on",
    )
    row = await Waiting.select().first()
    assert (row["machine"], row["category"], row["minutes"]) == (None, family.id, 60)
    assert row["window_end"] == hours(5).start


async def test_what_is_free_leads_to_booking_it(
    browser: Browser, waiter: Any, printer: Machine
) -> None:
    answer = await browser.submit(
        f"/waitlist/new?machine={printer.slug}",
        "/waitlist",
        window_start="2026-11-30T10:00",
        window_end="2026-11-30T11:00",
    )
    assert answer.status_code == 422
    assert f"/bookings/new?machine={printer.slug}&amp;start=2026-11-30T10" in answer.text


async def test_opening_the_page_of_an_offer_does_nothing(
    browser: Browser, waiter: Any, ada: Viewer, printer: Machine, book: Book
) -> None:
    offer = await an_offer(book, ada, printer, waiter)
    for _ in range(2):
        assert (await browser.get(f"/offers/{offer}")).status_code == 200
    row = await Booking.select(Booking.kind, Booking.status).where(Booking.id == offer).first()
    assert row == {"kind": "offer", "status": "pending"}
    assert f"/offers/{offer}" in (await browser.get("/me")).text
    answer = await browser.submit(f"/offers/{offer}", f"/offers/{offer}/accept")
    assert answer.headers["location"] == f"/bookings/{offer}"
    assert (await browser.get(f"/offers/{offer}")).headers["location"] == f"/bookings/{offer}"


async def test_declining_and_an_offer_that_is_over(
    browser: Browser, waiter: Any, ada: Viewer, printer: Machine, book: Book
) -> None:
    offer = await an_offer(book, ada, printer, waiter)
    page = await browser.get(f"/offers/{offer}")
    await browser.send_form(page, f"/offers/{offer}/decline")
    late = await browser.send_form(page, f"/offers/{offer}/accept")
    assert late.status_code == 422
    assert "This offer is over." in late.text
    assert not await Booking.exists().where(Booking.kind == Kind.USE, Booking.id == offer)


async def test_the_schedule_says_held_and_names_nobody(
    browser: Browser, waiter: Any, ada: Viewer, manager: Viewer, printer: Machine, book: Book
) -> None:
    offer = await an_offer(book, ada, printer, waiter)
    mine = (await browser.get("/schedule?date=2026-11-30")).text
    assert f'href="/offers/{offer}"' in mine
    await browser.sign_in(manager.id)
    theirs = (await browser.get("/schedule?date=2026-11-30")).text
    assert f"/offers/{offer}" not in theirs
    assert "Berrada" not in theirs
    feed = await browser.get("/api/v1/schedule?date=2026-11-30")
    [block] = feed.json()["machines"][0]["blocks"]
    assert (block["kind"], block["mine"], "who" in block) == ("offer", False, False)


async def test_staff_see_the_lines_and_take_somebody_out(
    browser: Browser, ada: Viewer, manager: Viewer, printer: Machine, book: Book
) -> None:
    await book(ada, printer, hours(1))
    entry = await factories.a_waiting(printer)
    await browser.sign_in(manager.id)
    assert "Ada Lovelace" in (await browser.get("/desk/waitlist")).text
    gone = await browser.submit("/desk/waitlist", f"/waitlist/{entry.id}/leave")
    assert gone.headers["location"] == "/desk/waitlist"
    assert "Nobody waits" in (await browser.get("/desk/waitlist")).text


async def test_the_numbers_of_offers_are_the_staffs(
    browser: Browser, ada: Viewer, manager: Viewer, printer: Machine, book: Book, lab: None
) -> None:
    await browser.sign_in(manager.id)
    answer = await browser.submit(
        "/desk/policy", "/desk/policy", offer_near_minutes="25", offer_night_from="22:30"
    )
    assert answer.status_code == 303, answer.text
    offer = await an_offer(book, ada, printer, await factories.a_member())
    row = await Booking.select(Booking.decide_by).where(Booking.id == offer).first()
    assert row["decide_by"] == hours(0).start + timedelta(minutes=25)


async def test_nobody_else_opens_an_offer(
    browser: Browser, ada: Viewer, manager: Viewer, printer: Machine, book: Book
) -> None:
    waiter = await factories.a_member()
    offer = await an_offer(book, ada, printer, waiter)
    for other in (ada, manager, viewer(await factories.a_member())):
        await browser.sign_in(other.id)
        assert (await browser.get(f"/offers/{offer}")).status_code == 404


async def test_day_and_time_of_the_window_are_chosen_apart(
    browser: Browser, waiter: Any, ben: Viewer, printer: Machine, book: Book
) -> None:
    await book(ben, printer, hours(1, 4))
    days = {f"window_{name}_day": "2026-11-30" for name in ("start", "end")}
    times = {"window_start_time": "10:00", "window_end_time": "11:00"}
    page = f"/waitlist/new?machine={printer.slug}"
    await browser.submit(page, "/waitlist", **days, **times)
    row = await Waiting.select().first()
    assert (row["window_start"], row["window_end"]) == (hours(1).start, hours(2).start)


async def test_a_window_without_its_days_is_asked_again(
    browser: Browser, waiter: Any, printer: Machine
) -> None:
    page = f"/waitlist/new?machine={printer.slug}"
    answer = await browser.submit(page, "/waitlist")
    assert answer.status_code == 422
    assert 'id="window_start-wrong"' in answer.text
