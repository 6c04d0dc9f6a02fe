"""One member's programs on two servers ask for the last hours of a quota: never above it."""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from fablab.bookings.tables import Booking
from fablab.machines.tables import Machine
from tests import factories
from tests.simulation.conftest import Scene
from tests.simulation.crowd import a_machine
from tests.simulation.test_race import send
from tests.support.servers import serving

pytestmark = pytest.mark.slow
MANY = 32
ROUNDS = 4


@pytest.fixture
async def machines(scene: Scene) -> list[Machine]:
    """One each, so that no two wait for the same machine."""
    return [await a_machine() for _ in range(MANY)]


def monday(weeks: int) -> datetime:
    """The servers run on the real clock: noon on a Monday to come."""
    today = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0)
    return today + timedelta(days=7 * weeks - today.weekday())


async def ask_at_once(
    urls: tuple[str, str], token: str, machines: list[Machine], start: datetime
) -> Counter[tuple[int, str]]:
    """Another machine each, at hours that do not even meet but lie in one week."""
    limits = httpx.Limits(max_connections=MANY)
    async with httpx.AsyncClient(timeout=30, limits=limits) as client:
        answers = await asyncio.gather(
            *(
                send(client, urls[place % 2], token, body(machine, start, place), 0)
                for place, machine in enumerate(machines)
            )
        )
    return Counter((status, code) for status, code, _ in answers)


def body(machine: Machine, start: datetime, place: int) -> dict[str, str]:
    begin = start + timedelta(days=place % 5, hours=place // 5)
    end = begin + timedelta(hours=1)
    times = {"starts_at": begin.isoformat(), "ends_at": end.isoformat()}
    return {"machine": machine.slug, **times}


@pytest.mark.parametrize("left", [1, 3])
async def test_the_last_hours_of_a_week_are_booked_once(
    scene: Scene, machines: list[Machine], left: int
) -> None:
    """The first machine's booking uses the rest of the quota in each of the weeks."""
    await factories.a_quota(span="week", hours="all", most=(left + 1) * 60)
    token = scene.tokens[0]
    async with serving(scene.copy) as one, serving(scene.copy) as other:
        urls = (one.url, other.url)
        for week in range(1, ROUNDS + 1):
            start = monday(week)
            first = body(scene.machine, start, MANY)
            async with httpx.AsyncClient() as client:
                assert (await send(client, one.url, token, first, 0))[0] == 201
            told = await ask_at_once(urls, token, machines, start)
            expected = {(201, ""): left, (422, "quota_exceeded"): MANY - left}
            assert told == expected, (week, told)
            assert await Booking.count() == week * (left + 1)


async def test_one_open_booking_of_thirty_two(scene: Scene, machines: list[Machine]) -> None:
    await factories.a_quota(measure="open", most=1)
    async with serving(scene.copy) as one, serving(scene.copy) as other:
        told = await ask_at_once((one.url, other.url), scene.tokens[0], machines, monday(1))
    assert told == {(201, ""): 1, (422, "quota_exceeded"): MANY - 1}
    assert await Booking.count() == 1
