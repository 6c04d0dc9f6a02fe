"""A dated job is done once, by whoever claims it first, and again only if that one died."""

import asyncio
from datetime import UTC, datetime, time, timedelta

import pytest

from fablab.core import clock, jobs
from fablab.core.tables import JobRun
from fablab.core.zones import zone
from tests.conftest import Travel
from tests.factories import MONDAY

CASABLANCA = zone("Africa/Casablanca")
runs: list[str] = []


@pytest.fixture(autouse=True)
def _nothing_done() -> None:
    runs.clear()


async def work() -> None:
    runs.append("done")


async def broken() -> None:
    runs.append("begun")
    raise ConnectionError


async def test_a_job_is_done_once() -> None:
    assert await jobs.once("clean-up", MONDAY, work)
    assert not await jobs.once("clean-up", MONDAY, work)
    assert runs == ["done"]


async def test_another_job_and_another_day_are_other_runs() -> None:
    assert await jobs.once("clean-up", MONDAY, work)
    assert await jobs.once("digest", MONDAY, work)
    assert await jobs.once("clean-up", MONDAY + timedelta(days=1), work)


async def test_an_unfinished_run_is_left_alone_for_ten_minutes(travel: Travel) -> None:
    with pytest.raises(ConnectionError):
        await jobs.once("clean-up", MONDAY, broken)
    travel(timedelta(minutes=9, seconds=59))
    assert not await jobs.once("clean-up", MONDAY, work)
    travel(timedelta(seconds=1))
    assert await jobs.once("clean-up", MONDAY, work)
    assert runs == ["begun", "done"]


async def test_of_many_one_claims(committed_database: object) -> None:
    claims = await asyncio.gather(*(jobs.claimed("clean-up", MONDAY) for _ in range(8)))
    assert sorted(claims) == [False] * 7 + [True]


async def test_a_run_that_is_done_costs_one_statement(counted: object) -> None:
    await jobs.once("clean-up", MONDAY, work)
    with counted() as sent:  # type: ignore[operator]
        await jobs.once("clean-up", MONDAY, work)
    assert sent.count == 1


async def test_old_runs_are_forgotten(travel: Travel) -> None:
    await jobs.once("clean-up", MONDAY, work)
    travel(timedelta(days=89))
    await jobs.once("clean-up", clock.now(), work)
    travel(timedelta(days=2))
    await jobs.forget_old_runs()
    assert await JobRun.count() == 1


@pytest.mark.parametrize(
    ("now", "due"),
    [
        (datetime(2026, 12, 1, 3, 30, tzinfo=UTC), datetime(2026, 12, 1, 3, 30, tzinfo=UTC)),
        (datetime(2026, 12, 1, 3, 29, tzinfo=UTC), datetime(2026, 11, 30, 3, 30, tzinfo=UTC)),
        # Morocco left UTC+1 at 02:00 UTC on that day: 03:30 of the day before was 02:30 UTC.
        (datetime(2026, 9, 20, 3, 0, tzinfo=UTC), datetime(2026, 9, 19, 2, 30, tzinfo=UTC)),
    ],
)
def test_a_nightly_job_is_due_by_the_clock_on_the_wall(now: datetime, due: datetime) -> None:
    assert jobs.last_due(time(3, 30), CASABLANCA, now) == due
