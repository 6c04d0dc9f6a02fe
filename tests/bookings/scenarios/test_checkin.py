"""Check-in, release and what follows: K1 to K11 of the scenarios."""

from datetime import timedelta

from fablab.bookings.release import release_due
from fablab.bookings.tables import Booking, Status, Strike
from tests import factories
from tests.bookings.scenarios.conftest import Program, a_fine_machine, codes, wish
from tests.conftest import Travel
from tests.factories import MONDAY


async def now_of(booking_id: int) -> Booking:
    found = await Booking.objects().get(Booking.id == booking_id)
    assert found is not None
    return found


async def test_k5_finishing_frees_the_rest(program: Program, travel: Travel) -> None:
    await factories.a_lab()
    laser = await a_fine_machine({"turnaround_minutes": 10})
    ada, ben = await factories.a_member(), await factories.a_member()
    owner, other = await program(ada), await program(ben)
    made = (await owner.post("/bookings", json=wish(laser, 1, 2))).json()
    refused = await owner.post(f"/bookings/{made['id']}/finish", json={})
    assert (refused.status_code, codes(refused)) == (422, {"not_checked_in"})
    travel(MONDAY + timedelta(hours=1))
    await owner.post(f"/bookings/{made['id']}/check-in", json={})
    travel(MONDAY + timedelta(hours=1, minutes=20))
    finished = await owner.post(f"/bookings/{made['id']}/finish", json={})
    assert finished.json()["busy_until"] == "2026-11-30T10:30:00+00:00"
    early = await other.post("/bookings", json=wish(laser, 1 + 25 / 60, 1))
    assert early.status_code in (409, 422)
    assert (await other.post("/bookings", json=wish(laser, 1.5, 1))).status_code == 201


async def test_k7_a_short_one_is_released_at_its_end(program: Program, travel: Travel) -> None:
    await factories.a_lab()
    laser = await a_fine_machine({"granularity_minutes": 5, "min_minutes": 5})
    owner = await program(await factories.a_member())
    made = (await owner.post("/bookings", json=wish(laser, 1, 10 / 60))).json()
    travel(MONDAY + timedelta(hours=1, minutes=9))
    assert await release_due() == 0
    travel(MONDAY + timedelta(hours=1, minutes=10))
    assert await release_due() == 1
    assert (await now_of(made["id"])).status == Status.NO_SHOW
    assert not await Strike.exists()
