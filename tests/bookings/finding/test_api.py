"""GET /openings for somebody with a token: only what they may book."""

import httpx

from fablab.machines.tables import Machine
from tests import factories
from tests.bookings.scenarios.conftest import Program, a_fine_machine, wish
from tests.factories import hours

DAY = "to=2026-11-30T23:00&minutes=60"


async def test_usable_leaves_what_i_may_book(ada_asks: httpx.AsyncClient, printer: Machine) -> None:
    await a_fine_machine(certification=(await factories.a_certification("laser")).id)
    await factories.a_booking(hours(1), machine=printer)
    assert len((await ada_asks.get(f"/openings?{DAY}")).json()["items"]) == 3
    found = (await ada_asks.get(f"/openings?usable=true&{DAY}")).json()["items"]
    assert [
        (each["machine"], each["starts_at"][11:16], each["ends_at"][11:16]) for each in found
    ] == [
        (printer.slug, "09:00", "10:00"),
        (printer.slug, "11:00", "18:30"),
    ]


async def test_each_may_be_booked(ada_asks: httpx.AsyncClient, printer: Machine) -> None:
    await ada_asks.post("/bookings", json=wish(printer, 2))
    other = await a_fine_machine()
    found = (await ada_asks.get(f"/openings?usable=true&machine={other.slug}&{DAY}")).json()
    assert [each["starts_at"][11:16] for each in found["items"]] == ["09:00"]
    for each in found["items"]:
        body = {"machine": other.slug, "starts_at": each["starts_at"]}
        answer = await ada_asks.post("/bookings", json=body | {"ends_at": "2026-11-30T10:00"})
        assert answer.status_code == 201


async def test_a_visitor_is_asked_who_they_are(program: Program, printer: Machine) -> None:
    nobody = await program(None)
    assert (await nobody.get("/openings?usable=true")).status_code == 401
    assert (await nobody.get("/openings")).status_code == 200
