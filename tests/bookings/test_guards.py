"""The last wall: raw SQL past every rule is refused by the database itself."""

from datetime import timedelta
from typing import Any

import pytest

from fablab.activity.tables import Activity
from fablab.bookings.tables import Booking, Kind, Status
from fablab.core import db
from fablab.machines.tables import Machine
from tests import factories
from tests.factories import hours

FREE = ("cancelled", "no_show", "rejected", "expired")
BLOCKING = ("pending", "confirmed", "checked_in", "completed")


async def refused(sql: str, *args: Any) -> str | None:
    """The name of the guard that refuses a statement; None when it was done."""
    try:
        async with db.transaction():
            await db.execute(sql, *args)
    except Exception as error:
        return db.refusal_of(error) or repr(error)
    return None


COPY = """
INSERT INTO booking (uid, kind, status, machine, unit, starts_at, ends_at, busy_until,
    starts_wall, ends_wall, zone, tzdata, made_at, sequence, late_minutes, made_via,
    checked_in_via, ended_because, cancel_reason, gave_up, note, title, override, attention,
    material, own_material, spared)
SELECT 'twin', kind, {}, machine, {}, {}, {}, {}, starts_wall, ends_wall, zone, tzdata, made_at,
    0, 0, 'web', '', '', '', gave_up, '', title, override, '', '', own_material, spared
FROM booking WHERE id = {}
"""


@pytest.fixture
async def laser(rolled_back: None) -> Machine:
    return await factories.a_machine(policy={"turnaround_minutes": 15})


@pytest.mark.parametrize("status", BLOCKING)
@pytest.mark.parametrize("start", [0.5, 1, 1.5, 2.1])
async def test_an_overlap_is_refused(laser: Machine, status: str, start: float) -> None:
    """2.1 hours: inside the turnaround of what ends at two."""
    booking = await factories.a_booking(hours(1), machine=laser)
    twin = hours(start)
    values = (status, 1, twin.start, twin.end, twin.end, booking.id)
    assert await refused(COPY, *values) == "booking_no_overlap"


@pytest.mark.parametrize(
    ("status", "unit", "start"),
    [*((status, 1, 1) for status in FREE), ("confirmed", 2, 1), ("confirmed", 1, 2.25)],
)
async def test_what_does_not_overlap_is_taken(
    laser: Machine, status: str, unit: int, start: float
) -> None:
    booking = await factories.a_booking(hours(1), machine=laser)
    twin = hours(start)
    values = (status, unit, twin.start, twin.end, twin.end, booking.id)
    assert await refused(COPY, *values) is None


@pytest.mark.parametrize(
    "change",
    [
        "starts_at = {0}",
        "unit = 1",
        "status = 'confirmed'",
        "busy_until = {1}",
    ],
)
async def test_an_update_meets_the_same_wall(laser: Machine, change: str) -> None:
    await factories.a_booking(hours(3), machine=laser)
    states: dict[str, dict[str, Any]] = {
        "unit = 1": {"period": hours(3), "unit": 2},
        "status = 'confirmed'": {"period": hours(3), "status": Status.CANCELLED},
        "starts_at = {0}": {"period": hours(4.5, 1)},
        "busy_until = {1}": {"period": hours(1)},
    }
    other = await factories.a_booking(machine=laser, **states[change])
    args = {"starts_at = {0}": (hours(3.5).start,), "busy_until = {1}": (hours(3.5).end,)}
    sql = f"UPDATE booking SET {change.replace('{0}', '{}').replace('{1}', '{}')} WHERE id = {{}}"
    assert await refused(sql, *args.get(change, ()), other.id) == "booking_no_overlap"


async def test_a_booking_moved_to_another_machine_meets_it_too(laser: Machine) -> None:
    """Or it would have two bookings at once; back where nobody is, it may go."""
    sister = await factories.a_machine(policy={"turnaround_minutes": 15})
    await factories.a_booking(hours(3), machine=laser)
    other = await factories.a_booking(hours(3.5), machine=sister)
    sql = "UPDATE booking SET machine = {} WHERE id = {}"
    assert await refused(sql, laser.id, other.id) == "booking_no_overlap"
    both = "UPDATE booking SET machine = {}, unit = 2 WHERE id = {}"
    assert await refused(both, laser.id, other.id) is None
    assert await refused("UPDATE booking SET unit = 1 WHERE id = {}", other.id) == (
        "booking_no_overlap"
    )
    assert (
        await refused(
            "UPDATE booking SET machine = {}, unit = 1 WHERE id = {}", sister.id, other.id
        )
        is None
    )


async def test_a_booking_ends_after_it_starts(laser: Machine) -> None:
    booking = await factories.a_booking(hours(1), machine=laser)
    sql = "UPDATE booking SET ends_at = starts_at WHERE id = {}"
    assert await refused(sql, booking.id) == "booking_span"


async def test_nothing_is_held_after_it_was_given_back(laser: Machine) -> None:
    """Finished before it began: it keeps an empty stretch, which nobody can run into."""
    booking = await factories.a_booking(hours(1), machine=laser, status=Status.COMPLETED)
    await db.execute("UPDATE booking SET busy_until = starts_at WHERE id = {}", booking.id)
    twin = hours(0.5, 2)
    assert await refused(COPY, "confirmed", 1, twin.start, twin.end, twin.end, booking.id) is None


async def test_maintenance_without_an_end_blocks_for_good(laser: Machine) -> None:
    await factories.a_booking(hours(1, 9000), machine=laser, kind=Kind.MAINTENANCE)
    booking = await factories.a_booking(hours(0, 0.5), machine=laser)
    twin = hours(8000)
    values = ("confirmed", 1, twin.start, twin.end, twin.end + timedelta(hours=1), booking.id)
    assert await refused(COPY, *values) == "booking_no_overlap"


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE activity SET verb = 'unmade'",
        "DELETE FROM activity",
        "INSERT OR REPLACE INTO activity (id, at, verb, thing, thing_id, before, after, reason)"
        " SELECT id, at, 'unmade', thing, thing_id, before, after, reason FROM activity",
    ],
)
async def test_what_happened_stays_written(laser: Machine, sql: str) -> None:
    if sql.startswith("INSERT") and not db.is_sqlite():
        sql = "TRUNCATE activity"  # PostgreSQL's way round the rows
    await Activity.insert(
        Activity(at=hours(0).start, verb="made", thing="booking", thing_id=1, reason="")
    )
    assert "append_only" in str(await refused(sql))
    assert (await Activity.select(Activity.verb).first()) == {"verb": "made"}


async def test_only_these_states_block() -> None:
    assert {*BLOCKING, *FREE} == set(Status)
    assert await Booking.count() == 0
