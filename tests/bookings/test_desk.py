"""The desk sees who is expected, and checks in whoever stands there."""

from datetime import timedelta
from typing import Any

from fablab.bookings.tables import Booking, Status
from fablab.machines.tables import Machine
from fablab.members.viewer import Viewer
from tests.bookings.conftest import Book
from tests.conftest import Travel
from tests.factories import hours


async def test_staff_see_who_is_due_and_check_them_in(
    browser: Any, ada: Viewer, manager: Viewer, printer: Machine, book: Book, travel: Travel
) -> None:
    booking = (await book(ada, printer, hours(1))).booking
    await browser.sign_in(manager.id)
    assert "Lovelace" in (await browser.get("/desk")).text
    travel(timedelta(minutes=55))
    answer = await browser.submit("/desk", f"/bookings/{booking.id}/check-in")
    assert answer.status_code == 303
    row = await Booking.select(Booking.status, Booking.checked_in_by).first()
    assert row == {"status": Status.CHECKED_IN, "checked_in_by": manager.id}


async def test_the_desk_is_for_staff(browser: Any, ada: Viewer, counted: Any) -> None:
    assert (await browser.get("/desk")).status_code == 303
    await browser.sign_in(ada.id)
    assert (await browser.get("/desk")).status_code == 403


async def test_the_desk_asks_little(
    browser: Any, manager: Viewer, printer: Machine, counted: Any
) -> None:
    await browser.sign_in(manager.id)
    await browser.get("/desk")
    with counted() as asked:
        await browser.get("/desk")
    assert asked.count <= 8, asked.statements
