"""Two at one machine at the same moment: real transactions, so a database of its own."""

import asyncio
from typing import Any

import pytest

from fablab.bookings.tables import Booking
from tests import factories
from tests.factories import MONDAY
from tests.support.browser import Browser


@pytest.fixture(autouse=True)
async def lab(committed_database: object) -> None:
    await factories.a_lab()


async def test_of_two_who_start_at_once_one_does(app: Any) -> None:
    machine = await factories.a_machine(tag="PRI-01")
    people = [await factories.a_member() for _ in range(4)]
    browsers = [Browser(app) for _ in people]
    for browser, member in zip(browsers, people, strict=True):
        await browser.sign_in(member)
    form = {"ends_at": MONDAY.replace(hour=10).isoformat()}
    answers = await asyncio.gather(
        *(browser.post("/at/PRI-01/start", data=form) for browser in browsers)
    )
    assert sorted(answer.status_code for answer in answers) == [303, 422, 422, 422]
    [booking] = await Booking.objects().where(Booking.machine == machine.id)
    assert booking.status == "checked_in"
    for browser in browsers:
        await browser.aclose()


async def test_pressed_twice_at_once_it_is_one(app: Any) -> None:
    await factories.a_machine(tag="PRI-01")
    async with Browser(app) as browser:
        await browser.sign_in(await factories.a_member())
        shown = await browser.get("/at/PRI-01")
        answers = await asyncio.gather(
            *(browser.send_form(shown, "/at/PRI-01/start") for _ in range(4))
        )
    assert {answer.status_code for answer in answers} == {303}
    assert await Booking.count() == 1
