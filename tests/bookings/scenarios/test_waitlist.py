"""The waitlist: W1, W4 and W5 of the scenarios."""

from datetime import timedelta
from typing import Any

import httpx

from fablab import schedule
from fablab.bookings.release import release_due
from fablab.machines.tables import Machine
from fablab.notifications.tables import Notification
from tests import factories
from tests.bookings.scenarios.conftest import Program, a_fine_machine, codes, said, wish
from tests.conftest import Travel
from tests.factories import MONDAY, hours

MINUTE = timedelta(minutes=1)


def waiting(machine: Machine, start: float = 1, length: float = 1, **more: Any) -> dict[str, Any]:
    window = hours(start, length)
    times = {"from": window.start.isoformat(), "to": window.end.isoformat()}
    return {"machine": machine.slug, **times, **more}


async def offered(client: httpx.AsyncClient) -> Any:
    [entry] = (await client.get("/waitlist")).json()["items"]
    return entry["offer"]


async def mails_of(member: Any) -> list[str]:
    rows = (
        await Notification.select(Notification.template)
        .where(Notification.member == member.id)
        .order_by(Notification.id)
    )
    return [row["template"] for row in rows]


async def test_w1_first_come_first_offered(program: Program, travel: Travel) -> None:
    """Busy 10–11; A then B wait; cancelled at 8:30: A for a quarter of an hour, then B."""
    await factories.a_lab()
    laser = await a_fine_machine()
    people = [await factories.a_member() for _ in range(4)]
    holder, first, second, third = [await program(each) for each in people]
    made = (await holder.post("/bookings", json=wish(laser, 1))).json()
    joined = [await each.post("/waitlist", json=waiting(laser)) for each in (first, second)]
    assert [(each.status_code, each.json()["place"]) for each in joined] == [(201, 1), (201, 2)]
    again = await first.post("/waitlist", json=waiting(laser))
    assert (again.status_code, again.json()["id"]) == (200, joined[0].json()["id"])
    travel(MONDAY - 30 * MINUTE)
    await holder.post(f"/bookings/{made['id']}/cancel", json={"give_up": True})
    offer = await offered(first)
    assert offer["decide_by"] == "2026-11-30T08:45:00+00:00"
    assert await offered(second) is None
    refused = await third.post("/bookings", json=wish(laser, 1))
    assert (refused.status_code, refused.json()["code"]) == (409, "on_hold")
    assert said(refused, "on_hold")["nearest"] == ["2026-11-30T08:45:00+00:00"]
    travel(MONDAY - 15 * MINUTE)  # silent: whoever asks next settles it
    refused = await third.post("/bookings", json=wish(laser, 1))
    assert said(refused, "on_hold")["nearest"] == ["2026-11-30T09:00:00+00:00"]
    assert await offered(first) is None
    over = await first.post(f"/offers/{offer['id']}/accept")
    assert (over.status_code, codes(over)) == (422, {"offer_over"})
    theirs = await offered(second)
    taken = await second.post(f"/offers/{theirs['id']}/accept")
    assert (taken.status_code, taken.json()["kind"], taken.json()["status"]) == (
        200,
        "use",
        "confirmed",
    )
    assert (await third.get(f"/bookings/{theirs['id']}")).status_code == 404
    travel(MONDAY + 66 * MINUTE)  # after the start
    await schedule.run_job("expire-offers")
    assert (await first.get("/waitlist")).json()["items"] == []
    assert (await mails_of(people[1]))[-1] == "bookings/waiting_lapsed"
    assert "bookings/waiting_lapsed" not in await mails_of(people[2])
    await schedule.run_job("expire-offers")
    assert (await mails_of(people[1])).count("bookings/waiting_lapsed") == 1


async def test_w4_any_laser_between_two_times(program: Program) -> None:
    """Offered the first machine and time that fits; certificate and quota asked again."""
    await factories.a_lab()
    family = await factories.a_category(slug="lasers")
    beam = await factories.a_certification("laser")
    lasers = [await a_fine_machine(category=family.id, certification=beam.id) for _ in range(2)]
    people = [await factories.a_member() for _ in range(5)]
    for able in (people[0], people[1], people[3]):
        await factories.a_certificate(beam, able)
    frugal = await factories.a_plan(hours_per_week=1)
    await people[4].update_self({"plan": frugal.id})
    await factories.a_certificate(beam, people[4])
    clients = [await program(each) for each in people]
    busy = [
        (await client.post("/bookings", json=wish(laser, 5, 4))).json()
        for client, laser in zip(clients[:2], lasers, strict=True)
    ]
    window = hours(5, 4)
    body = {
        "category": "lasers",
        "from": window.start.isoformat(),
        "to": window.end.isoformat(),
        "minutes": 120,
    }
    uncertified, able, frugal_one = clients[2], clients[3], clients[4]
    for client in (uncertified, frugal_one, able):
        assert (await client.post("/waitlist", json=body)).status_code == 201
    await clients[1].post(f"/bookings/{busy[1]['id']}/cancel", json={})
    offer = await offered(able)
    assert (offer["machine"], offer["starts_at"], offer["ends_at"]) == (
        lasers[1].slug,
        "2026-11-30T14:00:00+00:00",
        "2026-11-30T16:00:00+00:00",
    )
    for client, code in ((uncertified, "not_certified"), (frugal_one, "quota_exceeded")):
        [entry] = (await client.get("/waitlist")).json()["items"]
        assert (entry["offer"], entry["skipped"]) == (None, [code])


async def test_w5_what_is_left_of_a_no_show(program: Program, travel: Travel) -> None:
    await factories.a_lab()
    laser = await a_fine_machine()
    holder, waiter = [await program(await factories.a_member()) for _ in range(2)]
    await holder.post("/bookings", json=wish(laser, 1, 1.25))
    joined = await waiter.post("/waitlist", json=waiting(laser, 1, 1.25, minutes=60))
    assert joined.status_code == 201
    travel(MONDAY + 75 * MINUTE)
    await release_due()
    offer = await offered(waiter)
    assert offer["starts_at"] == "2026-11-30T10:15:00+00:00"
    assert offer["ends_at"] == "2026-11-30T11:15:00+00:00"
    assert offer["decide_by"] == "2026-11-30T10:20:00+00:00"
    travel(MONDAY + 78 * MINUTE)
    taken = (await waiter.post(f"/offers/{offer['id']}/accept")).json()
    assert (taken["status"], taken["starts_at"]) == ("checked_in", "2026-11-30T10:18:00+00:00")


async def test_what_staff_refuse_goes_to_the_waitlist(program: Program) -> None:
    await factories.a_lab()
    router = await a_fine_machine({"needs_approval": True})
    holder, waiter = [await program(await factories.a_member()) for _ in range(2)]
    staff = await program(await factories.a_manager())
    asked = (await holder.post("/bookings", json=wish(router, 3))).json()
    assert (await waiter.post("/waitlist", json=waiting(router, 3))).status_code == 201
    await staff.post(f"/bookings/{asked['id']}/reject", json={"reason": "Not today"})
    assert (await offered(waiter))["starts_at"] == hours(3).start.isoformat()


async def test_what_is_free_is_booked_and_not_waited_for(program: Program) -> None:
    await factories.a_lab()
    laser = await a_fine_machine()
    holder, waiter = [await program(await factories.a_member()) for _ in range(2)]
    await holder.post("/bookings", json=wish(laser, 1))
    free = await waiter.post("/waitlist", json=waiting(laser, 1, 2, minutes=60))
    assert (free.status_code, codes(free)) == (422, {"free_already"})
    assert said(free, "free_already")["nearest"] == [hours(2).start.isoformat()]


async def test_strangers_do_not_find_a_place_in_line(program: Program) -> None:
    await factories.a_lab()
    laser = await a_fine_machine()
    holder, waiter, manager = [
        await program(each)
        for each in (
            await factories.a_member(),
            await factories.a_member(),
            await factories.a_manager(),
        )
    ]
    await holder.post("/bookings", json=wish(laser, 1))
    entry = (await waiter.post("/waitlist", json=waiting(laser))).json()
    address = f"/waitlist/{entry['id']}"
    assert (await holder.delete(address)).status_code == 404
    gone = await manager.delete(address)
    assert (gone.status_code, gone.json()["state"]) == (200, "left")
    assert (await waiter.get("/waitlist")).json()["items"] == []


async def test_nonsense_is_refused_politely(program: Program) -> None:
    await factories.a_lab()
    laser = await a_fine_machine()
    client = await program(await factories.a_member())
    holder = await program(await factories.a_member())
    await holder.post("/bookings", json=wish(laser))
    bodies: list[tuple[dict[str, Any], int]] = [
        ({}, 400),
        (waiting(laser) | {"category": "x"}, 400),
        (waiting(laser) | {"surprise": 1}, 400),
        (waiting(laser) | {"member": 7}, 403),
        (waiting(laser) | {"machine": "none"}, 422),
        (waiting(laser) | {"material": "cheese"}, 422),
        (waiting(laser) | {"project": "none"}, 422),
        (waiting(laser, 1, -1), 422),
        (waiting(laser) | {"to": "2199-12-31T00:00:00Z", "minutes": 60}, 422),
    ]
    for body, status in bodies:
        answer = await client.post("/waitlist", json=body)
        assert answer.status_code == status, (body, answer.text)
    assert (await client.post("/offers/1/accept")).status_code == 404
