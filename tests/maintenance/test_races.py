"""Two at once: real transactions, so a database of its own."""

import asyncio
from datetime import date

import pytest

from fablab.bookings import actions, interrupting
from fablab.bookings.actions import Asked
from fablab.bookings.calling_off import Ended
from fablab.bookings.tables import Booking, Status
from fablab.core.errors import Refused
from fablab.core.words import Words
from fablab.lab.hours import ClosureDays
from fablab.maintenance import hours
from fablab.members.tables import Member
from fablab.notifications.tables import Notification
from tests import factories
from tests.bookings.conftest import viewer
from tests.support import databases

CLOSED = ClosureDays(
    name=Words(en="Stocktake"), first_day=date(2026, 12, 1), last_day=date(2026, 12, 1)
)
PEOPLE = 8


@pytest.fixture
async def people(committed_database: databases.Copy) -> list[Member]:
    await factories.a_lab()
    return [await factories.a_member() for _ in range(PEOPLE)]


async def test_nobody_books_a_day_while_it_is_closed(people: list[Member]) -> None:
    manager = await factories.a_manager()
    machines = [await factories.a_machine() for _ in people]

    async def close() -> bool:
        try:
            await hours.close_days(CLOSED, actor=manager.id)
        except Refused:
            return False
        return True

    async def book(number: int) -> bool:
        asked = Asked(machine_id=machines[number].id, period=factories.hours(25))
        try:
            await actions.book(viewer(people[number]), asked)
        except Refused:
            return False
        return True

    half = PEOPLE // 2
    tries = [*map(book, range(half)), close(), *map(book, range(half, PEOPLE))]
    found = await asyncio.gather(*tries)
    closed = found.pop(half)
    assert await Booking.count() == sum(found)
    assert not (closed and any(found)), "a day was closed over bookings that nobody was shown"


async def test_two_who_interrupt_at_once_tell_each_owner_once(people: list[Member]) -> None:
    staff = [viewer(await factories.a_manager()) for _ in range(2)]
    machines = []
    for member in people:
        booking = await factories.a_booking(
            factories.hours(0, 2), None, member, status=Status.CHECKED_IN
        )
        machines.append(booking.machine)
    both = (interrupting.interrupt_all(one, machines, Ended.POWER) for one in staff)
    ended = await asyncio.gather(*both)
    assert sorted(map(len, ended)) == [0, PEOPLE]
    assert await Booking.count().where(Booking.ended_because == "power") == PEOPLE
    told = await Notification.select(Notification.member)
    assert sorted(row["member"] for row in told) == sorted(each.id for each in people)
