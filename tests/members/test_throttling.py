"""How long one waits, and who counts as one."""

import asyncio
from datetime import timedelta

import pytest

from fablab.core.errors import TooMany
from fablab.members import throttling
from fablab.members.tables import Attempt
from fablab.members.throttling import PAIR, SIGN_UPS, Limit
from tests.conftest import Travel
from tests.factories import MONDAY


@pytest.mark.parametrize(
    ("tries", "seconds"), [(1, 0), (4, 0), (5, 2), (6, 4), (7, 8), (12, 256), (13, 300), (900, 300)]
)
def test_the_wait_doubles_up_to_five_minutes(tries: int, seconds: int) -> None:
    assert PAIR.free_at(tries, MONDAY, MONDAY) == MONDAY + timedelta(seconds=seconds)


@pytest.mark.parametrize(("tries", "minutes"), [(9, 0), (10, 30), (11, 30)])
def test_a_limit_without_longest_waits_for_the_window_s_end(tries: int, minutes: int) -> None:
    now = MONDAY + timedelta(minutes=30)
    assert SIGN_UPS.free_at(tries, MONDAY, now) == now + timedelta(minutes=minutes)


async def test_a_window_that_is_over_begins_anew(travel: Travel) -> None:
    limit = {"letters": Limit(2, timedelta(hours=1))}
    for _ in range(2):
        await throttling.count(limit)
    with pytest.raises(TooMany) as refused:
        await throttling.count(limit)
    assert refused.value.retry_after == 3600
    travel(timedelta(hours=1, seconds=1))
    await throttling.count(limit)


async def test_a_refused_try_is_not_counted() -> None:
    limit = {"one": Limit(1, timedelta(hours=1)), "other": PAIR}
    await throttling.count(limit)
    for _ in range(3):
        with pytest.raises(TooMany):
            await throttling.count(limit)
    assert {row["failures"] for row in await Attempt.select()} == {1}


async def test_rows_that_count_no_more_are_forgotten(travel: Travel) -> None:
    await throttling.count({"one": PAIR})
    await throttling.forget_old()
    assert await Attempt.exists()
    travel(timedelta(days=3))
    await throttling.forget_old()
    assert not await Attempt.exists()


@pytest.mark.usefixtures("committed_database")
async def test_a_hundred_tries_at_once_are_a_hundred() -> None:
    """Counted before they are judged: being quick brings no free guesses."""

    async def one() -> bool:
        try:
            await throttling.count({"pair": PAIR})
        except TooMany:
            return False
        return True

    said = await asyncio.gather(*(one() for _ in range(30)))
    assert sum(said) == PAIR.free + 1


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("203.0.113.7", "203.0.113.8", False),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("not an address", "not an address", True),
    ],
)
def test_what_one_sender_can_change_at_will_is_one(first: str, second: str, same: bool) -> None:
    assert (throttling.network(first) == throttling.network(second)) == same


@pytest.mark.parametrize(
    ("address", "inside"),
    [
        ("10.0.0.7", True),
        ("10.0.1.7", False),
        ("2001:db8::5", True),
        ("", False),
        ("elsewhere", False),
    ],
)
def test_the_lab_s_networks(address: str, inside: bool) -> None:
    assert throttling.within(address, ("10.0.0.0/24", "oops", "2001:db8::/32")) == inside
