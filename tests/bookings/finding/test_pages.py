"""The page of finding a time: asked by its address, answered with openings to press."""

from typing import Any

import pytest

from fablab.bookings.tables import Booking
from fablab.machines.tables import Machine
from fablab.members.viewer import Viewer
from tests import factories
from tests.bookings.scenarios.conftest import a_fine_machine
from tests.factories import hours
from tests.support.browser import Browser
from tests.support.forms import forms


@pytest.fixture
async def ada_looks(browser: Browser, ada: Viewer) -> Browser:
    await browser.sign_in(ada.id)
    return browser


async def test_one_press_books_what_was_found(
    ada_looks: Browser, ada: Viewer, printer: Machine
) -> None:
    await factories.a_booking(hours(0), machine=printer)
    found = await ada_looks.get("/find?minutes=60")
    assert found.status_code == 200
    first = next(form for form in forms(found.text) if form.action == "/bookings")
    for _ in range(2):
        booked = await ada_looks.post("/bookings", data=first.fields)
        assert booked.status_code == 303
    [mine] = await Booking.objects().where(Booking.member == ada.id)
    assert mine.period == hours(1)


async def test_the_choice_leads_to_the_form(ada_looks: Browser, printer: Machine) -> None:
    found = await ada_looks.get(f"/find?machine={printer.slug}&minutes=90&after=14:00")
    address = f"/bookings/new?machine={printer.slug}&amp;start=2026-11-30T14:00Z"
    assert address in found.text
    form = await ada_looks.get(f"/bookings/new?machine={printer.slug}&start=2026-11-30T14:00Z")
    assert form.status_code == 200


async def test_what_is_left_out_says_why(ada_looks: Browser, lab: None) -> None:
    laser = await a_fine_machine(certification=(await factories.a_certification("laser")).id)
    found = await ada_looks.get("/find?minutes=60")
    assert "This machine needs a certification first" in found.text
    assert f'value="{laser.slug}"' in found.text


async def test_a_category_leaves_out_the_others(ada_looks: Browser, printer: Machine) -> None:
    family = await factories.a_category(slug="lasers")
    laser = await a_fine_machine(category=family.id)
    found = await ada_looks.get("/find?category=lasers&minutes=60")
    assert f"/bookings/new?machine={laser.slug}" in found.text
    assert f"/bookings/new?machine={printer.slug}" not in found.text


async def test_many_come_in_pages(ada_looks: Browser, printer: Machine) -> None:
    for _ in range(4):
        await a_fine_machine()
    first = await ada_looks.get("/find?minutes=60&from=2026-12-01")
    assert "page=2" in first.text
    second = await ada_looks.get("/find?minutes=60&from=2026-12-01&page=2")
    assert "page=1" in second.text
    assert "Saturday 12 December" not in first.text


@pytest.mark.parametrize(
    "query",
    [
        "minutes=0",
        "minutes=x",
        "from=9999-12-31",
        "to=2026-01-01",
        "from=2026-12-01&to=2027-12-01",
        "after=25:00",
        "surprise=1",
    ],
)
async def test_what_cannot_be_looked_for_is_said(
    query: str, ada_looks: Browser, printer: Machine
) -> None:
    answer = await ada_looks.get(f"/find?{query}")
    assert (answer.status_code, 'role="alert"' in answer.text) == (422, True)


async def test_an_empty_form_looks_for_everything(ada_looks: Browser, printer: Machine) -> None:
    answer = await ada_looks.get("/find?category=&minutes=60&from=&to=&after=&before=")
    assert f"/bookings/new?machine={printer.slug}" in answer.text


async def test_staff_look_for_a_member(
    browser: Browser, manager: Viewer, ada: Viewer, ben: Viewer, lab: None
) -> None:
    laser = await a_fine_machine(certification=(await factories.a_certification("laser")).id)
    await browser.sign_in(manager.id)
    nobody = await browser.get("/find?minutes=60&member=999999")
    assert nobody.status_code == 422
    answer = await browser.get(f"/find?minutes=60&member={ada.number}")
    assert "This machine needs a certification first" in answer.text
    assert f"/bookings/new?machine={laser.slug}" not in answer.text


@pytest.mark.parametrize("machines", [1, 12])
async def test_the_page_asks_little(
    machines: int, ada_looks: Browser, lab: None, counted: Any
) -> None:
    for _ in range(machines):
        await factories.a_booking(hours(0), machine=await a_fine_machine())
    await ada_looks.get("/find?minutes=60")
    with counted() as sent:
        await ada_looks.get("/find?minutes=60")
    assert sent.count <= 8, sent.statements
