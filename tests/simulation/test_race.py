"""Sixty-four programs, two servers, one slot: exactly one booking, and everybody is told."""

import asyncio
import random
import statistics
import time
from collections import Counter
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from fablab.bookings.tables import Booking
from fablab.core import db
from tests.simulation.conftest import Scene
from tests.support.servers import serving

pytestmark = pytest.mark.slow
ROUNDS = 20
LIVE = """
SELECT count(*) AS found FROM booking a JOIN booking b ON a.machine = b.machine
    AND a.unit = b.unit AND a.id < b.id AND a.starts_at < b.busy_until
    AND b.starts_at < a.busy_until
WHERE a.status IN ('pending', 'confirmed', 'checked_in', 'completed')
    AND b.status IN ('pending', 'confirmed', 'checked_in', 'completed')
"""


def tomorrow(number: int) -> datetime:
    """The servers run on the real clock: a slot of a coming day, another each round."""
    noon = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0)
    return noon + timedelta(days=2 + number)


async def overlapping() -> int:
    [row] = await db.fetch(LIVE)
    return int(row["found"])


async def send(
    client: httpx.AsyncClient, url: str, token: str, body: dict[str, str], wait: float
) -> tuple[int, str, float]:
    await asyncio.sleep(wait)
    began = time.perf_counter()
    answer = await client.post(
        f"{url}/api/v1/bookings", json=body, headers={"authorization": f"Bearer {token}"}
    )
    code = answer.json().get("code", "")
    return answer.status_code, code, time.perf_counter() - began


def wish(scene: Scene, start: datetime, hours: int = 1) -> dict[str, str]:
    end = start + timedelta(hours=hours)
    return {
        "machine": scene.machine.slug,
        "starts_at": start.isoformat(),
        "ends_at": end.isoformat(),
    }


async def test_one_slot_is_booked_once(scene: Scene) -> None:
    lengths = []
    limits = httpx.Limits(max_connections=128)
    async with (
        serving(scene.copy) as one,
        serving(scene.copy) as other,
        httpx.AsyncClient(timeout=30, limits=limits) as client,
    ):
        servers = (one.url, other.url)
        for number in range(ROUNDS):
            start, staggered = tomorrow(number), number % 2
            shifted = number % 4 == 3  # different hours that all overlap
            answers = await asyncio.gather(
                *(
                    send(
                        client,
                        servers[place % 2],
                        token,
                        wish(scene, start - timedelta(hours=place % 2 if shifted else 0), 2),
                        random.random() / 20 * staggered,  # noqa: S311
                    )
                    for place, token in enumerate(scene.tokens)
                )
            )
            told = Counter((status, code) for status, code, _ in answers)
            assert told == {(201, ""): 1, (409, "taken"): 63}, (number, told)
            lengths += [length for *_, length in answers]
            stored = await Booking.count().where(Booking.status == "confirmed")
            assert stored == number + 1
    assert await overlapping() == 0
    print(f"\n{ROUNDS} rounds: median {statistics.median(lengths):.3f} s, max {max(lengths):.3f} s")  # noqa: T201


async def test_one_member_sixty_four_times_has_one_booking(scene: Scene) -> None:
    body = wish(scene, tomorrow(0))
    limits = httpx.Limits(max_connections=128)
    async with (
        serving(scene.copy) as one,
        serving(scene.copy) as other,
        httpx.AsyncClient(timeout=30, limits=limits) as client,
    ):
        urls = (one.url, other.url)
        answers = await asyncio.gather(
            *(send(client, urls[place % 2], scene.tokens[0], body, 0) for place in range(64))
        )
    assert Counter(status for status, *_ in answers) == {201: 1, 200: 63}
    assert await Booking.count() == 1
