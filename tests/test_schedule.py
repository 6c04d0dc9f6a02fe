"""What happens by itself: at once, again and again, each without holding up the others."""

import asyncio
import logging
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from functools import partial
from typing import Any

import pytest

from fablab import schedule
from fablab.core import clock, heartbeat
from fablab.core.errors import NotFound, Unavailable
from fablab.core.sweeps import Every, Turns
from fablab.members.tables import Session
from tests import factories
from tests.conftest import Travel
from tests.factories import MONDAY


class Work:
    """A sweep that can be waited for. It does `then` each time, after it has counted itself."""

    def __init__(self, then: Callable[[], Any] | None = None) -> None:
        self.runs = 0
        self.then = then
        self.changed = asyncio.Condition()

    async def __call__(self) -> None:
        async with self.changed:
            self.runs += 1
            self.changed.notify_all()
        if self.then:
            await self.then()

    async def reached(self, runs: int) -> None:
        async with asyncio.timeout(5), self.changed:
            await self.changed.wait_for(lambda: self.runs >= runs)


@pytest.fixture(autouse=True)
def _hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing happens by itself but what a test adds, and that often."""
    monkeypatch.setattr(schedule, "SWEEPS", {})
    monkeypatch.setattr(schedule, "NIGHTLY", {})
    monkeypatch.setattr(schedule, "EVERY", 0.01)


async def fails() -> None:
    raise ZeroDivisionError


async def is_unavailable() -> None:
    raise Unavailable


async def test_sweeps_run_at_once_and_again(committed_database: object) -> None:
    work = Work()
    schedule.SWEEPS["work"] = work
    async with schedule.running(pages=False):
        await work.reached(3)


async def test_one_that_fails_is_named_and_tried_again(
    committed_database: object, caplog: pytest.LogCaptureFixture
) -> None:
    broken, work = Work(fails), Work()
    schedule.SWEEPS.update({"broken": broken, "work": work})
    async with schedule.running(pages=False):
        await broken.reached(2)
        await work.reached(2)
    [record, *_] = [record for record in caplog.records if "broken" in record.getMessage()]
    assert record.exc_info


async def test_a_database_that_is_away_is_one_line(
    committed_database: object, caplog: pytest.LogCaptureFixture
) -> None:
    work = Work(is_unavailable)
    schedule.SWEEPS["work"] = work
    async with schedule.running(pages=False):
        await work.reached(2)
    [record, *_] = [record for record in caplog.records if "not available" in record.getMessage()]
    assert record.levelno == logging.WARNING
    assert record.exc_info is None


async def test_a_slow_one_is_not_begun_twice(committed_database: object) -> None:
    go_on = asyncio.Event()
    slow, quick = Work(go_on.wait), Work()
    schedule.SWEEPS.update({"slow": slow, "quick": quick})
    async with schedule.running(pages=False):
        await quick.reached(5)
        assert slow.runs == 1
        go_on.set()


async def test_a_clock_that_is_set_back_stops_nothing(
    committed_database: object, monkeypatch: pytest.MonkeyPatch, travel: Travel
) -> None:
    work = Work()
    schedule.SWEEPS["work"] = work
    monkeypatch.setattr(schedule, "EVERY", 3600)  # as if an hour had to come round again
    monkeypatch.setattr(schedule, "mind_the_clock", partial(schedule.mind_the_clock, every=0.01))
    async with schedule.running(pages=False):
        await work.reached(1)
        travel(datetime(2020, 1, 1, tzinfo=UTC))
        await work.reached(2)


def test_after_a_long_sleep_there_is_one_turn_and_not_all_that_were_missed() -> None:
    every, month = Every(2), MONDAY + timedelta(days=30)
    assert every.get_next_fire_time(None, MONDAY) == MONDAY
    assert every.get_next_fire_time(MONDAY, month) == month + timedelta(seconds=2)


async def test_stopping_waits_for_what_runs_but_not_for_ever() -> None:
    turns, started, ended = Turns(), asyncio.Event(), []

    async def short() -> None:
        started.set()
        await asyncio.sleep(0)
        ended.append("short")

    async def endless() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            ended.append("endless")
            raise

    await turns.take("endless", endless)
    await turns.take("short", short)
    await turns.end(0.02)
    assert ended == ["short", "endless"]
    assert turns.running == {}


async def test_who_could_not_check_in_is_spared_before_anything_is_released(
    committed_database: object, monkeypatch: pytest.MonkeyPatch, travel: Travel
) -> None:
    told: list[Any] = []

    async def reopen(since: Any, until: Any) -> int:
        told.append((since, until))
        return 0

    async def sweep() -> None:
        told.append("sweep")

    monkeypatch.setattr(schedule, "reopen_after_downtime", reopen)
    work = Work(sweep)
    schedule.SWEEPS["release"] = work
    await heartbeat.beat("pages")
    travel(timedelta(hours=1))
    async with schedule.running(pages=True):
        await work.reached(1)
    assert told[:2] == [(MONDAY, MONDAY + timedelta(hours=1)), "sweep"]
    assert await heartbeat.last("pages") == clock.now()


@pytest.mark.parametrize(("pages", "silence"), [(True, 10), (False, 3600)])
async def test_nobody_is_spared_when_the_pages_were_there_or_are_not_ours(
    committed_database: object,
    monkeypatch: pytest.MonkeyPatch,
    travel: Travel,
    pages: bool,
    silence: int,
) -> None:
    async def reopen(*_: Any) -> int:
        raise AssertionError("The pages were there.")

    monkeypatch.setattr(schedule, "reopen_after_downtime", reopen)
    await heartbeat.beat("pages")
    travel(timedelta(seconds=silence))
    async with schedule.running(pages=pages):
        pass


async def test_pages_without_jobs_only_say_that_they_are_there(committed_database: object) -> None:
    work = Work()
    schedule.SWEEPS["work"] = work
    async with schedule.running(pages=True, work=False):
        pass
    assert work.runs == 0
    assert await heartbeat.last("pages") == MONDAY
    assert await heartbeat.last("jobs") is None


async def test_a_nightly_job_runs_once_a_night_and_is_made_up_for(travel: Travel) -> None:
    await factories.a_lab()
    work = Work()
    schedule.NIGHTLY["clean-up"] = (time(3, 30), work)
    await schedule.dated()
    await schedule.dated()
    assert work.runs == 1  # for tonight, although nobody was there at half past three
    travel(timedelta(hours=18))
    await schedule.dated()
    assert work.runs == 1
    travel(timedelta(days=3))
    await schedule.dated()
    assert work.runs == 2


async def test_cleaning_up_leaves_what_is_in_use() -> None:
    await factories.a_lab()
    ada = await factories.a_member()
    day = timedelta(days=1)
    for key, ends in (("over", MONDAY - day), ("in use", MONDAY + day)):
        times = {"made_at": MONDAY - day, "last_seen_at": MONDAY - day, "expires_at": ends}
        await Session.objects().create(key_hash=key, member=ada.id, **times)
    await schedule.clean_up()
    assert [row.key_hash for row in await Session.objects()] == ["in use"]


async def test_a_job_can_be_run_by_its_name() -> None:
    await factories.a_lab()
    assert await schedule.run_job("release-no-shows") == 0
    with pytest.raises(NotFound):
        await schedule.run_job("make-coffee")


def test_the_jobs_that_operators_know() -> None:
    known = {"release-no-shows", "send-mail", "complete-bookings", "send-reminders", "clean-up"}
    assert known <= schedule.JOBS.keys()
