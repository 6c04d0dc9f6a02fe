"""Clashes, as people meet them: the scenarios of this name, through the API."""

import asyncio
from datetime import timedelta

import httpx
import pytest

from fablab.bookings.tables import Booking
from fablab.core.facts import load
from fablab.lab.tables import DayException
from fablab.machines.tables import Machine
from fablab.members.viewer import Viewer
from fablab.notifications.tables import Notification
from tests import factories
from tests.bookings.scenarios.conftest import Program, a_fine_machine, codes, said, times, wish
from tests.conftest import Travel
from tests.factories import MONDAY
from tests.support.browser import Browser


async def book(asks: httpx.AsyncClient, *given: object, **more: object) -> httpx.Response:
    return await asks.post("/bookings", json=wish(*given, **more))  # type: ignore[arg-type]


async def test_c1_neighbours_touch_and_do_not_clash(
    ada_asks: httpx.AsyncClient, ben_asks: httpx.AsyncClient, printer: Machine, travel: Travel
) -> None:
    travel(MONDAY - timedelta(days=1))
    assert (await book(ada_asks, printer, 1)).status_code == 201
    for start in (2, 0):
        assert (await book(ben_asks, printer, start)).status_code == 201


@pytest.mark.parametrize(("start", "length"), [(1.25, 0.5), (0.5, 2), (0.5, 1), (1.5, 1), (1, 1)])
async def test_c2_an_overlap_is_refused_and_says_when_it_is_free_again(
    start: float,
    length: float,
    ada_asks: httpx.AsyncClient,
    ben_asks: httpx.AsyncClient,
    printer: Machine,
) -> None:
    await book(ada_asks, printer, 1)
    answer = await book(ben_asks, printer, start, length)
    assert (answer.status_code, codes(answer)) == (409, {"taken"})
    taken = said(answer, "taken")
    assert taken["nearest"] == ["2026-11-30T11:00:00+00:00"]
    assert "free again at Monday 30 November,\u00a011:00" in taken["message"]
    assert await Booking.count() == 1


class TestC5:
    """Many at once: real transactions, so a database of its own."""

    pytestmark = pytest.mark.usefixtures("committed_database")

    async def asked_at_once(
        self, program: Program, people: int, starts: list[float], each: int = 1
    ) -> list[httpx.Response]:
        await factories.a_lab()
        machine = await a_fine_machine()
        clients = [await program(await factories.a_member()) for _ in range(people)]
        wishes = [
            book(client, machine, starts[place % len(starts)])
            for place, client in enumerate(clients * each)
        ]
        return list(await asyncio.gather(*wishes))

    async def test_c5_forty_members_for_one_hour(self, program: Program) -> None:
        answers = await self.asked_at_once(program, 40, [1])
        assert sorted(answer.status_code for answer in answers) == [201] + [409] * 39
        assert await Booking.count() == 1

    async def test_c5_forty_members_for_hours_that_overlap(self, program: Program) -> None:
        """Each overlaps every other one: whoever comes first has it."""
        answers = await self.asked_at_once(program, 40, [1, 1.25, 1.5, 1.75])
        assert sorted(answer.status_code for answer in answers) == [201] + [409] * 39
        assert await Booking.count() == 1

    async def test_c5_one_member_forty_times(self, program: Program) -> None:
        answers = await self.asked_at_once(program, 1, [1], each=40)
        assert sorted(answer.status_code for answer in answers) == [200] * 39 + [201]
        assert len({answer.json()["id"] for answer in answers}) == 1
        assert await Booking.count() == 1


@pytest.fixture
async def router(lab: None) -> Machine:
    """Staff decide each of its bookings."""
    return await a_fine_machine({"needs_approval": True})


class TestC6:
    """One request and several who decide on it: real transactions, a database of its own."""

    pytestmark = pytest.mark.usefixtures("committed_database")

    @pytest.mark.parametrize("verbs", [("approve", "approve"), ("approve", "reject")])
    async def test_c6_two_approvers_decide_once(
        self, verbs: tuple[str, str], program: Program
    ) -> None:
        request, _, approvers = await self.asked(program)
        answers = await asyncio.gather(
            *(
                approver.post(f"/bookings/{request}/{verb}", json={"reason": "Seen."})
                for approver, verb in zip(approvers, verbs, strict=True)
            )
        )
        [won] = [answer.json() for answer in answers if answer.status_code == 200]
        [lost] = [answer for answer in answers if answer.status_code == 422]
        assert codes(lost) == {"already_decided"}
        assert "Ada Lovelace" in said(lost, "already_decided")["message"]
        stored = await Booking.select(Booking.status).where(Booking.id == request).first()
        assert stored == {"status": won["status"]}
        assert won["status"] in ("confirmed", "rejected")

    async def test_c6_its_owner_cancels_meanwhile(self, program: Program) -> None:
        """An hour ahead a request may be taken back, and what is confirmed no longer."""
        request, owner, [approver, _] = await self.asked(program)
        approved, cancelled = await asyncio.gather(
            approver.post(f"/bookings/{request}/approve", json={}),
            owner.post(f"/bookings/{request}/cancel", json={}),
        )
        assert {approved.status_code, cancelled.status_code} == {200, 422}
        lost = {200: cancelled, 422: approved}[approved.status_code]
        assert codes(lost) <= {"already_decided", "cancel_too_late"}
        [stored] = await Booking.select(Booking.status).where(Booking.id == request)
        won = approved if approved.status_code == 200 else cancelled
        assert stored["status"] == won.json()["status"]

    async def asked(
        self, program: Program
    ) -> tuple[int, httpx.AsyncClient, list[httpx.AsyncClient]]:
        await factories.a_lab()
        machine = await a_fine_machine({"needs_approval": True})
        owner = await program(await factories.a_member())
        approvers = [await program(await factories.a_manager()) for _ in range(2)]
        made = await book(owner, machine, 1)
        assert made.json()["status"] == "pending"
        return made.json()["id"], owner, approvers


async def test_c6_a_second_wish_hears_that_it_was_asked_for(
    ada_asks: httpx.AsyncClient, ben_asks: httpx.AsyncClient, router: Machine
) -> None:
    assert (await book(ada_asks, router, 1)).json()["awaits"] == ["approval"]
    answer = await book(ben_asks, router, 1)
    assert (answer.status_code, codes(answer)) == (409, {"taken"})
    assert "asked for by somebody" in said(answer, "taken")["message"]


async def test_c11_moving_does_not_clash_with_itself(
    ada_asks: httpx.AsyncClient, ben_asks: httpx.AsyncClient, printer: Machine
) -> None:
    made = (await book(ada_asks, printer, 2)).json()
    moved = await ada_asks.patch(f"/bookings/{made['id']}", json=times(2.5))
    assert (moved.status_code, moved.json()["starts_at"]) == (200, "2026-11-30T11:30:00+00:00")


async def test_c11_onto_another_ones_it_stays_as_it_was(
    ada_asks: httpx.AsyncClient, ben_asks: httpx.AsyncClient, printer: Machine
) -> None:
    made = (await book(ada_asks, printer, 2)).json()
    await book(ben_asks, printer, 3)
    before = await Booking.select().where(Booking.id == made["id"])
    refused = await ada_asks.patch(f"/bookings/{made['id']}", json=times(2.5))
    assert (refused.status_code, codes(refused)) == (409, {"taken"})
    assert await Booking.select().where(Booking.id == made["id"]) == before
    assert (await ada_asks.get(f"/bookings/{made['id']}")).json() == made


@pytest.mark.parametrize("status", ["cancelled", "rejected", "no_show", "expired"])
async def test_c12_what_is_given_back_never_blocks(
    status: str, ben_asks: httpx.AsyncClient, printer: Machine
) -> None:
    await factories.a_booking(machine=printer, status=status)
    assert (await book(ben_asks, printer, 1)).status_code == 201


async def test_c12_a_freed_hour_may_be_extended_into(
    ada_asks: httpx.AsyncClient, ben_asks: httpx.AsyncClient, printer: Machine
) -> None:
    made = (await book(ada_asks, printer, 3)).json()
    other = (await book(ben_asks, printer, 4)).json()
    longer = {"ends_at": times(3, 2)["ends_at"]}
    assert (await ada_asks.patch(f"/bookings/{made['id']}", json=longer)).status_code == 409
    await ben_asks.post(f"/bookings/{other['id']}/cancel", json={})
    assert (await ada_asks.patch(f"/bookings/{made['id']}", json=longer)).status_code == 200


@pytest.mark.parametrize(("start", "status"), [(2, 201), (1.5, 409)])
async def test_b1_the_turnaround_keeps_an_hour_after_each(
    start: float, status: int, ada_asks: httpx.AsyncClient, ben_asks: httpx.AsyncClient
) -> None:
    """The hours of the scenario, four later: 04:00 is MONDAY nine o'clock here."""
    laser = await a_fine_machine({"turnaround_minutes": 60})
    await book(ada_asks, laser, 0)
    await book(ada_asks, laser, 4)
    assert (await book(ben_asks, laser, start)).status_code == status


@pytest.mark.parametrize(("start", "status"), [(4.5, 201), (4.25, 409)])
async def test_b2_the_turnaround_is_not_added_twice(
    start: float, status: int, ada_asks: httpx.AsyncClient, ben_asks: httpx.AsyncClient
) -> None:
    laser = await a_fine_machine({"turnaround_minutes": 30})
    await book(ada_asks, laser, 3)  # until 13:00
    await book(ada_asks, laser, 5.5)
    assert (await book(ben_asks, laser, start, 0.5)).status_code == status


class TestC13:
    """A closure over a booking: staff look, and choose."""

    @pytest.fixture
    async def booked(self, ada_asks: httpx.AsyncClient, printer: Machine) -> int:
        """Ada's, next Monday at half past ten, for half an hour."""
        answer = await book(ada_asks, printer, 7 * 24 + 1.5, 0.5)
        return int(answer.json()["id"])

    @pytest.fixture
    async def preview(self, browser: Browser, booked: int) -> httpx.Response:
        """What the desk is shown when the lab shall be closed that Monday from ten to twelve."""
        await browser.sign_in(await factories.a_manager())
        fields = {"day": "2026-12-07", "opens_1": "12:00", "closes_1": "18:30"}
        answer = await browser.submit("/desk/hours/days/new?day=2026-12-07", **fields)
        assert answer.status_code == 422
        assert "1 booking is in the way" in answer.text
        return answer

    async def test_c13_refuse(
        self, browser: Browser, preview: httpx.Response, booked: int, ada_asks: httpx.AsyncClient
    ) -> None:
        await browser.send_form(preview, stranded="refuse")
        assert not await DayException.exists()
        assert (await ada_asks.get(f"/bookings/{booked}")).json()["status"] == "confirmed"

    async def test_c13_cancel(
        self, browser: Browser, preview: httpx.Response, booked: int, ada_asks: httpx.AsyncClient
    ) -> None:
        await browser.send_form(preview, stranded="cancel")
        assert await DayException.exists()
        assert (await ada_asks.get(f"/bookings/{booked}")).json()["status"] == "cancelled"
        [told] = await Notification.objects().where(Notification.template == "bookings/called_off")
        assert load(told.facts)["items"][0]["booking"] == booked

    async def test_c13_keep(
        self,
        browser: Browser,
        preview: httpx.Response,
        booked: int,
        ada: Viewer,
        ada_asks: httpx.AsyncClient,
    ) -> None:
        await browser.send_form(preview, stranded="keep")
        assert await DayException.exists()
        assert (await ada_asks.get(f"/bookings/{booked}")).json()["status"] == "confirmed"
        await browser.sign_in(ada.id)
        assert "outside opening hours, kept" in (await browser.get(f"/bookings/{booked}")).text
