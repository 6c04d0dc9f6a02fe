"""A machine stops, or is kept for maintenance, while people have booked it."""

from datetime import timedelta

import pytest

from fablab.bookings.tables import Booking, Kind, Status, Strike
from fablab.core.facts import load
from fablab.machines.tables import Machine
from fablab.members.tables import Member
from fablab.notifications.tables import Notification
from tests import factories
from tests.conftest import Travel
from tests.factories import MONDAY, hours
from tests.support.browser import Browser

ADDRESS = "/desk/machines/laser"
BLOCK = "/desk/machines/laser/block"


@pytest.fixture(autouse=True)
async def manager(rolled_back: None, browser: Browser) -> Member:
    await factories.a_lab()
    manager = await factories.a_manager()
    await browser.sign_in(manager)
    return manager


@pytest.fixture
async def laser() -> Machine:
    return await factories.a_machine(slug="laser")


async def now_of(booking: Booking) -> Booking:
    found = await Booking.objects().get(Booking.id == booking.id)
    assert found is not None
    return found


async def status_of_laser() -> str:
    found = await Machine.objects().get(Machine.slug == "laser")
    assert found is not None
    return str(found.status)


async def told() -> list[Notification]:
    return await Notification.objects().where(Notification.template == "bookings/called_off")


async def test_who_booked_it_is_shown_before_it_is_saved(browser: Browser, laser: Machine) -> None:
    await factories.a_booking(hours(1), laser)
    answer = await browser.submit(ADDRESS, ADDRESS, status="out_of_order")
    assert answer.status_code == 422
    assert "1 booking is in the way" in answer.text
    assert "Ada Lovelace" in answer.text
    assert await status_of_laser() == "available"
    left = await browser.send_form(answer, ADDRESS, stranded="refuse")
    assert left.status_code == 303
    assert await status_of_laser() == "available"


async def test_they_are_cancelled_and_told(browser: Browser, laser: Machine) -> None:
    first = await factories.a_booking(hours(1), laser)
    later = await factories.a_booking(hours(30), laser)
    answer = await browser.submit(
        ADDRESS, ADDRESS, status="maintenance", back_on="2026-12-01", back_time="09:00"
    )
    await browser.send_form(answer, ADDRESS, stranded="cancel")
    assert await status_of_laser() == "maintenance"
    found = await now_of(first)
    assert (found.status, found.cancel_reason) == (Status.CANCELLED, "machine_stopped")
    assert found.gave_up is False
    assert (await now_of(later)).status == Status.CONFIRMED
    [notice] = await told()
    assert notice.member == first.member


async def test_they_are_kept_and_marked_until_it_is_back(browser: Browser, laser: Machine) -> None:
    booking = await factories.a_booking(hours(1), laser)
    answer = await browser.submit(ADDRESS, ADDRESS, status="out_of_order")
    await browser.send_form(answer, ADDRESS, stranded="keep")
    kept = await now_of(booking)
    assert (kept.status, kept.attention) == (Status.CONFIRMED, "machine_stopped")
    assert "machine out of order, kept" in (await browser.get(f"/bookings/{booking.id}")).text
    assert not await told()
    await browser.submit(ADDRESS, ADDRESS, status="available")
    assert (await now_of(booking)).attention == ""


async def test_what_was_booked_meanwhile_is_shown_as_well(browser: Browser, laser: Machine) -> None:
    await factories.a_booking(hours(1), laser)
    answer = await browser.submit(ADDRESS, ADDRESS, status="out_of_order")
    unseen = await factories.a_booking(hours(3), laser)
    again = await browser.send_form(answer, ADDRESS, stranded="cancel")
    assert again.status_code == 422
    assert "Meanwhile something has changed." in again.text
    assert "2 bookings are in the way" in again.text
    assert (await now_of(unseen)).status == Status.CONFIRMED


@pytest.mark.parametrize("choice", ["keep", "cancel"])
async def test_what_runs_at_a_dangerous_machine_is_interrupted(
    browser: Browser, laser: Machine, travel: Travel, choice: str
) -> None:
    ada = await factories.a_member()
    running = await factories.a_booking(hours(0, 2), laser, ada, status=Status.CHECKED_IN)
    ahead = await factories.a_booking(hours(5), laser, ada)
    travel(MONDAY + timedelta(minutes=30))
    answer = await browser.submit(ADDRESS, ADDRESS, status="out_of_order", dangerous="on")
    assert "runs now" in answer.text
    await browser.send_form(answer, ADDRESS, stranded=choice)
    found = await now_of(running)
    assert (found.status, found.ended_because) == (Status.COMPLETED, "safety")
    expected = Status.CONFIRMED if choice == "keep" else Status.CANCELLED
    assert (await now_of(ahead)).status == expected
    [notice] = await told()
    assert len(load(notice.facts)["items"]) == (1 if choice == "keep" else 2)
    assert not await Strike.exists()


async def blocks() -> list[Booking]:
    rows = Booking.objects().where(Booking.kind == Kind.MAINTENANCE)
    return await rows.order_by(Booking.starts_at)


async def test_a_machine_is_kept_for_maintenance(browser: Browser, laser: Machine) -> None:
    done = await browser.submit(
        BLOCK, from_time="11:00", to_on="2026-11-30", to_time="13:00", name_en="New lens"
    )
    assert done.status_code == 303
    [row] = await blocks()
    assert (row.starts_at, row.ends_at, row.member) == (hours(2).start, hours(4).start, None)
    assert "New lens" in (await browser.get(ADDRESS)).text
    await browser.submit(ADDRESS, f"{ADDRESS}/blocks/{row.id}/end")
    assert (await blocks())[0].status == Status.CANCELLED


async def test_who_booked_it_is_cancelled_or_kept(browser: Browser, laser: Machine) -> None:
    booking = await factories.a_booking(hours(3), laser)
    times = {"from_time": "11:00", "to_on": "2026-11-30", "to_time": "15:00"}
    answer = await browser.submit(BLOCK, **times)
    assert answer.status_code == 422
    assert not await blocks()
    await browser.send_form(answer, stranded="keep")
    assert [(each.starts_at, each.ends_at) for each in await blocks()] == [
        (hours(2).start, hours(3).start),
        (hours(4).start, hours(6).start),
    ]
    assert (await now_of(booking)).attention == "machine_blocked"


async def test_cancelled_they_make_room_for_all_of_it(browser: Browser, laser: Machine) -> None:
    booking = await factories.a_booking(hours(3), laser)
    times = {"from_time": "11:00", "to_on": "2026-11-30", "to_time": "15:00"}
    answer = await browser.submit(BLOCK, **times)
    await browser.send_form(answer, stranded="cancel")
    assert (await now_of(booking)).cancel_reason == "machine_blocked"
    [row] = await blocks()
    assert (row.starts_at, row.ends_at) == (hours(2).start, hours(6).start)


async def test_until_further_notice_ends_when_it_is_done(
    browser: Browser, laser: Machine, travel: Travel
) -> None:
    await browser.submit(BLOCK, from_time="11:00")
    [row] = await blocks()
    assert row.ends_at.year == 9999
    assert "until further notice" in (await browser.get(ADDRESS)).text
    now = travel(MONDAY + timedelta(hours=5))
    await browser.submit(ADDRESS, f"{ADDRESS}/blocks/{row.id}/end")
    [row] = await blocks()
    assert (row.status, row.busy_until) == (Status.COMPLETED, now)


async def test_every_seat_of_a_room_is_kept(browser: Browser) -> None:
    room = await factories.a_room(slug="laser", units=3, booking_mode="per_seat")
    await factories.a_booking(hours(3), room, unit=2)
    answer = await browser.submit(BLOCK, from_time="11:00", to_on="2026-11-30", to_time="15:00")
    await browser.send_form(answer, stranded="keep")
    assert sorted(each.unit for each in await blocks()) == [1, 2, 2, 3]


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"to_on": "2026-11-29", "to_time": "12:00"}, "The end must come after the start."),
        ({"from_on": "2026-11-29"}, "This time has passed."),
        ({"to_on": "2026-12-01"}, "Give both, the day and the time."),
    ],
)
async def test_senseless_times_are_refused(
    browser: Browser, laser: Machine, fields: dict[str, str], reason: str
) -> None:
    answer = await browser.submit(BLOCK, **fields)
    assert answer.status_code == 422
    assert reason in answer.text
    assert not await blocks()
