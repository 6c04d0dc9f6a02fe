"""A line of five, two servers: one offer at a time, in order, to the end, whoever interferes."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from fablab.bookings.tables import Booking, Kind, Status, Waiting
from fablab.core import clock, db
from fablab.core.periods import Period
from fablab.core.secrets import digest, new_token
from fablab.members.tables import ApiToken, Session
from fablab.web import sessions
from tests import factories
from tests.conftest import Travel
from tests.simulation.conftest import Scene
from tests.simulation.test_race import overlapping
from tests.support.servers import serving, until

pytestmark = pytest.mark.slow
DEPTH, AT_ONCE = 5, 8


@pytest.fixture(autouse=True)
def real_time(travel: Travel) -> None:
    """Whatever is written here is for servers that go by the real clock."""
    travel(datetime.now(UTC))


def in_two_days() -> Period:
    noon = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0)
    return Period(noon + timedelta(days=2), noon + timedelta(days=2, hours=1))


class Program:
    """A member's program, which asks one server after the other."""

    def __init__(self, client: httpx.AsyncClient, urls: list[str], token: str) -> None:
        self.client, self.urls = client, urls
        self.headers = {"authorization": f"Bearer {token}"}
        self.asked = 0

    async def post(self, path: str, **body: Any) -> httpx.Response:
        self.asked += 1
        url = self.urls[self.asked % len(self.urls)]
        return await self.client.post(f"{url}/api/v1{path}", json=body, headers=self.headers)

    async def many(self, path: str) -> list[int]:
        answers = await asyncio.gather(*(self.post(path) for _ in range(AT_ONCE)))
        return [answer.status_code for answer in answers]


@asynccontextmanager
async def two_servers(scene: Scene) -> AsyncIterator[list[Program]]:
    limits = httpx.Limits(max_connections=64)
    async with (
        serving(scene.copy, FABLAB_API_RATE="0") as one,
        serving(scene.copy, FABLAB_API_RATE="0") as other,
        httpx.AsyncClient(timeout=30, limits=limits) as client,
    ):
        yield [Program(client, [one.url, other.url], token) for token in scene.tokens]


async def a_line(scene: Scene, programs: list[Program]) -> tuple[int, list[Program]]:
    """The first has booked what the next five wait for; its booking."""
    wanted, slug = in_two_days(), scene.machine.slug
    start, end = wanted.start.isoformat(), wanted.end.isoformat()
    made = await programs[0].post("/bookings", machine=slug, starts_at=start, ends_at=end)
    assert made.status_code == 201, made.text
    line = programs[1 : DEPTH + 1]
    for each in line:
        joined = await each.post("/waitlist", machine=slug, **{"from": start, "to": end})
        assert joined.status_code == 201, joined.text
    return made.json()["id"], line


async def live_offers() -> list[Booking]:
    open_ones = (Booking.kind == Kind.OFFER) & (Booking.status == Status.PENDING)
    return await Booking.objects().where(open_ones)


@asynccontextmanager
async def watched() -> AsyncIterator[list[int]]:
    """How many offers were live at every look meanwhile."""
    seen: list[int] = []

    async def look() -> None:
        while True:
            seen.append(len(await live_offers()))
            await asyncio.sleep(0.005)

    looking = asyncio.create_task(look())
    try:
        yield seen
    finally:
        looking.cancel()
        await asyncio.wait([looking])


async def test_exactly_one_offer_at_a_time_in_order_to_the_end(scene: Scene) -> None:
    async with two_servers(scene) as programs, watched() as seen:
        booking, line = await a_line(scene, programs)
        others = programs[DEPTH + 1 : DEPTH + 5]
        gone = await programs[0].many(f"/bookings/{booking}/cancel")
        assert set(gone) == {200}
        asked = []
        for number, holder in enumerate(line):
            [offer] = await live_offers()
            asked.append(offer.waiting)
            path = f"/offers/{offer.id}"
            strangers = [
                one.many(f"{path}/{verb}")
                for one in [*others, *(each for each in line if each is not holder)]
                for verb in ("accept", "decline")
            ]
            last = number == DEPTH - 1
            answers = await asyncio.gather(
                holder.many(f"{path}/{'accept' if last else 'decline'}"), *strangers
            )
            assert set(answers[0]) == {200}
            assert {status for each in answers[1:] for status in each} == {404}
        entries = await Waiting.select(Waiting.id, Waiting.state).order_by(Waiting.id)
    assert asked == [row["id"] for row in entries]
    assert [row["state"] for row in entries] == ["left"] * (DEPTH - 1) + ["served"]
    assert max(seen) == 1
    assert await overlapping() == 0
    uses = await Booking.select().where(Booking.kind == Kind.USE, Booking.status == "confirmed")
    assert [row["waiting"] for row in uses] == asked[-1:]


async def test_accepting_and_declining_at_once_is_decided_once(scene: Scene) -> None:
    """The holder's own two devices, and time that runs out under an acceptance."""
    async with two_servers(scene) as programs, watched() as seen:
        booking, line = await a_line(scene, programs)
        await programs[0].post(f"/bookings/{booking}/cancel")
        winners = []
        for number, holder in enumerate(line):
            offers = await live_offers()
            if not offers:
                break
            [offer] = offers
            if number % 2:  # the time runs out just now
                await db.execute(
                    "UPDATE booking SET decide_by = {} WHERE id = {}",
                    datetime.now(UTC) + timedelta(milliseconds=30),
                    offer.id,
                )
            accepted, declined = await asyncio.gather(
                holder.many(f"/offers/{offer.id}/accept"),
                holder.many(f"/offers/{offer.id}/decline") if not number % 2 else nothing(),
            )
            row = await Booking.objects().get(Booking.id == offer.id)
            assert row is not None
            if row.kind == Kind.USE:
                winners.append(offer.id)
                assert 200 in accepted
                assert 200 not in declined
                break
            assert row.status in (Status.REJECTED, Status.EXPIRED, Status.PENDING)
            assert 200 not in accepted
            if row.status == Status.PENDING:
                await until(lambda one=offer.id: is_over(one))  # type: ignore[misc]
    assert max(seen) == 1
    assert len(winners) <= 1
    assert await overlapping() == 0


async def nothing() -> list[int]:
    return []


async def is_over(offer_id: int) -> bool:
    row = await Booking.objects().get(Booking.id == offer_id)
    return row is not None and row.status != Status.PENDING


@pytest.mark.parametrize("how", ["cancelled", "released"])
async def test_the_first_waiter_hears_within_five_seconds(
    how: str, scene: Scene, tmp_path: Path
) -> None:
    """On the page they have open, and in their mailbox."""
    machine, now = scene.machine, datetime.now(UTC).replace(second=0, microsecond=0)
    period = in_two_days()
    if how == "released":
        start = now - timedelta(minutes=now.minute % 30)
        period = Period(start, start + timedelta(hours=4))
    holder, waiter = await factories.a_member(), await factories.a_member()
    values: dict[str, Any] = {"release_at": datetime.now(UTC) + timedelta(seconds=8)}
    made = await factories.a_booking(
        period, machine, holder, remind_at=None, **(values if how == "released" else {})
    )
    window = Period(period.start, period.end)
    await factories.a_waiting(machine, window, waiter, minutes=60)
    key, token = await a_session(waiter.id), await a_program(holder.id)
    async with (
        serving(scene.copy, FABLAB_MAIL_URL=f"file://{tmp_path}") as server,
        httpx.AsyncClient(base_url=server.url, timeout=30, cookies={sessions.COOKIE: key}) as page,
    ):
        told = asyncio.Event()
        heard: list[float] = []
        listening = asyncio.create_task(listen(page, told, heard))
        await asyncio.wait_for(told.wait(), 10)
        freed = time.perf_counter()
        if how == "cancelled":
            gone = await page.post(
                f"/api/v1/bookings/{made.id}/cancel",
                json={},
                headers={"authorization": f"Bearer {token}"},
            )
            assert gone.status_code == 200, gone.text
        else:
            freed += (values["release_at"] - datetime.now(UTC)).total_seconds()
        await until(lambda: renewed(heard, freed), 150)
        await until(lambda: mailed(tmp_path), 150)
        mail_took = time.perf_counter() - freed
        listening.cancel()
        shown = await page.get("/me")
        assert "/offers/" in shown.text
    page_took = min(at for at in heard if at > freed) - freed
    print(f"\n{how}: page {page_took:.2f} s, mail {mail_took:.2f} s")  # noqa: T201
    assert page_took < 5
    assert mail_took < 5


async def listen(page: httpx.AsyncClient, told: asyncio.Event, heard: list[float]) -> None:
    headers = {"accept": "text/event-stream"}
    async with page.stream("GET", "/live/me", headers=headers) as stream:
        async for line in stream.aiter_lines():
            if line.startswith("data:"):
                heard.append(time.perf_counter())
                told.set()


async def mailed(folder: Path) -> bool:
    texts = await asyncio.to_thread(
        lambda: [path.read_text(errors="ignore") for path in folder.rglob("*") if path.is_file()]
    )
    return any("/offers/" in text for text in texts)


async def renewed(heard: list[float], since: float) -> bool:
    return any(at > since for at in heard)


async def a_session(member_id: int) -> str:
    key, now = new_token(), clock.now()
    await Session.objects().create(
        key_hash=digest(key),
        member=member_id,
        made_at=now,
        last_seen_at=now,
        expires_at=now + timedelta(hours=1),
    )
    return key


async def a_program(member_id: int) -> str:
    token = new_token()
    await ApiToken.objects().create(
        member=member_id,
        name="holder",
        key_hash=digest(token),
        scopes='["read", "book"]',
        made_at=clock.now(),
    )
    return token
