"""Staff draw a booking elsewhere: the same rules as for every move, answered to a script."""

import pytest

from fablab.bookings.tables import Booking, Status
from fablab.core.words import Words
from tests import factories
from tests.factories import hours
from tests.support.browser import Browser
from tests.support.counting import Counting

JSON = {"accept": "application/json"}


@pytest.fixture(autouse=True)
async def lab(rolled_back: None) -> None:
    await factories.a_lab()


async def a_scene(browser: Browser) -> Booking:
    laser = await factories.a_machine(slug="laser", name=Words(en="Laser"))
    await factories.a_machine(slug="mill", name=Words(en="Mill"))
    booking = await factories.a_booking(hours(2), machine=laser)
    await browser.sign_in(await factories.a_manager())
    return booking


def place(start: str, end: str, machine: str = "laser") -> dict[str, str]:
    day = "2026-11-30T"
    return {
        "machine": machine,
        "starts_at": f"{day}{start}:00Z",
        "ends_at": f"{day}{end}:00Z",
    }


async def stored(booking: Booking) -> Booking:
    found = await Booking.objects().get(Booking.id == booking.id)
    assert found is not None
    return found


async def test_it_stands_where_it_was_drawn(browser: Browser) -> None:
    booking = await a_scene(browser)
    answer = await browser.post(
        f"/bookings/{booking.id}/place", data=place("14:00", "15:30", "mill"), headers=JSON
    )
    assert answer.status_code == 200
    assert answer.json() == {
        "machine": "mill",
        "starts_at": "2026-11-30T14:00:00+00:00",
        "ends_at": "2026-11-30T15:30:00+00:00",
    }
    moved = await stored(booking)
    assert moved.machine != booking.machine
    assert moved.sequence == booking.sequence + 1
    again = await browser.post(
        f"/bookings/{booking.id}/place", data=place("14:00", "15:30", "mill"), headers=JSON
    )
    assert again.json() == answer.json(), "sent twice it is moved once"
    assert (await stored(booking)).sequence == moved.sequence


async def test_refused_it_stays_and_every_reason_is_told(browser: Browser) -> None:
    booking = await a_scene(browser)
    answer = await browser.post(
        f"/bookings/{booking.id}/place", data=place("18:00", "19:00"), headers=JSON
    )
    assert answer.status_code == 422
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert [each["code"] for each in answer.json()["violations"]] == ["closed"]
    assert all(each["message"] for each in answer.json()["violations"])
    assert (await stored(booking)).starts_at == booking.starts_at
    other = await factories.a_booking(hours(5), machine=await factories.a_machine(slug="press"))
    assert other
    taken = await browser.post(
        f"/bookings/{booking.id}/place", data=place("14:00", "15:00", "press"), headers=JSON
    )
    assert taken.status_code == 409
    unread = await browser.post(f"/bookings/{booking.id}/place", data={}, headers=JSON)
    assert unread.status_code == 422


async def test_what_is_checked_in_moves_only_its_end(browser: Browser) -> None:
    booking = await a_scene(browser)
    checked_in = await factories.a_booking(
        hours(0), machine=await factories.a_machine(slug="saw"), status=Status.CHECKED_IN
    )
    address = f"/bookings/{checked_in.id}/place"
    moved = await browser.post(address, data=place("11:00", "12:00", "saw"), headers=JSON)
    assert moved.status_code == 422
    longer = await browser.post(address, data=place("09:00", "10:30", "saw"), headers=JSON)
    assert longer.status_code == 200
    text = (await browser.get("/schedule", headers={"accept-language": "en"})).text
    assert f'href="/bookings/{booking.id}" data-moves="all"' in text
    assert f'href="/bookings/{checked_in.id}" data-moves="end"' in text


async def test_only_staff_draw_and_only_from_our_pages(browser: Browser) -> None:
    booking = await a_scene(browser)
    address, sent = f"/bookings/{booking.id}/place", place("14:00", "15:00")
    foreign = await browser.post(address, data=sent, headers=JSON | {"x-csrf-token": ""})
    assert foreign.status_code == 403
    assert booking.member is not None
    await browser.sign_in(booking.member)
    assert (await browser.post(address, data=sent, headers=JSON)).status_code == 403
    text = (await browser.get("/schedule")).text
    assert "data-moves" not in text
    assert "arranging" not in text
    assert (await stored(booking)).starts_at == booking.starts_at


async def test_it_costs_no_more_than_a_move(browser: Browser, counted: Counting) -> None:
    booking = await a_scene(browser)
    await browser.post(f"/bookings/{booking.id}/place", data=place("12:00", "13:00"), headers=JSON)
    with counted() as sent:
        answer = await browser.post(
            f"/bookings/{booking.id}/place", data=place("14:00", "15:00"), headers=JSON
        )
    assert answer.status_code == 200
    assert sent.count <= 16, sent.statements
