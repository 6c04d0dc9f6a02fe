"""Several seats or machines as one wish, and any machine of a family: all, or none, or one."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import pytest

from fablab.bookings.release import release_due
from fablab.bookings.tables import Booking, Strike
from fablab.machines.tables import Machine
from fablab.members.tables import Hold
from fablab.notifications.tables import Notification
from tests import factories
from tests.bookings.scenarios.conftest import (
    Program,
    a_fine_machine,
    codes,
    said,
    times,
    wish,
)
from tests.conftest import Travel
from tests.factories import hours


async def a_family(number: int = 3, **values: Any) -> list[Machine]:
    family = await factories.a_category(slug="printing")
    return [
        await a_fine_machine(category=family.id, position=place, **values)
        for place in range(number)
    ]


@pytest.fixture
async def desks(lab: None) -> list[Machine]:
    return await a_family()


@pytest.fixture
async def room(lab: None) -> Machine:
    return await factories.a_room(
        units=4, booking_mode="per_seat", policy={"granularity_minutes": 15, "min_minutes": 15}
    )


def party(machines: list[Machine], start: float = 1, length: float = 1, **more: Any) -> Any:
    return {"machines": [each.slug for each in machines], **times(start, length), **more}


def any_of(start: float = 1, length: float = 1, **more: Any) -> Any:
    return {"category": "printing", **times(start, length), **more}


async def test_a_party_is_made_as_one_and_told_once(
    ada_asks: httpx.AsyncClient, desks: list[Machine]
) -> None:
    answer = await ada_asks.post("/bookings", json=party(desks))
    made = answer.json()["bookings"]
    assert answer.status_code == 201
    assert {each["machine"] for each in made} == {each.slug for each in desks}
    assert len({each["party"] for each in made} - {None}) == 1
    [notice] = await Notification.select(Notification.template)
    assert notice["template"] == "bookings/party"


async def test_the_same_party_again_is_found(
    ada_asks: httpx.AsyncClient, desks: list[Machine]
) -> None:
    first = await ada_asks.post("/bookings", json=party(desks))
    again = await ada_asks.post("/bookings", json=party(desks[::-1]))
    assert (again.status_code, again.json()) == (200, first.json())
    assert await Booking.count() == 3


async def test_one_machine_alone_is_no_party(
    ada_asks: httpx.AsyncClient, desks: list[Machine]
) -> None:
    """Else whoever says `machines` could stand at two of them at once."""
    await ada_asks.post("/bookings", json=wish(desks[1]))
    answer = await ada_asks.post("/bookings", json=party(desks[:1]))
    assert codes(answer) == {"already_booked"}
    later = await ada_asks.post("/bookings", json=party(desks[:1], 3))
    assert [each["party"] for each in later.json()["bookings"]] == [None]


async def test_what_is_wrong_with_all_is_said_once(
    ada_asks: httpx.AsyncClient, desks: list[Machine]
) -> None:
    answer = await ada_asks.post("/bookings", json=party(desks, 1, 5))
    assert [each["code"] for each in answer.json()["violations"]] == ["too_long"]


async def test_other_times_suit_the_whole_party(
    ada_asks: httpx.AsyncClient, ben_asks: httpx.AsyncClient, desks: list[Machine]
) -> None:
    await ben_asks.post("/bookings", json=wish(desks[1], 1))
    await ben_asks.post("/bookings", json=wish(desks[2], 2))
    verdict = (await ada_asks.post("/bookings/check", json=party(desks))).json()
    assert {each["code"] for each in verdict["violations"]} == {"taken"}
    starts = [each["starts_at"][11:16] for each in verdict["alternatives"]]
    assert starts[0] == "09:00"
    assert "12:00" in starts
    assert await Booking.count() == 2


async def test_seats_of_a_room_are_taken_together(
    ada_asks: httpx.AsyncClient, ben_asks: httpx.AsyncClient, room: Machine
) -> None:
    answer = await ada_asks.post("/bookings", json=wish(room, seats=3))
    assert sorted(each["unit"] for each in answer.json()["bookings"]) == [1, 2, 3]
    few = await ben_asks.post("/bookings", json=wish(room, seats=2))
    assert (few.status_code, codes(few)) == (409, {"taken"})
    assert said(few, "taken")["message"] == "1 seat is free at that time."
    many = await ben_asks.post("/bookings", json=wish(room, 4, seats=5))
    assert (many.status_code, said(many, "too_many_seats")["limit"]) == (422, 4)
    one = await ben_asks.post("/bookings", json=wish(room, seats=1))
    assert len(one.json()["bookings"]) == 1
    assert await Booking.count() == 4


async def test_seats_are_dealt_anew_where_no_single_one_is_free_all_along(
    ada_asks: httpx.AsyncClient, room: Machine
) -> None:
    for start, unit in ((1, 1), (2, 2), (1, 3), (2, 4)):
        await factories.a_booking(hours(start), machine=room, unit=unit)
    answer = await ada_asks.post("/bookings", json=wish(room, 1, 2, seats=2))
    assert answer.status_code == 201
    assert await Booking.count() == 6


async def test_quotas_count_every_row(ada_asks: httpx.AsyncClient, desks: list[Machine]) -> None:
    from fablab.quotas.tables import Quota

    await Quota.objects().create(measure="bookings", span="week", most=2)
    assert (await ada_asks.post("/bookings", json=party(desks[:2]))).status_code == 201
    answer = await ada_asks.post("/bookings", json=party(desks, 3))
    assert codes(answer) == {"quota_exceeded"}
    assert await Booking.count() == 2


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "machine"),
        ({"machines": []}, "machine"),
        ({"machine": "a", "category": "printing"}, "machine"),
        ({"machines": ["a"], "seats": 2}, "seats"),
        ({"category": "printing", "seats": 2}, "seats"),
        ({"machines": ["a", "a"]}, "machines"),
        ({"machines": ["a"] * 40}, "machines"),
        ({"machine": "a", "seats": 0}, "seats"),
    ],
)
async def test_a_wish_names_one_thing(
    body: dict[str, Any], field: str, ada_asks: httpx.AsyncClient
) -> None:
    answer = await ada_asks.post("/bookings", json=times(1) | body)
    assert answer.status_code == 400
    assert field in {each["field"] for each in answer.json()["violations"]}


async def test_a_party_takes_as_many_statements_as_two(
    ada_asks: httpx.AsyncClient, lab: None, counted: Any
) -> None:
    machines = await a_family(8)
    key = {"idempotency-key": "warm"}
    await ada_asks.post("/bookings", json=party(machines[:2], 1), headers=key)
    seen = []
    for start, number in ((2, 2), (3, 8)):
        key = {"idempotency-key": f"of-{number}"}
        with counted() as sent:
            answer = await ada_asks.post(
                "/bookings", json=party(machines[:number], start), headers=key
            )
        assert answer.status_code == 201
        seen.append(sent.count)
    assert seen[0] == seen[1] <= 16, sent.statements


class TestAnyOf:
    async def test_the_first_free_one_is_booked(
        self, ada_asks: httpx.AsyncClient, ben_asks: httpx.AsyncClient, desks: list[Machine]
    ) -> None:
        first = await ada_asks.post("/bookings", json=any_of())
        second = await ben_asks.post("/bookings", json=any_of())
        assert (first.status_code, second.status_code) == (201, 201)
        assert [first.json()["machine"], second.json()["machine"]] == [
            desks[0].slug,
            desks[1].slug,
        ]

    async def test_one_that_fills_a_gap_goes_first(
        self, ada_asks: httpx.AsyncClient, desks: list[Machine]
    ) -> None:
        await factories.a_booking(hours(2), machine=desks[2])
        assert (await ada_asks.post("/bookings", json=any_of())).json()["machine"] == desks[2].slug

    async def test_only_what_they_may_use(
        self, ada_asks: httpx.AsyncClient, desks: list[Machine]
    ) -> None:
        laser = (await factories.a_certification("laser")).id
        for each in desks[:2]:
            await Machine.update({Machine.certification: laser}).where(Machine.id == each.id)
        answer = await ada_asks.post("/bookings", json=any_of())
        assert answer.json()["machine"] == desks[2].slug

    async def test_the_same_wish_again_is_the_same_booking(
        self, ada_asks: httpx.AsyncClient, desks: list[Machine]
    ) -> None:
        first = await ada_asks.post("/bookings", json=any_of())
        again = await ada_asks.post("/bookings", json=any_of())
        assert (again.status_code, again.json()) == (200, first.json())

    async def test_when_none_is_free_the_soonest_is_told_with_what_else_there_is(
        self, ada_asks: httpx.AsyncClient, desks: list[Machine]
    ) -> None:
        for place, each in enumerate(desks):
            await factories.a_booking(hours(1, 3 - place), machine=each)
        answer = await ada_asks.post("/bookings", json=any_of())
        assert (answer.status_code, codes(answer)) == (409, {"taken"})
        assert said(answer, "taken")["nearest"] == ["2026-11-30T11:00:00+00:00"]
        others = (await ada_asks.post("/bookings/check", json=any_of())).json()["alternatives"]
        assert others

    async def test_a_family_nobody_knows(self, ada_asks: httpx.AsyncClient, lab: None) -> None:
        answer = await ada_asks.post("/bookings", json=any_of())
        assert (answer.status_code, codes(answer)) == (422, {"unknown_category"})


@pytest.mark.usefixtures("committed_database")
async def test_as_many_as_there_are_machines_get_one_at_the_same_moment(program: Program) -> None:
    await factories.a_lab()
    machines = await a_family(4)
    clients = [await program(await factories.a_member()) for _ in range(5)]
    answers = await asyncio.gather(*(client.post("/bookings", json=any_of()) for client in clients))
    assert sorted(answer.status_code for answer in answers) == [201] * 4 + [409]
    made = await Booking.select(Booking.machine)
    assert {row["machine"] for row in made} == {each.id for each in machines}


@pytest.mark.usefixtures("committed_database")
async def test_two_parties_that_share_a_machine_are_made_one_whole_one_not_at_all(
    program: Program,
) -> None:
    await factories.a_lab()
    one, two, three = await a_family(3)
    ada, ben = [await program(await factories.a_member()) for _ in range(2)]
    answers = await asyncio.gather(
        ada.post("/bookings", json=party([one, two])),
        ben.post("/bookings", json=party([three, two])),
    )
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    assert await Booking.count() == 2


class TestHandled:
    """A party that was made: moved, checked in, finished, given back."""

    @pytest.fixture
    async def made(self, ada_asks: httpx.AsyncClient, desks: list[Machine]) -> list[Any]:
        answer = await ada_asks.post("/bookings", json=party(desks, 3))
        return list(answer.json()["bookings"])

    async def test_all_of_it_moves(
        self, ada_asks: httpx.AsyncClient, made: list[Any], desks: list[Machine]
    ) -> None:
        answer = await ada_asks.patch(f"/bookings/{made[1]['id']}", json=times(3.5))
        assert (answer.status_code, answer.json()["id"]) == (200, made[1]["id"])
        rows = await Booking.objects()
        assert {row.period for row in rows} == {hours(3.5)}
        assert {row.unit for row in rows} == {1}
        kinds = [row["template"] for row in await Notification.select(Notification.template)]
        assert kinds == ["bookings/party", "bookings/party_changed"]

    async def test_or_none_of_it_does(
        self,
        ada_asks: httpx.AsyncClient,
        ben_asks: httpx.AsyncClient,
        made: list[Any],
        desks: list[Machine],
    ) -> None:
        await ben_asks.post("/bookings", json=wish(desks[2], 5))
        before = await Booking.select().where(Booking.party.is_not_null()).order_by(Booking.id)
        answer = await ada_asks.patch(f"/bookings/{made[0]['id']}", json=times(4.5))
        assert (answer.status_code, codes(answer)) == (409, {"taken"})
        assert said(answer, "taken")["message"].startswith("Machine")
        after = await Booking.select().where(Booking.party.is_not_null()).order_by(Booking.id)
        assert after == before

    async def test_its_end_is_everybodys(
        self, ada_asks: httpx.AsyncClient, made: list[Any]
    ) -> None:
        longer = {"ends_at": times(3, 2)["ends_at"]}
        assert (await ada_asks.patch(f"/bookings/{made[0]['id']}", json=longer)).status_code == 200
        assert {row.period for row in await Booking.objects()} == {hours(3, 2)}

    async def test_one_of_it_changes_its_machine(
        self, ada_asks: httpx.AsyncClient, made: list[Any], lab: None
    ) -> None:
        other = await a_fine_machine()
        answer = await ada_asks.patch(f"/bookings/{made[0]['id']}", json={"machine": other.slug})
        assert answer.json()["machine"] == other.slug
        assert {row.machine for row in await Booking.objects()} >= {other.id}
        assert await Booking.count().where(Booking.machine == other.id) == 1

    async def test_check_in_and_finish_with_one_press(
        self, ada_asks: httpx.AsyncClient, made: list[Any], travel: Travel, counted: Any
    ) -> None:
        address = f"/bookings/{made[2]['id']}/party"
        early = await ada_asks.post(f"{address}/check-in")
        assert (early.status_code, codes(early)) == (422, {"checkin_not_open"})
        travel(timedelta(hours=2, minutes=55))
        with counted() as sent:
            answer = await ada_asks.post(f"{address}/check-in")
        assert sent.count <= 16, sent.statements
        assert {each["status"] for each in answer.json()["bookings"]} == {"checked_in"}
        travel(timedelta(minutes=20))
        with counted() as sent:
            answer = await ada_asks.post(f"{address}/finish")
        assert sent.count <= 16, sent.statements
        ends = {each["busy_until"][11:16] for each in answer.json()["bookings"]}
        assert ends == {"12:15"}

    async def test_all_of_it_is_given_back_and_counted_once(
        self, ada_asks: httpx.AsyncClient, made: list[Any], travel: Travel, counted: Any
    ) -> None:
        travel(timedelta(hours=2))
        address = f"/bookings/{made[0]['id']}/party/cancel"
        late = await ada_asks.post(address, json={})
        assert (late.status_code, codes(late)) == (422, {"cancel_too_late"})
        with counted() as sent:
            answer = await ada_asks.post(address, json={"give_up": True})
        assert sent.count <= 16, sent.statements
        assert {each["status"] for each in answer.json()["bookings"]} == {"cancelled"}
        assert await Strike.count() <= 1
        last = (await Notification.select().order_by(Notification.id))[-1]
        assert last["template"] == "bookings/party_cancelled"

    async def test_a_stranger_finds_nothing(
        self, ben_asks: httpx.AsyncClient, made: list[Any]
    ) -> None:
        address = f"/bookings/{made[0]['id']}/party"
        verbs = ("check-in", "finish", "cancel")
        assert {(await ben_asks.post(f"{address}/{verb}")).status_code for verb in verbs} == {404}

    async def test_seats_move_within_their_own_room(
        self, ada_asks: httpx.AsyncClient, room: Machine
    ) -> None:
        """All four of its seats are theirs: none stands in the other's way."""
        made = (await ada_asks.post("/bookings", json=wish(room, 3, seats=4))).json()["bookings"]
        answer = await ada_asks.patch(f"/bookings/{made[0]['id']}", json=times(3.5))
        assert answer.status_code == 200
        rows = await Booking.objects()
        assert sorted(row.unit for row in rows) == [1, 2, 3, 4]
        assert {row.period for row in rows} == {hours(3.5)}

    async def test_seats_are_dealt_anew_where_they_move_to(
        self, ada_asks: httpx.AsyncClient, room: Machine
    ) -> None:
        for start, unit in ((5, 1), (6, 2), (5, 3), (6, 4)):
            await factories.a_booking(hours(start), machine=room, unit=unit)
        made = (await ada_asks.post("/bookings", json=wish(room, 3, 2, seats=2))).json()["bookings"]
        answer = await ada_asks.patch(f"/bookings/{made[0]['id']}", json=times(5, 2))
        assert answer.status_code == 200, answer.text
        rows = await Booking.objects().where(Booking.party.is_not_null())
        assert {(row.period, row.status) for row in rows} == {(hours(5, 2), "confirmed")}
        assert await Booking.count().where(Booking.unit < 1) == 0


async def test_one_absence_counts_once_however_many_machines_it_was(
    ada_asks: httpx.AsyncClient, desks: list[Machine], travel: Travel
) -> None:
    """Also where each is released by a sweep of its own, as looking at one machine does."""
    await ada_asks.post("/bookings", json=party(desks))
    travel(hours(1.5).start)
    assert await release_due([desks[0].id]) == 1
    assert await release_due() == 2
    assert await Strike.count() == 1
    assert not await Hold.exists()
    await ada_asks.post("/bookings", json=party(desks, 2))
    travel(hours(2.5).start)
    assert await release_due() == 3
    assert await Strike.count() == 2
