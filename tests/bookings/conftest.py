"""The lab of these tests: Berkane's hours, one machine that needs nothing, Ada."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import httpx
import pytest

from fablab.bookings import actions
from fablab.bookings.actions import Asked, Made
from fablab.bookings.rules import Intent
from fablab.bookings.tables import Booking
from fablab.core import clock
from fablab.core.periods import Period
from fablab.core.secrets import digest, new_token
from fablab.machines.tables import Machine
from fablab.members.tables import ApiToken, Member, Role
from fablab.members.viewer import Viewer
from tests import factories

Book = Callable[..., Awaitable[Made]]
Program = Callable[..., Awaitable[httpx.AsyncClient]]


def viewer(member: Member) -> Viewer:
    return Viewer(
        id=member.id, number=member.number, role=Role(member.role), language=member.language
    )


async def now_of(booking: Booking | int) -> Booking:
    """As it is stored by now; of a booking, or of its id."""
    booking_id = booking if isinstance(booking, int) else booking.id
    found = await Booking.objects().get(Booking.id == booking_id)
    assert found is not None
    return found


@pytest.fixture
async def lab(rolled_back: None) -> None:
    await factories.a_lab()


@pytest.fixture
async def printer(lab: None) -> Machine:
    return await factories.a_machine(policy={"granularity_minutes": 15, "min_minutes": 15})


@pytest.fixture
async def ada(lab: None) -> Viewer:
    return viewer(await factories.a_member())


@pytest.fixture
async def ben(lab: None) -> Viewer:
    return viewer(await factories.a_member(given_name_latin="Ben", family_name_latin="Amar"))


@pytest.fixture
async def manager(lab: None) -> Viewer:
    return viewer(await factories.a_manager())


@pytest.fixture
def book() -> Book:
    """`await book(ada, printer, hours(1))`."""

    async def book(actor: Viewer, machine: Machine, period: Period, **more: Any) -> Made:
        return await actions.book(actor, Asked(machine_id=machine.id, period=period, **more))

    return book


@pytest.fixture
async def program(app: Any) -> AsyncIterator[Program]:
    """A client with a member's token: `await program(member, "read")`; all scopes unless said.

    It needs no lab and no rolled back transaction, so that races may use a database of their own.
    """
    opened: list[httpx.AsyncClient] = []

    async def open_one(member: Member | Viewer | None, *scopes: str) -> httpx.AsyncClient:
        headers = {"accept-language": "en"}
        if member is not None:
            headers["authorization"] = f"Bearer {await a_token(member, scopes)}"
        client = httpx.AsyncClient(
            transport=httpx.ASGITransport(app=app),
            base_url="http://lab.test/api/v1",
            headers=headers,
        )
        opened.append(client)
        return client

    yield open_one
    for client in opened:
        await client.aclose()


async def a_token(member: Member | Viewer, scopes: tuple[str, ...]) -> str:
    token = new_token()
    await ApiToken.objects().create(
        member=member.id,
        name="scenario",
        key_hash=digest(token),
        scopes=json.dumps(list(scopes) or ["read", "book", "manage"]),
        made_at=clock.now(),
    )
    return token


@pytest.fixture
async def ada_asks(program: Program, ada: Viewer) -> httpx.AsyncClient:
    return await program(ada)


@pytest.fixture
async def ben_asks(program: Program, ben: Viewer) -> httpx.AsyncClient:
    return await program(ben)


NOW = Intent.NOW
