"""The lab of these tests: Berkane's hours, one machine that needs nothing, Ada."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from fablab.bookings import actions
from fablab.bookings.actions import Asked, Made
from fablab.bookings.rules import Intent
from fablab.core.periods import Period
from fablab.machines.tables import Machine
from fablab.members.tables import Member, Role
from fablab.members.viewer import Viewer
from tests import factories

Book = Callable[..., Awaitable[Made]]


def viewer(member: Member) -> Viewer:
    return Viewer(
        id=member.id, number=member.number, role=Role(member.role), language=member.language
    )


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


NOW = Intent.NOW
