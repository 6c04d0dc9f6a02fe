"""Two hosts, two workers each, and their jobs, on one PostgreSQL; one of them dies at work."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from fablab.activity.tables import Activity
from fablab.bookings.tables import Booking, Status, Strike
from fablab.core.tables import JobRun
from fablab.notifications.tables import Notification
from fablab.schedule import NIGHTLY
from tests.simulation import whole
from tests.simulation.conftest import Scene, a_scene
from tests.simulation.crowd import Crowd, wishes
from tests.simulation.killing import all_mailed, answered, nobody_came
from tests.simulation.test_race import overlapping, send, tomorrow, wish
from tests.support import networks
from tests.support.databases import Copy
from tests.support.networks import Network
from tests.support.own_postgres import OwnServer, own_server
from tests.support.postbox import Postbox, mail_server
from tests.support.servers import Server, free_port, running, serving, until

pytestmark = pytest.mark.slow
ROUNDS = 4
MANY = 160
MISSED = 10  # bookings nobody came for, before the host dies and after


@dataclass(frozen=True)
class Host:
    network: Network
    pages: Server
    jobs: Server

    def die(self) -> None:
        """The cable first, so that nobody hears of it; then everything at once."""
        self.network.pull()
        self.pages.kill()
        self.jobs.kill()


@dataclass(frozen=True)
class Ground:
    """This machine's address, the networks of the hosts, and PostgreSQL, which both reach."""

    address: str
    networks: list[Network]
    server: OwnServer


@pytest.fixture(
    scope="module",
    params=[networks.one_machine, networks.two_networks],
    ids=lambda way: way.__name__,
)
def ground(request: pytest.FixtureRequest) -> Iterator[Ground]:
    if request.param is networks.two_networks:
        networks.must_be_allowed()
    with request.param() as (address, both), own_server(address) as server:
        yield Ground(address, both, server)


@pytest.fixture
def _a_database_for_those_who_wait() -> None:
    """These tests bring their own."""


@asynccontextmanager
async def host(copy: Copy, network: Network, folder: Path, mail: str) -> AsyncIterator[Host]:
    given = {"FABLAB_DATA_DIR": str(folder), "FABLAB_MAIL_URL": mail}
    async with (
        serving(
            copy,
            jobs=False,
            workers=2,
            host=network.address,
            port=free_port(),
            inside=network.inside,
            **given,
        ) as pages,
        running(copy, ["jobs"], inside=network.inside, **given) as jobs,
    ):
        yield Host(network, pages, jobs)


@asynccontextmanager
async def two_hosts(
    ground: Ground, folder: Path
) -> AsyncIterator[tuple[Scene, Host, Host, Postbox]]:
    await ground.server.answers()
    async with ground.server.database() as copy, mail_server(ground.address) as box:
        scene = await a_scene(copy)
        async with AsyncExitStack() as both:
            one, other = [
                await both.enter_async_context(host(copy, network, folder / str(place), box.url))
                for place, network in enumerate(ground.networks)
            ]
            yield scene, one, other, box


async def test_they_share_the_work_and_one_dies(ground: Ground, tmp_path: Path) -> None:
    async with two_hosts(ground, tmp_path) as (scene, one, other, box):
        urls = [one.pages.url, other.pages.url]
        raced = await race(scene, urls)
        missed = [await nobody_came() for _ in range(MISSED)]
        await until(dated_jobs_done)
        crowd = Crowd.of(urls, await wishes(scene.tokens, MANY))
        async with crowd.at_work():
            await until(answered(crowd, MANY // 3))
            one.die()
            crowd.urls = urls[1:]
            missed += [await nobody_came() for _ in range(MISSED)]
            await until(answered(crowd, MANY), 900)
        await until(lambda: all_released(missed))
        await all_mailed()
        assert crowd.longest < 20, crowd.told
        assert set(crowd.made.values()) == await whole.stored() - raced - set(missed)
        assert await overlapping() == 0
        assert await whole.halves(missed) == []
        assert await whole.check(scene.copy) == ""
        await each_once(missed)
        twice = Counter(box.marks).total() - len(set(box.marks))
        assert twice <= 1, "Only the mail that the dead host was sending may come twice."
        assert len(set(box.marks)) == await Notification.count()
        print(f"\n{dict(crowd.told)}, longest {crowd.longest:.1f} s, mails twice: {twice}")  # noqa: T201


async def race(scene: Scene, urls: list[str]) -> set[int]:
    """Everybody wants one slot, through either host: one has it. The bookings that came of it."""
    limits = httpx.Limits(max_connections=64)
    async with httpx.AsyncClient(timeout=30, limits=limits) as client:
        for number in range(ROUNDS):
            body = wish(scene, tomorrow(number))
            told = await asyncio.gather(
                *(
                    send(client, urls[place % 2], token, body, 0)
                    for place, token in enumerate(scene.tokens)
                )
            )
            assert Counter(status for status, *_ in told) == {201: 1, 409: 63}
    there = await whole.stored()
    assert len(there) == ROUNDS
    return there


async def dated_jobs_done() -> bool:
    rows = await JobRun.select()
    return len(rows) == len(NIGHTLY) and all(row["done_at"] for row in rows)


async def all_released(missed: list[int]) -> bool:
    mine = Booking.id.is_in(missed) & (Booking.status == Status.NO_SHOW)
    return await Booking.count().where(mine) == len(missed)


async def each_once(missed: list[int]) -> None:
    """No job was done twice: one activity, one strike and one notice a release, one run a job."""
    released = await Activity.select(Activity.thing_id).where(Activity.verb == "released")
    assert sorted(row["thing_id"] for row in released) == sorted(missed)
    assert await Strike.count() == len(missed)
    told = Notification.template == "bookings/released"
    assert await Notification.count().where(told) == len(missed)
    assert await dated_jobs_done()
