"""How long the pages were away is known from the last beat."""

from datetime import timedelta

import pytest

from fablab.core import clock, heartbeat
from fablab.core.periods import Period
from tests.conftest import Travel
from tests.factories import MONDAY


async def test_nobody_was_away_before_the_first_beat() -> None:
    assert await heartbeat.away("pages", clock.now()) is None


@pytest.mark.parametrize(("silence", "counts"), [(5, False), (30, False), (31, True), (3600, True)])
async def test_a_silence_counts_after_half_a_minute(
    silence: int, counts: bool, travel: Travel
) -> None:
    await heartbeat.beat("pages")
    now = travel(timedelta(seconds=silence))
    gone = Period(MONDAY, now) if counts else None
    assert await heartbeat.away("pages", now) == gone


async def test_a_beat_ends_the_silence(travel: Travel) -> None:
    await heartbeat.beat("pages", "jobs")
    travel(timedelta(hours=1))
    await heartbeat.beat("pages")
    assert await heartbeat.away("pages", clock.now()) is None
    assert await heartbeat.last("jobs") == MONDAY


async def test_a_clock_that_stepped_back_takes_no_beat_back(travel: Travel) -> None:
    await heartbeat.beat("pages")
    travel(-timedelta(hours=1))
    await heartbeat.beat("pages")
    assert await heartbeat.last("pages") == MONDAY
