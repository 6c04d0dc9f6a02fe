"""Bulk data: as much a day as the other, right in every respect, or refused with what would do."""

from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest

from fablab.bookings.tables import BLOCKING, Booking, Strike
from fablab.commands.check import stored
from fablab.core import bulk, db, zones
from fablab.core.errors import WrongSetup
from fablab.demo import anew
from fablab.demo.bulk import Amount, slots
from fablab.demo.generating import free_number, generate
from fablab.machines.tables import Machine
from fablab.members.tables import Member
from tests import factories
from tests.factories import MONDAY
from tests.support.databases import Copy, Databases

SMALL = Amount(machines=5, members=20, bookings=1200, days_back=70, days_forward=20)
BERKANE = zones.zone("Africa/Casablanca")


@pytest.fixture
async def committed_database(copies: Databases) -> AsyncIterator[Copy]:
    """A database of the test's own."""
    async with copies.copy() as copy, copy.in_use():
        yield copy


async def wrong() -> dict[str, int]:
    """What `fablab check` would count."""
    counted = {what: await count() for what, count in stored().items()}
    return {what: number for what, number in counted.items() if number}


async def test_everything_generated_is_right(committed_database: Copy) -> None:
    await generate(SMALL)
    assert await wrong() == {}
    assert (await Machine.count(), await Member.count()) == (5, 20)
    rows = await Booking.select()
    days = Counter(row["starts_at"].astimezone(BERKANE).date() for row in rows)
    assert (len(rows), len(days)) == (SMALL.bookings, SMALL.days)
    assert max(days.values()) - min(days.values()) <= 1
    assert min(days) == MONDAY.date() - timedelta(days=70)
    for row in rows:
        if row["starts_at"] > MONDAY:
            assert row["status"] in ("confirmed", "cancelled")
        elif row["ends_at"] <= MONDAY:
            assert row["status"] in ("completed", "cancelled", "no_show")
    blocking = sum(row["status"] in BLOCKING for row in rows)
    assert 0.9 < blocking / len(rows) < 1
    missed = sum(row["status"] == "no_show" for row in rows)
    assert await Strike.count() == missed


async def test_every_change_of_state_is_in_the_log(committed_database: Copy) -> None:
    await generate(SMALL)
    logged = {
        row["thing_id"]: row["changes"]
        for row in await db.fetch(
            "SELECT thing_id, count(*) AS changes FROM activity"
            " WHERE thing = 'booking' GROUP BY thing_id"
        )
    }
    changes = {"confirmed": 1, "checked_in": 2, "cancelled": 2, "no_show": 2, "completed": 3}
    for row in await Booking.select(Booking.id, Booking.status):
        assert logged[row["id"]] == changes[row["status"]]


async def test_nobody_is_at_two_places(committed_database: Copy) -> None:
    await generate(replace(SMALL, members=40))
    own: dict[int, list[tuple[datetime, datetime]]] = {}
    for row in await Booking.select().order_by(Booking.starts_at):
        own.setdefault(row["member"], []).append((row["starts_at"], row["ends_at"]))
    for visits in own.values():
        assert all(earlier[1] <= later[0] for earlier, later in pairwise(visits))


async def test_more_can_be_added_and_work_goes_on(committed_database: Copy) -> None:
    small = replace(SMALL, bookings=100)
    await generate(small)
    await generate(small)
    assert await Booking.count() == 200
    assert await Machine.count() == 10
    member = await factories.a_member(number=await free_number())
    await factories.a_booking(member=member)  # ids go on behind them
    assert await anew.is_demo()


async def test_a_real_lab_is_left_alone(committed_database: Copy) -> None:
    await factories.a_lab()
    with pytest.raises(WrongSetup, match="no demo"):
        await generate(SMALL)
    assert await Booking.count() == 0


async def test_the_guards_stay_on(committed_database: Copy) -> None:
    """The bulk path is no way round the last wall."""
    booking = await factories.a_booking()
    [row] = await Booking.select().where(Booking.id == booking.id)
    row |= {"id": booking.id + 1, "uid": "twin"}
    with pytest.raises(Exception, match="booking_no_overlap"):
        async with db.transaction():
            await bulk.insert(Booking, list(row), [tuple(row.values())])


def test_what_does_not_fit_is_told_with_what_would() -> None:
    amount = Amount(machines=50, members=500, bookings=1_000_000, days_back=365, days_forward=92)
    with pytest.raises(WrongSetup, match="--days-back 4453"):
        amount.check()
    enough = replace(amount, days_back=amount.enough_days_back)
    enough.check()
    assert 215 < enough.bookings / enough.days < 225


@pytest.mark.parametrize(
    ("bookings", "back", "forward"), [(10_000, 15, 30), (100_000, 365, 92), (1_000_000, 4480, 92)]
)
def test_the_same_density_at_every_size(bookings: int, back: int, forward: int) -> None:
    amount = Amount(
        machines=50, members=500, bookings=bookings, days_back=back, days_forward=forward
    )
    amount.check()
    assert 215 < amount.on(back) < 225


def test_a_day_is_within_a_day_also_when_clocks_change() -> None:
    amount = Amount(machines=2, members=1, bookings=1200, days_back=99, days_forward=0)
    paris = zones.zone("Europe/Paris")
    for number in range(amount.days):
        day = date(2026, 4, 30) - timedelta(days=99 - number)
        found = list(slots(amount, date(2026, 4, 30), paris, number))
        assert len(found) == 12
        for slot in found:
            start, end = (at.astimezone(paris) for at in (slot.period.start, slot.period.end))
            assert start.date() == end.date() == day
            assert start.hour >= 7
            assert end <= datetime.combine(day, datetime.min.time(), UTC).replace(
                hour=22, tzinfo=paris
            )
            assert start.minute in (0, 30)
