"""The form takes several at once or any of a family, and says which one stands in the way."""

from typing import Any

import pytest

from fablab.bookings.tables import Booking
from fablab.core.words import Words
from fablab.machines.tables import Machine
from fablab.members.viewer import Viewer
from tests import factories
from tests.bookings.scenarios.conftest import a_fine_machine
from tests.factories import hours
from tests.support.browser import Browser
from tests.support.forms import forms


@pytest.fixture
async def family(lab: None) -> list[Machine]:
    printing = await factories.a_category(slug="printing")
    return [await a_fine_machine(category=printing.id, position=place) for place in range(3)]


@pytest.fixture
async def ada_asks(browser: Browser, ada: Viewer) -> Browser:
    await browser.sign_in(ada.id)
    return browser


TEN = {"starts_at": "2026-11-30T10:00+00:00", "ends_at": "2026-11-30T11:00+00:00"}


async def booked(browser: Browser, page: str, **fields: Any) -> Any:
    shown = await browser.get(page)
    [form] = [form for form in forms(shown.text) if form.action == "/bookings"]
    return await browser.post("/bookings", data=form.fields | TEN | fields)


async def test_further_machines_are_booked_together(
    ada_asks: Browser, family: list[Machine]
) -> None:
    page = f"/bookings/new?machine={family[0].slug}"
    answer = await booked(ada_asks, page, machines=[family[1].slug, family[2].slug])
    assert answer.status_code == 303
    rows = await Booking.objects()
    assert {row.machine for row in rows} == {each.id for each in family}
    assert len({row.party for row in rows}) == 1


async def test_the_page_says_which_one_is_taken_and_keeps_what_was_ticked(
    ada_asks: Browser, family: list[Machine]
) -> None:
    await factories.a_booking(hours(1), machine=family[1])
    page = f"/bookings/new?machine={family[0].slug}"
    answer = await booked(ada_asks, page, machines=[family[1].slug])
    assert answer.status_code == 422
    alert = answer.text.split('id="problems"')[1].split("</div>")[0]
    assert f"{Words.parse(family[1].name).say('en')}: " in alert
    assert f'value="{family[1].slug}" checked' in answer.text
    other = next(form for form in forms(answer.text) if form.fields.get("machines"))
    assert (await ada_asks.post("/bookings", data=other.fields)).status_code == 303
    assert await Booking.count().where(Booking.party.is_not_null()) == 2


async def test_seats_of_a_room(ada_asks: Browser, lab: None) -> None:
    room = await factories.a_room(
        units=6, booking_mode="per_seat", policy={"granularity_minutes": 15, "min_minutes": 15}
    )
    answer = await booked(ada_asks, f"/bookings/new?machine={room.slug}", seats="3")
    assert answer.status_code == 303
    assert sorted(row.unit for row in await Booking.objects()) == [1, 2, 3]


async def test_any_of_a_family_offers_what_is_free_on_one_of_them(
    ada_asks: Browser, family: list[Machine]
) -> None:
    for each in family[:2]:
        await factories.a_booking(hours(1), machine=each)
    answer = await booked(ada_asks, "/bookings/new?category=printing")
    assert answer.status_code == 303
    [mine] = await Booking.objects().where(Booking.machine == family[2].id)
    again = await ada_asks.get("/bookings/new?category=printing")
    assert "10:00 (taken)" in again.text
    assert mine.party is None


async def test_none_of_a_family_is_free(ada_asks: Browser, family: list[Machine]) -> None:
    for each in family:
        await factories.a_booking(hours(1), machine=each)
    answer = await booked(ada_asks, "/bookings/new?category=printing")
    assert answer.status_code == 422
    assert "Somebody has booked this time" in answer.text
    assert any(form.fields.get("machine") for form in forms(answer.text))


async def test_the_booking_shows_all_of_its_party(
    ada_asks: Browser, family: list[Machine], counted: Any
) -> None:
    page = f"/bookings/new?machine={family[0].slug}"
    made = await booked(ada_asks, page, machines=[family[1].slug])
    shown = await ada_asks.get(made.headers["location"])
    first, second = await Booking.objects().order_by(Booking.id)
    assert f'href="/bookings/{second.id}"' in shown.text
    assert f'action="/bookings/{first.id}/party/cancel"' in shown.text
    assert f'action="/bookings/{first.id}/cancel"' in shown.text
    with counted() as sent:
        await ada_asks.get(made.headers["location"])
    assert sent.count <= 8, sent.statements
    gone = await ada_asks.post(f"/bookings/{first.id}/party/cancel", data={"give_up": "on"})
    assert gone.status_code == 303
    assert {row.status for row in await Booking.objects()} == {"cancelled"}


async def test_one_of_a_party_may_go_alone(ada_asks: Browser, family: list[Machine]) -> None:
    page = f"/bookings/new?machine={family[0].slug}"
    await booked(ada_asks, page, machines=[family[1].slug])
    first, second = await Booking.objects().order_by(Booking.id)
    await ada_asks.post(f"/bookings/{first.id}/cancel", data={"give_up": "on"})
    rows = {row.id: row.status for row in await Booking.objects()}
    assert rows == {first.id: "cancelled", second.id: "confirmed"}


async def test_machines_of_no_family_have_no_sisters(ada_asks: Browser, lab: None) -> None:
    alone, _ = await a_fine_machine(), await a_fine_machine()
    shown = await ada_asks.get(f"/bookings/new?machine={alone.slug}")
    assert shown.status_code == 200
    assert 'name="machines"' not in shown.text


@pytest.mark.parametrize("query", ["category=unknown", "machine=unknown"])
async def test_what_is_not_there(query: str, ada_asks: Browser, family: list[Machine]) -> None:
    assert (await ada_asks.get(f"/bookings/new?{query}")).status_code == 404
