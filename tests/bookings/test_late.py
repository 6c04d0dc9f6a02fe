"""Ten minutes late: said once, in time, and only as far as the end."""

from datetime import timedelta

import httpx
import pytest

from fablab.activity.tables import Activity
from fablab.bookings import changing, lateness, release
from fablab.bookings.tables import Booking, Status
from fablab.core.errors import NotFound, Refused
from fablab.machines.tables import Machine
from fablab.members.viewer import Viewer
from tests import factories
from tests.bookings.conftest import Book, now_of
from tests.bookings.scenarios.conftest import Program, codes, said
from tests.conftest import Travel
from tests.factories import MONDAY, hours
from tests.support.browser import Browser
from tests.support.forms import forms

MINUTE = timedelta(minutes=1)


@pytest.fixture
async def booking(ada: Viewer, printer: Machine, book: Book) -> Booking:
    """Ada's from ten to eleven; it is nine."""
    return (await book(ada, printer, hours(1))).booking


async def refusal(actor: Viewer, booking: Booking) -> str:
    with pytest.raises(Refused) as refused:
        await lateness.announce(actor, booking.id)
    return str(refused.value)


async def test_the_slot_waits_ten_minutes_longer(
    ada: Viewer, booking: Booking, travel: Travel
) -> None:
    await lateness.announce(ada, booking.id)
    assert (await now_of(booking)).late_minutes == 10
    travel(hours(1).start + 24 * MINUTE)
    assert await release.release_due() == 0
    travel(MINUTE)
    assert await release.release_due() == 1
    assert (await now_of(booking)).status == Status.NO_SHOW


async def test_it_is_said_once(ada: Viewer, booking: Booking) -> None:
    await lateness.announce(ada, booking.id)
    assert await refusal(ada, booking) == "late_already"
    assert (await now_of(booking)).release_at == hours(1).start + 25 * MINUTE


async def test_it_never_waits_past_the_end(
    ada: Viewer, printer: Machine, book: Book, travel: Travel
) -> None:
    short = (await book(ada, printer, hours(1, 0.25))).booking
    await lateness.announce(ada, short.id)
    assert (await now_of(short)).release_at == short.ends_at
    travel(short.ends_at)
    assert await release.release_due() == 1


async def test_from_a_day_before_until_it_is_released(
    ada: Viewer, booking: Booking, travel: Travel
) -> None:
    travel(hours(1).start - timedelta(hours=24) - MINUTE)
    assert await refusal(ada, booking) == "late_not_open"
    travel(hours(1).start + 15 * MINUTE)
    assert await refusal(ada, booking) == "released"
    assert (await now_of(booking)).status == Status.NO_SHOW  # settled, though refused


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (Status.PENDING, "not_confirmed"),
        (Status.CHECKED_IN, "already_here"),
        (Status.CANCELLED, "not_open"),
    ],
)
async def test_only_what_somebody_still_waits_for(
    status: Status, code: str, ada: Viewer, booking: Booking
) -> None:
    await Booking.update({Booking.status: status}).where(Booking.id == booking.id)
    assert await refusal(ada, booking) == code


async def test_what_is_never_released_needs_no_word(
    manager: Viewer, printer: Machine, book: Book
) -> None:
    own = (await book(manager, printer, hours(1))).booking
    assert await refusal(manager, own) == "never_released"


async def test_not_for_strangers_but_for_staff(
    ben: Viewer, manager: Viewer, booking: Booking
) -> None:
    with pytest.raises(NotFound):
        await lateness.announce(ben, booking.id)
    await lateness.announce(manager, booking.id)
    found = await Activity.objects().get((Activity.verb == "late") & (Activity.actor == manager.id))
    assert found is not None
    assert (found.thing_id, found.member) == (booking.id, booking.member)


async def test_another_end_keeps_it_and_another_time_begins_anew(
    ada: Viewer, booking: Booking
) -> None:
    await lateness.announce(ada, booking.id)
    await changing.change(ada, booking.id, ends_at=hours(1, 2).end)
    assert (await now_of(booking)).release_at == hours(1).start + 25 * MINUTE
    await changing.change(ada, booking.id, starts_at=hours(3).start)
    moved = await now_of(booking)
    assert (moved.late_minutes, moved.release_at) == (0, hours(3).start + 15 * MINUTE)


async def test_a_program_says_so_too(
    program: Program, ada: Viewer, ben: Viewer, booking: Booking
) -> None:
    asks: httpx.AsyncClient = await program(ada)
    told = await asks.post(f"/bookings/{booking.id}/late", json={})
    assert (told.status_code, told.json()["release_at"]) == (200, "2026-11-30T10:25:00+00:00")
    again = await asks.post(f"/bookings/{booking.id}/late", json={})
    assert (again.status_code, codes(again)) == (422, {"late_already"})
    assert "10:25" in said(again, "late_already")["message"]
    stranger = await program(ben)
    assert (await stranger.post(f"/bookings/{booking.id}/late", json={})).status_code == 404


async def test_the_page_has_a_button_until_it_was_pressed(
    browser: Browser, ada: Viewer, booking: Booking
) -> None:
    await browser.sign_in(ada.id)
    address = f"/bookings/{booking.id}"
    done = await browser.submit(address, f"{address}/late")
    assert done.headers["location"] == address
    text = (await browser.get(address)).text
    assert "the slot waits until 10:25" in text
    assert not [form for form in forms(text) if form.action.endswith("/late")]
    refused = await browser.post(f"{address}/late")
    assert refused.status_code == 422
    assert "The lab knows already" in refused.text


async def test_what_is_left_is_offered_on_the_page_of_a_released_one(
    browser: Browser, ada: Viewer, printer: Machine, booking: Booking, travel: Travel
) -> None:
    travel(MONDAY + timedelta(hours=1, minutes=20))
    await browser.sign_in(ada.id)
    text = (await browser.get(f"/bookings/{booking.id}")).text
    assert f'href="/bookings/new?machine={printer.slug}"' in text
    assert "Book what is left" in text
    assert booking.ends_at > factories.MONDAY
