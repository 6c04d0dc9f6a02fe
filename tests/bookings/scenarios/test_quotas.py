"""Quotas, as people meet them: the scenarios of this name, through the API."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from fablab.bookings.release import release_due
from fablab.bookings.tables import Booking
from fablab.core.periods import Period
from fablab.machines.tables import Machine
from fablab.members.tables import Member
from tests import factories
from tests.bookings.scenarios.conftest import Program, a_fine_machine, codes, said, wish
from tests.conftest import Travel
from tests.factories import MONDAY

DAY = 24
SUNDAY, NEXT_MONDAY = 6 * DAY, 7 * DAY
NIGHT = {"attendance": "start_and_end_staffed", "closed_hours": "night", "max_minutes": 24 * 60}


async def always_open() -> None:
    await factories.a_lab(week={day: ["00:00-23:59"] for day in range(7)})


@pytest.fixture
async def someone() -> Member:
    return await factories.a_member()


@pytest.fixture
async def asks(program: Program, someone: Member) -> httpx.AsyncClient:
    return await program(someone)


async def book(asks: httpx.AsyncClient, *given: Any, **more: Any) -> httpx.Response:
    return await asks.post("/bookings", json=wish(*given, **more))


async def used(asks: httpx.AsyncClient) -> int:
    """Of the one quota that binds."""
    [quota] = (await asks.get("/me")).json()["quotas"]
    return int(quota["used"])


async def test_q1_two_a_week(asks: httpx.AsyncClient) -> None:
    await always_open()
    printer = await a_fine_machine()
    await factories.a_quota(measure="bookings", span="week", most=2)
    for start in (3 * DAY, 4 * DAY):
        assert (await book(asks, printer, start)).status_code == 201
    assert (await book(asks, printer, NEXT_MONDAY)).status_code == 201
    refused = await book(asks, printer, SUNDAY)
    assert (refused.status_code, codes(refused)) == (422, {"quota_exceeded"})
    told = said(refused, "quota_exceeded")
    assert told["message"] == "Daily limit: bookings in that week, 2 of 2."
    assert (told["limit"], told["overridable"]) == (2, True)
    assert told["nearest"] == ["2026-12-07T00:00:00+00:00"]


@pytest.mark.parametrize(("most", "status"), [(24, 201), (23, 422)])
async def test_q3_all_hours_are_split_at_local_midnight(
    most: int, status: int, asks: httpx.AsyncClient
) -> None:
    """From noon to noon two days later: 12 + 24 + 12."""
    await factories.a_lab()
    printer = await a_fine_machine({"attendance": "anytime", "max_minutes": 3 * 24 * 60})
    await factories.a_quota(hours="all", most=most * 60)
    assert (await book(asks, printer, 3, 48)).status_code == status


async def test_q5_only_a_change_that_raises_the_use_is_refused(asks: httpx.AsyncClient) -> None:
    await factories.a_lab()
    printer = await a_fine_machine()
    made = (await book(asks, printer, 2, 2)).json()
    await factories.a_quota(most=60)

    async def until(length: float) -> int:
        ends_at = wish(printer, 2, length)["ends_at"]
        answer = await asks.patch(f"/bookings/{made['id']}", json={"ends_at": ends_at})
        return answer.status_code

    assert await until(2) == 200
    assert await until(2.25) == 422
    assert await until(1.5) == 200
    moved = {key: wish(printer, 4, 1.5)[key] for key in ("starts_at", "ends_at")}
    assert (await asks.patch(f"/bookings/{made['id']}", json=moved)).status_code == 200
    assert await until(2) == 422


async def test_q5_what_is_not_time_trips_no_quota(asks: httpx.AsyncClient) -> None:
    await factories.a_lab()
    printer = await a_fine_machine()
    made = (await book(asks, printer, 2, 2)).json()
    await factories.a_quota(most=60)
    changed = await asks.patch(f"/bookings/{made['id']}", json={"own_material": True})
    assert (changed.status_code, changed.json()["own_material"]) == (200, True)


async def test_q6_both_lasers_share_a_day(asks: httpx.AsyncClient) -> None:
    await factories.a_lab()
    family = await factories.a_category()
    one, other = await a_fine_machine(category=family.id), await a_fine_machine(category=family.id)
    elsewhere = await a_fine_machine()
    await factories.a_quota(category=family.id, most=120)
    assert (await book(asks, one, 1)).status_code == 201
    assert (await book(asks, other, 2)).status_code == 201
    for laser in (one, other):
        assert codes(await book(asks, laser, 4)) == {"quota_exceeded"}
        assert (await book(asks, laser, DAY + (1 if laser is one else 2))).status_code == 201
    assert (await book(asks, elsewhere, 4)).status_code == 201


class TestQ8:
    """Two at once: real transactions, so a database of its own."""

    pytestmark = pytest.mark.usefixtures("committed_database")

    async def test_q8_one_open_booking_of_two_asked_at_once(self, program: Program) -> None:
        await factories.a_lab()
        await factories.a_quota(measure="open", most=1)
        client = await program(await factories.a_member())
        machines = [await a_fine_machine() for _ in range(2)]
        answers = await asyncio.gather(
            *(book(client, machine, 1 + place) for place, machine in enumerate(machines))
        )
        assert sorted(answer.status_code for answer in answers) == [201, 422]
        [refused] = [answer for answer in answers if answer.status_code == 422]
        assert codes(refused) == {"quota_exceeded"}
        assert await Booking.count() == 1


@pytest.fixture
async def night_printer() -> Machine:
    await factories.a_lab()
    await factories.a_quota(span="week", most=20 * 60)
    return await a_fine_machine(NIGHT)


async def a_print(asks: httpx.AsyncClient, printer: Machine) -> dict[str, Any]:
    """From Thursday 17:00 to Friday 10:00."""
    answer = await book(asks, printer, 3 * DAY + 8, 17)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def test_q9_a_night_counts_its_opening_hours(
    asks: httpx.AsyncClient, night_printer: Machine
) -> None:
    await a_print(asks, night_printer)
    [quota] = (await asks.get("/me")).json()["quotas"]
    assert (quota["used"], quota["left"], quota["limit"]) == (150, 1050, 1200)
    assert (quota["unit"], quota["hours"], quota["since"]) == ("minutes", "opening", "2026-11-30")


async def test_q9_finished_early_what_was_used(
    asks: httpx.AsyncClient, night_printer: Machine, travel: Travel
) -> None:
    made = await a_print(asks, night_printer)
    travel(thursday(17))
    await asks.post(f"/bookings/{made['id']}/check-in", json={})
    travel(thursday(18))
    await asks.post(f"/bookings/{made['id']}/finish", json={})
    assert await used(asks) == 60


async def test_q9_a_no_show_counts_in_full(
    asks: httpx.AsyncClient, night_printer: Machine, travel: Travel
) -> None:
    await a_print(asks, night_printer)
    travel(thursday(17, 15))
    assert await release_due() == 1
    assert await used(asks) == 150


async def test_q9_given_up_after_its_start_what_was_kept_from_others(
    asks: httpx.AsyncClient, night_printer: Machine, travel: Travel
) -> None:
    made = await a_print(asks, night_printer)
    travel(thursday(17, 10))
    given_up = await asks.post(f"/bookings/{made['id']}/cancel", json={"give_up": True})
    assert given_up.status_code == 200
    assert await used(asks) == 10


async def test_q9_given_up_before_its_start_nothing(
    asks: httpx.AsyncClient, night_printer: Machine, travel: Travel
) -> None:
    made = await a_print(asks, night_printer)
    travel(thursday(16, 30))
    await asks.post(f"/bookings/{made['id']}/cancel", json={"give_up": True})
    assert await used(asks) == 0


def thursday(hour: int, minute: int = 0) -> datetime:
    return (MONDAY + timedelta(days=3)).replace(hour=hour, minute=minute)


async def test_a_request_that_waits_counts(asks: httpx.AsyncClient) -> None:
    await factories.a_lab()
    laser = await a_fine_machine({"needs_approval": True})
    await factories.a_quota(most=60)
    assert (await book(asks, laser, 1)).json()["status"] == "pending"
    assert codes(await book(asks, laser, 3)) == {"quota_exceeded"}


async def test_what_is_offered_instead_is_within_the_quota(asks: httpx.AsyncClient) -> None:
    await factories.a_lab()
    printer = await a_fine_machine()
    await factories.a_quota(most=90)
    body = wish(printer, 1, 2)
    found = (await asks.post("/bookings/check", json=body)).json()
    assert [each["code"] for each in found["violations"]] == ["quota_exceeded"]
    assert found["alternatives"]
    for each in found["alternatives"]:
        start, end = (datetime.fromisoformat(each[edge]) for edge in ("starts_at", "ends_at"))
        assert Period(start, end).length <= timedelta(minutes=90)


async def test_plans_bind_too_and_the_strictest_is_told(program: Program) -> None:
    await factories.a_lab()
    plan = await factories.a_plan(hours_per_week=2, open_bookings=3)
    client = await program(await factories.a_member(plan=plan.id))
    await factories.a_quota(most=180)
    printer = await a_fine_machine()
    refused = await book(client, printer, 1, 3.25)
    assert said(refused, "quota_exceeded")["limit"] == 120
    assert len((await client.get("/me")).json()["quotas"]) == 3


async def test_staff_have_none_and_set_a_members_aside(program: Program, someone: Member) -> None:
    await factories.a_lab()
    await factories.a_quota(most=60)
    printer = await a_fine_machine()
    desk = await program(await factories.a_manager())
    assert (await book(desk, printer, 0, 2)).status_code == 201
    assert (await desk.get("/me")).json()["quotas"] == []
    for_member = {"member": someone.number}
    assert codes(await book(desk, printer, 3, 2, **for_member)) == {"quota_exceeded"}
    override = {"rules": ["quota_exceeded"], "reason": "The fair is tomorrow"}
    made = await book(desk, printer, 3, 2, **for_member, override=override)
    assert made.status_code == 201
