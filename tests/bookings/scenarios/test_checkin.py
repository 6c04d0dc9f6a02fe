"""Check-in, release and what follows: K1 to K11 of the scenarios."""

from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from fablab import schedule
from fablab.activity.tables import Activity
from fablab.bookings import actions
from fablab.bookings.asking import Asked
from fablab.bookings.completion import complete_due
from fablab.bookings.release import release_due
from fablab.bookings.reminders import remind_due
from fablab.bookings.tables import Booking, Status, Strike
from fablab.core import clock, heartbeat
from fablab.core.facts import load
from fablab.core.periods import Period
from fablab.machines.tables import Machine
from fablab.members.tables import Hold, Member
from fablab.notifications.tables import Notification
from tests import factories
from tests.bookings.conftest import now_of, viewer
from tests.bookings.scenarios.conftest import Program, a_fine_machine, codes, said, wish
from tests.conftest import Travel
from tests.factories import MONDAY, hours
from tests.support.browser import Browser

DAY = timedelta(days=1)


async def test_k5_finishing_frees_the_rest(program: Program, travel: Travel) -> None:
    await factories.a_lab()
    laser = await a_fine_machine({"turnaround_minutes": 10, "granularity_minutes": 5})
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
    assert (early.status_code, codes(early)) == (409, {"taken"})
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


class TestK4:
    """The program was away: nobody loses a booking by that."""

    async def test_k4_jobs_alone_were_stopped(self, program: Program, travel: Travel) -> None:
        await factories.a_lab()
        owner = await program(await factories.a_member())
        made = (await owner.post("/bookings", json=wish(await a_fine_machine(), 1))).json()
        travel(MONDAY + timedelta(hours=1, minutes=40))
        await heartbeat.beat(heartbeat.PAGES)  # somebody could check in all the time
        await schedule.come_back()
        assert (await release_due(), await release_due()) == (1, 0)
        assert await Strike.count() == 1
        assert (await now_of(made["id"])).status == Status.NO_SHOW
        assert await remind_due() == 0

    async def test_k4_the_whole_server_was_down(self, program: Program, travel: Travel) -> None:
        await factories.a_lab()
        owner = await program(await factories.a_member())
        made = (await owner.post("/bookings", json=wish(await a_fine_machine(), 1))).json()
        travel(MONDAY + timedelta(minutes=55))
        await heartbeat.beat(heartbeat.PAGES)
        travel(MONDAY + timedelta(hours=1, minutes=40))
        await schedule.come_back()
        assert await release_due() == 0
        assert (await now_of(made["id"])).release_at == MONDAY + timedelta(hours=1, minutes=55)
        assert await remind_due() == 0
        travel(MONDAY + timedelta(hours=1, minutes=55))
        await heartbeat.beat(heartbeat.PAGES)
        assert await release_due() == 1
        assert not await Strike.exists()

    async def test_k4_check_in_is_open_again_after_the_server_was_down(
        self, program: Program, travel: Travel
    ) -> None:
        owner, _, made = await a_booked_hour(program)
        travel(MONDAY + timedelta(minutes=55))
        await heartbeat.beat(heartbeat.PAGES)
        travel(MONDAY + timedelta(hours=1, minutes=40))
        await schedule.come_back()
        travel(MONDAY + timedelta(hours=1, minutes=54, seconds=59))
        answer = await owner.post(f"/bookings/{made['id']}/check-in", json={})
        assert answer.json()["status"] == "checked_in"


async def missed(member: Member, times: int, until: datetime) -> list[Booking]:
    """So many bookings nobody came for, the last released by then."""
    found = []
    for number in range(times):
        begin = until - timedelta(days=times - number)
        period = Period(begin, begin + timedelta(hours=1))
        found.append(await factories.a_booking(period, None, member, made_at=begin - DAY))
    return found


async def test_k8_the_third_absence_holds_the_account(
    program: Program, travel: Travel, browser: Browser
) -> None:
    await factories.a_lab()
    ada = await factories.a_member()
    await missed(ada, 3, MONDAY + timedelta(days=3))
    owner, machine = await program(ada), await a_fine_machine()
    kept = (await owner.post("/bookings", json=wish(machine, 120))).json()
    for day in range(3):
        assert not await Hold.exists()
        travel(MONDAY + timedelta(days=day, hours=1))
        assert await release_due() == 1
    hold = await Hold.objects().get(Hold.member == ada.id)
    assert hold is not None
    assert hold.ends_at == MONDAY + timedelta(days=9, hours=1)
    last = await Notification.objects().order_by(Notification.id, ascending=False).first()
    assert last is not None
    assert load(last.facts)["held_until_at"] == hold.ends_at
    refused = await owner.post("/bookings", json=wish(machine, 122))
    assert codes(refused) == {"account_held"}
    assert (await owner.get(f"/bookings/{kept['id']}")).json()["status"] == "confirmed"
    await browser.sign_in(await factories.a_manager())
    page = f"/desk/members/{ada.number}"
    await browser.submit(page, f"{page}/holds/{hold.id}/lift", reason="She was ill")
    assert (await owner.post("/bookings", json=wish(machine, 122))).status_code == 201


async def test_k9_an_absence_that_was_none(program: Program, travel: Travel) -> None:
    await factories.a_lab()
    ada = await factories.a_member()
    *_, last = await missed(ada, 3, MONDAY + timedelta(days=1))
    travel(MONDAY + timedelta(hours=3))
    await release_due()
    assert await Hold.count().where(Hold.lifted_at.is_null()) == 1
    staff = await program(await factories.a_manager())
    owner, stranger = await program(ada), await program(await factories.a_member())
    path = f"/bookings/{last.id}/was-here"
    assert (await stranger.post(path, json={})).status_code == 404
    assert (await owner.post(path, json={})).status_code == 403
    answer = await staff.post(path, json={"reason": "The tablet was off"})
    assert (answer.status_code, answer.json()["status"]) == (200, "completed")
    strike = await Strike.objects().get(Strike.booking == last.id)
    assert strike is not None
    assert strike.forgiven_reason == "The tablet was off"
    assert not await Hold.exists().where(Hold.lifted_at.is_null())
    entry = await Activity.objects().get(Activity.verb == "was_here")
    assert entry is not None
    assert (load(entry.before)["status"], load(entry.after)["status"]) == ("no_show", "completed")
    assert (await staff.post(path, json={})).status_code == 200
    assert await Activity.count().where(Activity.verb == "was_here") == 1


async def test_k10_a_power_cut(program: Program, travel: Travel, browser: Browser) -> None:
    category = await factories.a_category()
    plan = await factories.a_plan(hours_per_week=3)
    await factories.a_lab()
    owners = [await factories.a_member(plan=plan.id) for _ in range(5)]
    machines = [await a_fine_machine(category=category) for _ in range(6)]
    running = []
    for machine, owner in zip(machines, [*owners, owners[0]], strict=True):
        running.append(
            await factories.a_booking(hours(0, 3), machine, owner, status=Status.CHECKED_IN)
        )
    travel(MONDAY + timedelta(hours=1))
    await browser.sign_in(await factories.a_manager())
    done = await browser.submit("/desk/interrupt", because="power", within="0")
    assert done.status_code == 303
    for booking in running:
        found = await now_of(booking.id)
        assert (found.status, found.ended_because) == (Status.COMPLETED, "power")
        assert found.finished_at == found.busy_until == hours(1).start
    assert not await Strike.exists()
    told = await Notification.objects().where(Notification.template == "bookings/called_off")
    assert sorted(each.member for each in told) == sorted(each.id for each in owners)
    assert all(load(each.facts)["items"][0]["others"] for each in told)
    mine = await program(owners[1])
    quota = (await mine.get("/me")).json()["quotas"]
    assert quota[0]["used"] == 60
    assert (await mine.post("/bookings", json=wish(machines[0], 2, 2))).status_code == 201


class TestK11:
    """Still printing at the end."""

    async def test_k11_nobody_is_next(self, travel: Travel, browser: Browser) -> None:
        await factories.a_lab()
        ada, laser = await factories.a_member(), await a_fine_machine()
        mine = await factories.a_booking(hours(1), laser, ada, status=Status.CHECKED_IN)
        await browser.sign_in(ada)
        travel(MONDAY + timedelta(hours=1, minutes=58))
        await browser.submit(f"/bookings/{mine.id}", f"/bookings/{mine.id}/still-running")
        assert (await now_of(mine.id)).ends_at == hours(2.25).start
        assert (await now_of(mine.id)).status == Status.CHECKED_IN

    async def test_k11_it_was_completed_a_moment_ago(
        self, travel: Travel, browser: Browser
    ) -> None:
        await factories.a_lab()
        ada, laser = await factories.a_member(), await a_fine_machine()
        mine = await factories.a_booking(hours(1), laser, ada, status=Status.CHECKED_IN)
        await browser.sign_in(ada)
        travel(MONDAY + timedelta(hours=2, minutes=2))
        await complete_due()
        await browser.submit(f"/bookings/{mine.id}", f"/bookings/{mine.id}/still-running")
        found = await now_of(mine.id)
        assert (found.status, found.finished_at) == (Status.CHECKED_IN, None)
        travel(MONDAY + timedelta(hours=2, minutes=16))
        await complete_due()
        found = await now_of(mine.id)
        assert (found.status, found.finished_at) == (Status.COMPLETED, hours(2.25).start)
        machine = await Machine.objects().get(Machine.id == laser.id)
        assert machine is not None
        assert machine.hours_counter == 75

    async def test_k11_somebody_is_next(self, travel: Travel, browser: Browser) -> None:
        await factories.a_lab()
        category = await factories.a_category()
        laser = await a_fine_machine(category=category)
        sister = await a_fine_machine(category=category)
        ada, ben = await factories.a_member(), await factories.a_member()
        mine = await factories.a_booking(hours(1), laser, ada, status=Status.CHECKED_IN)
        next_one = await factories.a_booking(hours(2), laser, ben)
        await browser.sign_in(ada)
        travel(MONDAY + timedelta(hours=1, minutes=58))
        for _ in range(2):
            await browser.post(f"/bookings/{mine.id}/still-running")
        found = await now_of(mine.id)
        assert (found.ends_at, found.overran_at) == (hours(2).start, clock.now())
        [told] = await Notification.objects().where(Notification.template == "bookings/overran")
        assert told.member == ben.id
        assert load(told.facts)["others"][0]["slug"] == sister.slug
        kept = await now_of(next_one.id)
        assert (kept.status, kept.starts_at) == (Status.CONFIRMED, hours(2).start)


async def a_booked_hour(program: Program) -> tuple[httpx.AsyncClient, Machine, dict[str, Any]]:
    """Somebody's program, and their booking from ten to eleven; it is nine."""
    await factories.a_lab()
    laser = await a_fine_machine()
    owner = await program(await factories.a_member())
    made = (await owner.post("/bookings", json=wish(laser, 1))).json()
    return owner, laser, made


async def test_k1_check_in_opens_ten_minutes_before(program: Program, travel: Travel) -> None:
    owner, _, made = await a_booked_hour(program)
    address = f"/bookings/{made['id']}/check-in"
    travel(MONDAY + timedelta(minutes=49))
    early = await owner.post(address, json={})
    assert (early.status_code, codes(early)) == (422, {"checkin_not_open"})
    assert "09:50" in said(early, "checkin_not_open")["message"]
    travel(MONDAY + timedelta(minutes=50))
    stranger = await program(await factories.a_member())
    assert (await stranger.post(address, json={})).status_code == 404
    assert (await owner.post(address, json={})).json()["status"] == "checked_in"


async def test_k1_staff_check_somebody_in_and_it_is_recorded(
    program: Program, travel: Travel
) -> None:
    _, _, made = await a_booked_hour(program)
    manager = await factories.a_manager()
    staff = await program(manager)
    travel(MONDAY + timedelta(minutes=50))
    answer = await staff.post(f"/bookings/{made['id']}/check-in", json={})
    assert answer.json()["status"] == "checked_in"
    found = await now_of(made["id"])
    assert (found.operator, found.checked_in_by) == (found.member, manager.id)
    kept = await Activity.objects().get(
        (Activity.verb == "checked_in") & (Activity.thing_id == made["id"])
    )
    assert kept is not None
    assert (kept.actor, kept.member) == (manager.id, found.member)


async def test_k2_until_the_last_second_of_the_grace(program: Program, travel: Travel) -> None:
    owner, _, made = await a_booked_hour(program)
    travel(MONDAY + timedelta(hours=1, minutes=14, seconds=59))
    assert await release_due() == 0
    answer = await owner.post(f"/bookings/{made['id']}/check-in", json={})
    assert answer.json()["status"] == "checked_in"


async def test_k2_then_it_is_released_and_what_is_left_may_be_booked(
    program: Program, travel: Travel
) -> None:
    owner, laser, made = await a_booked_hour(program)
    travel(MONDAY + timedelta(hours=1, minutes=15))
    assert await release_due() == 1
    found = await now_of(made["id"])
    assert (found.status, found.busy_until) == (Status.NO_SHOW, clock.now())
    assert await Strike.exists().where(Strike.booking == found.id)
    assert await Notification.exists().where(
        (Notification.member == found.member) & (Notification.template == "bookings/released")
    )
    travel(timedelta(minutes=1))
    late = await owner.post(f"/bookings/{made['id']}/check-in", json={})
    assert (late.status_code, codes(late)) == (422, {"released"})
    assert "Book what is left" in said(late, "released")["message"]
    left = await owner.post("/bookings", json=wish(laser, 1.5, 0.5))
    assert left.status_code == 201


async def test_k6_made_from_home_within_its_time_still_needs_check_in(
    program: Program, travel: Travel
) -> None:
    await factories.a_lab()
    laser = await a_fine_machine()
    owner = await program(await factories.a_member())
    travel(MONDAY + timedelta(hours=1, minutes=5))
    made = (await owner.post("/bookings", json=wish(laser, 1))).json()
    assert (made["status"], made["release_at"]) == ("confirmed", "2026-11-30T10:20:00+00:00")
    travel(MONDAY + timedelta(hours=1, minutes=19, seconds=59))
    assert await release_due() == 0
    travel(MONDAY + timedelta(hours=1, minutes=20))
    assert await release_due() == 1


@pytest.mark.parametrize("via", ["qr", "kiosk"])
@pytest.mark.parametrize(("minutes", "status"), [(49, "confirmed"), (50, "checked_in")])
async def test_k6_made_at_the_machine_once_its_window_is_open_counts_as_checked_in(
    via: str, minutes: int, status: str, travel: Travel
) -> None:
    await factories.a_lab()
    laser = await a_fine_machine()
    ada = viewer(await factories.a_member())
    travel(MONDAY + timedelta(minutes=minutes))
    asked = Asked(machine_id=laser.id, period=hours(1), via=via)
    booking = (await actions.book(ada, asked)).booking
    assert booking.status == status
    travel(MONDAY + timedelta(hours=1, minutes=15))
    assert await release_due() == (status == "confirmed")
