"""Programs that book, each wish a slot of its own, and what they were answered."""

import asyncio
from collections import Counter, deque
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import httpx

from fablab.machines.tables import Machine
from tests import factories

SLOT = timedelta(minutes=30)
SLOTS_A_DAY = 40


@dataclass(frozen=True)
class Wish:
    """A slot that nobody else wants. Sent again under its key, it is the same wish."""

    number: int
    machine: str
    token: str
    start: datetime

    @property
    def body(self) -> dict[str, str]:
        end = self.start + SLOT
        start = self.start.isoformat()
        return {"machine": self.machine, "starts_at": start, "ends_at": end.isoformat()}

    @property
    def headers(self) -> dict[str, str]:
        key = f"wish-{self.number}"
        return {"authorization": f"Bearer {self.token}", "idempotency-key": key}


async def wishes(tokens: list[str], many: int, machines: int = 8) -> list[Wish]:
    """So many, on new machines, from the day after tomorrow on by the real clock."""
    made = [await a_machine() for _ in range(machines)]
    first = datetime.now(UTC).replace(hour=1, minute=0, second=0, microsecond=0)
    return [
        Wish(number, made[number % machines].slug, tokens[number % len(tokens)], start)
        for number in range(many)
        for day, slot in [divmod(number // machines, SLOTS_A_DAY)]
        for start in [first + timedelta(days=2 + day) + slot * SLOT]
    ]


async def a_machine() -> Machine:
    return await factories.a_machine(policy={"max_minutes": 480, "horizon_days": 400})


@dataclass
class Crowd:
    """Sixteen at once ask one address after another, until each wish has been answered once."""

    urls: list[str]
    waiting: deque[Wish]
    at_once: int = 16
    patience: float = 30  # seconds
    made: dict[int, int] = field(default_factory=dict)  # wish: the booking it was told of
    lost: set[int] = field(default_factory=set)  # wishes whose answer never came
    told: Counter[str] = field(default_factory=Counter)
    longest: float = 0

    @classmethod
    def of(cls, urls: Iterable[str], wanted: Iterable[Wish], at_once: int = 16) -> "Crowd":
        return cls(list(urls), deque(wanted), at_once)

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[None]:
        """Meanwhile they book; whoever still waits for an answer afterwards gives up."""
        working = asyncio.create_task(self.book())
        try:
            yield
        finally:
            working.cancel()
            await asyncio.wait([working])
        if not working.cancelled():
            working.result()

    async def book(self) -> None:
        """Until no wish waits. A wish that is refused for now, or lost, is sent again."""
        limits = httpx.Limits(max_connections=self.at_once)
        async with (
            httpx.AsyncClient(timeout=self.patience, limits=limits) as client,
            asyncio.TaskGroup() as group,
        ):
            for place in range(self.at_once):
                group.create_task(self._go_on(client, place))

    async def _go_on(self, client: httpx.AsyncClient, place: int) -> None:
        while self.waiting:
            url, wish = self.urls[place % len(self.urls)], self.waiting.popleft()
            try:
                await self._ask(client, url, wish)
            except (httpx.TransportError, asyncio.CancelledError) as gone:
                self.lost.add(wish.number)
                self.told[type(gone).__name__] += 1
                self.waiting.append(wish)
                if isinstance(gone, asyncio.CancelledError):
                    raise
                await asyncio.sleep(0.1)

    async def _ask(self, client: httpx.AsyncClient, url: str, wish: Wish) -> None:
        began = asyncio.get_running_loop().time()
        answer = await client.post(f"{url}/api/v1/bookings", json=wish.body, headers=wish.headers)
        self.longest = max(self.longest, asyncio.get_running_loop().time() - began)
        self.told[str(answer.status_code)] += 1
        if answer.status_code == 201:
            self.made[wish.number] = answer.json()["id"]
            return
        assert answer.status_code == 503, answer.text
        assert int(answer.headers["retry-after"]) > 0
        self.waiting.append(wish)
        await asyncio.sleep(0.1)
