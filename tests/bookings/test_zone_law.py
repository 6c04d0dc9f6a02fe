"""The law of the zone changes: 10:00 stays 10:00, and nobody is on one unit with somebody else."""

import asyncio
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fablab import schedule
from fablab.activity.tables import Activity
from fablab.bookings import checks, making, release, zone_law
from fablab.bookings.rules.zone_law import Held, peak, seated
from fablab.bookings.tables import Booking, Kind, Status, Strike
from fablab.bookings.zone_law import Rederived, rederive
from fablab.core import db, zones
from fablab.core.facts import load
from fablab.core.periods import Period
from fablab.core.words import LANGUAGES
from fablab.lab.tables import Lab
from fablab.machines.tables import Machine
from fablab.notifications.tables import Notification
from tests import factories
from tests.conftest import Travel
from tests.factories import MONDAY, hours
from tests.notifications import goldens
from tests.support.browser import Browser
from tests.support.databases import Copy

HOUR = timedelta(hours=1)
FAR = 50 * 365 * 24  # hours
LONG_AGO = MONDAY - timedelta(days=20)


@pytest.fixture(autouse=True)
def _noon_is_noon() -> None:
    """What these tests take for granted: in Berkane the wall shows UTC."""
    assert MONDAY.astimezone(zones.zone("Africa/Casablanca")).hour == MONDAY.hour


async def agreed(first: float, length: float = 1, **values: Any) -> Booking:
    """A booking that was made while Casablanca was at UTC+1: from 9 + `first` o'clock."""
    machine, member = values.pop("machine", None), values.pop("member", None)
    at = hours(first - 1, length)
    under = {
        "starts_wall": wall(first),
        "ends_wall": wall(first + length),
        "tzdata": "2026.2",
    }
    return await factories.a_booking(at, machine, member, **under | values)


def wall(after_nine: float, offset: str = "+01:00") -> str:
    return f"{MONDAY + timedelta(hours=after_nine):%Y-%m-%dT%H:%M:%S}{offset}"


async def stored(booking: Booking) -> Booking:
    found = await Booking.objects().get(Booking.id == booking.id)
    assert found is not None
    return found


async def told(template: str) -> list[dict[str, Any]]:
    where = Notification.template == template
    rows = await Notification.select().where(where).order_by(Notification.member)
    return [load(row["facts"]) | {"to": row["member"]} for row in rows]


async def test_ten_stays_ten() -> None:
    lab = await factories.a_lab()
    before = await agreed(1, 2, remind_at=hours(-1).start)
    assert await rederive() == Rederived(moved=1)
    now = await stored(before)
    assert now.period == hours(1, 2)
    assert (now.starts_wall, now.ends_wall) == (wall(1, "+00:00"), wall(3, "+00:00"))
    assert (now.busy_until, now.release_at) == (hours(1, 2).end, hours(1.25).start)
    assert now.remind_at == hours(0).start
    assert (now.tzdata, now.sequence, now.unit) == (zones.tzdata_version(), 1, 1)
    assert now.status == Status.CONFIRMED
    assert await checks.walls_astray() == 0
    [activity] = await Activity.select().where(Activity.verb == "zone_changed")
    assert (activity["thing_id"], activity["member"]) == (before.id, before.member)
    assert await Notification.count() == 0  # there is nothing to tell
    await lab.refresh()
    assert lab.tzdata == zones.tzdata_version()


async def test_the_turnaround_moves_along() -> None:
    await factories.a_lab()
    machine = await factories.a_machine(policy={"turnaround_minutes": 20})
    booking = await agreed(2, machine=machine)
    gap = booking.busy_until - booking.ends_at
    await rederive()
    now = await stored(booking)
    assert gap > timedelta(0)
    assert now.busy_until == now.ends_at + gap


@pytest.mark.parametrize("order", [(1, 2, 3), (3, 2, 1)])
async def test_nobody_meets_anybody_on_the_way(order: tuple[int, ...]) -> None:
    """Each moves to where the next still is, or was, whatever order they were made in."""
    await factories.a_lab()
    machine = await factories.a_machine()
    made = [await agreed(first, machine=machine) for first in order]
    assert await rederive() == Rederived(moved=3)
    for booking, first in zip(made, order, strict=True):
        assert (await stored(booking)).period == hours(first)


async def test_of_two_that_collide_the_one_made_first_stays() -> None:
    await factories.a_lab()
    manager, machine = await factories.a_manager(), await factories.a_machine()
    sister = await factories.a_machine()
    first = await agreed(2, machine=machine, made_at=LONG_AGO)
    owner = await factories.a_member()
    second = await factories.a_booking(hours(2), machine, owner)
    there = await agreed(2, machine=sister)  # whose time is free until it is derived as well
    assert await rederive() == Rederived(moved=2, cancelled=1)
    assert [(await stored(each)).period for each in (first, there)] == [hours(2)] * 2
    gone = await stored(second)
    assert (gone.status, gone.cancel_reason) == (Status.CANCELLED, "zone_change")
    assert (gone.sequence, gone.remind_at, gone.period) == (1, None, hours(2))
    one, other = await told("bookings/zone_cancelled")
    assert {one["to"], other["to"]} == {owner.id, manager.id}
    assert {one["to_staff"], other["to_staff"]} == {True, False}
    assert one["number"] == owner.number
    assert one["alternatives"] == other["alternatives"] != []
    for each in one["alternatives"]:
        assert not Period(each["starts_at"], each["ends_at"]).overlaps(hours(2))


async def test_made_later_goes_even_if_it_is_the_one_that_moved() -> None:
    await factories.a_lab()
    machine = await factories.a_machine()
    first = await factories.a_booking(hours(2), machine, made_at=LONG_AGO)
    moved = await agreed(2, machine=machine)
    assert await rederive() == Rederived(cancelled=1)
    assert (await stored(first)).status == Status.CONFIRMED
    gone = await stored(moved)
    assert (gone.status, gone.starts_wall) == (Status.CANCELLED, wall(2, "+00:00"))
    assert await checks.walls_astray() == 0


async def test_seats_are_dealt_anew_before_anybody_goes() -> None:
    """Both come to sit on the first seat at eleven; the second is free."""
    await factories.a_lab()
    room = await factories.a_room(units=2)
    one = await factories.a_booking(hours(2), room, made_at=LONG_AGO)
    other = await agreed(2, machine=room)
    third = await factories.a_booking(hours(4), room, unit=2)
    assert await rederive() == Rederived(moved=1)
    rows = [await stored(each) for each in (one, other, third)]
    assert {row.unit for row in rows[:2]} == {1, 2}
    assert rows[0].unit == 1
    assert [row.status for row in rows] == [Status.CONFIRMED] * 3
    assert (rows[2].unit, rows[2].sequence) == (2, 0)


async def test_other_data_with_the_same_law_changes_only_the_version() -> None:
    await factories.a_lab()
    booking = await factories.a_booking(hours(1), tzdata="2026.4")
    assert await rederive() == Rederived()
    now = await stored(booking)
    assert (now.tzdata, now.sequence, now.period) == (zones.tzdata_version(), 0, hours(1))
    assert await Activity.count() == 0


async def test_the_second_time_it_is_one_read(
    counted: Callable[[], AbstractContextManager[db.Counted]],
) -> None:
    await factories.a_lab()
    await agreed(1)
    await rederive()
    with counted() as sent:
        assert await rederive() == Rederived()
    assert sent.count == 1


async def test_without_a_lab_it_works_as_well() -> None:
    booking = await agreed(1)
    assert await rederive() == Rederived(moved=1)
    assert await rederive() == Rederived()
    assert (await stored(booking)).sequence == 1


async def test_who_is_there_stays_as_long_as_agreed() -> None:
    await factories.a_lab()
    machine = await factories.a_machine()
    here = await agreed(1, 2, machine=machine, status=Status.CHECKED_IN)
    waiting = await agreed(1.5, machine=await factories.a_machine())
    late = await factories.a_booking(hours(1), machine, status=Status.CANCELLED)
    assert await rederive() == Rederived(moved=1)
    now = await stored(here)
    assert (now.period, now.sequence) == (here.period, 0)
    assert now.starts_wall == wall(0, "+00:00")
    assert now.tzdata == zones.tzdata_version()
    assert (await stored(waiting)).period == hours(1.5)
    assert (await stored(late)).status == Status.CANCELLED
    assert await checks.walls_astray() == 0


async def test_what_collides_with_somebody_who_is_there_goes() -> None:
    await factories.a_lab()
    machine = await factories.a_machine()
    here = await factories.a_booking(hours(1, 2), machine, status=Status.CHECKED_IN)
    coming = await agreed(1, machine=machine, made_at=LONG_AGO)
    assert await rederive() == Rederived(cancelled=1)
    assert (await stored(here)).status == Status.CHECKED_IN
    assert (await stored(coming)).status == Status.CANCELLED


async def test_history_is_left_alone() -> None:
    await factories.a_lab()
    over = await agreed(-40, tzdata="2025.2")
    done = await agreed(1, 2, status=Status.COMPLETED)
    assert await rederive() == Rederived()
    assert (await stored(over)).tzdata == "2025.2"
    assert (await stored(done)).period == done.period


async def test_whose_start_is_suddenly_over_may_still_come(travel: Travel) -> None:
    """By the old data it began at 11:00; it began at 10:00, and now it is half past."""
    await factories.a_lab()
    booking = await factories.a_booking(
        hours(2, 2),
        starts_wall=wall(1, "-01:00"),
        ends_wall=wall(3, "-01:00"),
        tzdata="2026.2",
    )
    now = travel(timedelta(hours=1, minutes=30))
    assert await rederive() == Rederived(moved=1)
    moved = await stored(booking)
    assert moved.period == hours(1, 2)
    assert moved.release_at == now + timedelta(minutes=15)
    travel(timedelta(minutes=15))
    assert await release.release_due() == 1
    assert await Strike.count() == 0


async def test_what_was_thought_to_be_over_is_not(travel: Travel) -> None:
    """The server was down; the old data say 09:00 to 10:00 UTC, the wall says 10:00 to 11:00."""
    await factories.a_lab()
    booking = await agreed(1)
    travel(timedelta(hours=1, minutes=1))
    assert await rederive() == Rederived(moved=1)
    assert await release.release_due() == 0
    assert (await stored(booking)).period == hours(1)


async def test_maintenance_that_runs_did_begin() -> None:
    await factories.a_lab()
    forever = datetime(9999, 12, 31, tzinfo=UTC)
    values: dict[str, Any] = {
        "kind": Kind.MAINTENANCE,
        "busy_until": forever,
        "starts_wall": wall(-5),
        "ends_wall": "9999-12-31T01:00:00+01:00",
        "tzdata": "2026.2",
    }
    running = await factories.a_booking(Period(hours(-6).start, forever), **values)
    before = await factories.a_booking(
        hours(-8, 2), await machine_of(running), status=Status.COMPLETED
    )
    assert await rederive() == Rederived()
    now = await stored(running)
    assert now.period == Period(hours(-6).start, forever)
    assert (now.status, now.tzdata) == (Status.CONFIRMED, zones.tzdata_version())
    assert (await stored(before)).status == Status.COMPLETED
    assert await checks.walls_astray() == 0


async def machine_of(booking: Booking) -> Machine:
    found = await Machine.objects().get(Machine.id == booking.machine)
    assert found is not None
    return found


def in_paris(starts: str, ends: str) -> tuple[Period, dict[str, Any]]:
    """As it was agreed when these offsets were the law."""
    period = Period(datetime.fromisoformat(starts), datetime.fromisoformat(ends))
    kept = Period(period.start.astimezone(UTC), period.end.astimezone(UTC))
    walls = {"starts_wall": starts, "ends_wall": ends}
    return kept, walls | {"zone": "Europe/Paris", "tzdata": "2026.2"}


async def test_a_time_that_the_clock_skips_begins_when_it_goes_on() -> None:
    await factories.a_lab()
    period, values = in_paris("2027-03-28T02:30:00+01:00", "2027-03-28T04:00:00+01:00")
    booking = await factories.a_booking(period, **values)
    assert await rederive() == Rederived(moved=1)
    now = await stored(booking)
    assert now.starts_wall == "2027-03-28T03:00:00+02:00"
    assert now.ends_wall == "2027-03-28T04:00:00+02:00"
    [facts] = await told("bookings/zone_moved")
    assert (facts["to"], facts["was_start"], facts["was_end"]) == (booking.member, "02:30", "04:00")
    assert facts["starts_at"] == now.starts_at


async def test_what_the_clock_skips_whole_keeps_its_length() -> None:
    await factories.a_lab()
    period, values = in_paris("2027-03-28T02:00:00+01:00", "2027-03-28T03:00:00+01:00")
    booking = await factories.a_booking(period, **values)
    await rederive()
    assert (await stored(booking)).period.length == HOUR


@pytest.mark.parametrize(
    ("offset", "kept"), [("+01:00", "+01:00"), ("+02:00", "+02:00"), ("+03:00", "+02:00")]
)
async def test_a_time_that_comes_twice_is_the_one_agreed_else_the_first(
    offset: str, kept: str
) -> None:
    await factories.a_lab()
    period, values = in_paris(f"2027-10-31T02:30:00{offset}", f"2027-10-31T05:00:00{offset}")
    booking = await factories.a_booking(period, **values)
    await rederive()
    assert (await stored(booking)).starts_wall == f"2027-10-31T02:30:00{kept}"


async def test_the_mails_and_the_page_say_why(browser: Browser) -> None:
    await factories.a_lab()
    machine, owner = await factories.a_machine(), await factories.a_member()
    await agreed(2, machine=machine, made_at=LONG_AGO)
    gone = await factories.a_booking(hours(2), machine, owner)
    period, values = in_paris("2027-03-28T02:30:00+01:00", "2027-03-28T04:00:00+01:00")
    await factories.a_booking(period, machine, owner, **values)
    await rederive()
    rows = await Notification.select().where(Notification.member == owner.id)
    mails = [
        [await goldens.mail(row["template"], language, **load(row["facts"])) for row in rows]
        for language in LANGUAGES
    ]
    moved, cancelled = mails[LANGUAGES.index("en")]
    assert "02:30 to 04:00" in moved
    assert "a booking made before yours" in cancelled
    other = f"/bookings/new?machine={machine.slug}&start=2026-11-30T12:00Z"
    assert other in cancelled
    await browser.sign_in(owner)
    assert "2026-11-30T12:00" in (await browser.get(other)).text
    assert "The law of the time zone changed" in (await browser.get(f"/bookings/{gone.id}")).text


async def some_machines(first: float = 1) -> list[Booking]:
    """Three machines, a booking of the old law on each; on the last one two that will collide."""
    await factories.a_lab()
    await factories.a_manager()
    machines = [await factories.a_machine() for _ in range(3)]
    made = [await agreed(first, machine=machine, made_at=LONG_AGO) for machine in machines]
    await factories.a_booking(hours(first), machines[-1])
    return made


async def all_is_well(made: list[Booking], first: float = 1) -> None:
    """Everybody moved once, one was cancelled, and each was told once."""
    rows = [await stored(each) for each in made]
    assert [(row.period, row.sequence) for row in rows] == [(hours(first), 1)] * len(made)
    assert await Booking.count().where(Booking.status == Status.CANCELLED) == 1
    assert len(await told("bookings/zone_cancelled")) == 2
    assert await Activity.count().where(Activity.verb == "zone_changed") == len(made)
    [lab] = await Lab.select(Lab.tzdata)
    assert lab["tzdata"] == zones.tzdata_version()


@pytest.mark.parametrize("where", ["move", "keep"])
async def test_killed_on_the_way_the_next_one_goes_on(
    where: str, committed_database: Copy, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await some_machines()
    usual, seen = getattr(zone_law, where), 0

    async def dying(*args: Any) -> None:
        nonlocal seen
        seen += 1
        await usual(*args)
        if seen == 2:
            raise asyncio.CancelledError

    monkeypatch.setattr(zone_law, where, dying)
    with pytest.raises(asyncio.CancelledError):
        await rederive()
    assert [(await stored(each)).sequence for each in made] == [1, 0, 0]
    monkeypatch.setattr(zone_law, where, usual)
    assert await rederive() == Rederived(moved=2, cancelled=1)
    await all_is_well(made)


async def test_killed_before_it_told_the_next_one_tells(
    committed_database: Copy, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await some_machines()

    async def dying(version: str) -> None:
        raise asyncio.CancelledError

    with monkeypatch.context() as dead:
        dead.setattr("fablab.bookings.zone_telling.tell_cancelled", dying)
        with pytest.raises(asyncio.CancelledError):
            await rederive()
    assert await told("bookings/zone_cancelled") == []
    assert await rederive() == Rederived()
    await all_is_well(made)


async def test_two_at_once_do_it_once(committed_database: Copy) -> None:
    made = await some_machines()
    both = await asyncio.gather(rederive(), rederive())
    assert sum(each.moved for each in both) == 3
    assert sum(each.cancelled for each in both) == 1
    await all_is_well(made)


DIE = """
import asyncio, os
from fablab.bookings import zone_law
from fablab.core import db
usual, seen = zone_law.move, []
async def dying(*args):
    await usual(*args)
    seen.append(1)
    if len(seen) == 2:
        os._exit(9)
zone_law.move = dying
async def main():
    async with db.connected():
        await zone_law.rederive()
asyncio.run(main())
"""


@pytest.mark.slow
async def test_processes_die_and_start_together(committed_database: Copy) -> None:
    """Other processes go by the real clock: what is agreed here is fifty years ahead."""
    made = await some_machines(FAR)
    environment = committed_database.environment
    dead = await asyncio.create_subprocess_exec(sys.executable, "-c", DIE, env=environment)
    assert await dead.wait() == 9
    assert sorted([(await stored(each)).sequence for each in made]) == [0, 0, 1]
    command = (sys.executable, "-m", "fablab", "migrate")
    processes = [await asyncio.create_subprocess_exec(*command, env=environment) for _ in range(3)]
    assert [await process.wait() for process in processes] == [0] * 3
    await all_is_well(made, FAR)


async def test_every_start_does_it_before_anything_else(
    committed_database: Copy, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[datetime] = []
    swept = asyncio.Event()

    async def sweep() -> None:
        seen.append((await stored(booking)).starts_at)
        swept.set()

    monkeypatch.setattr(schedule, "SWEEPS", {"look": sweep})
    monkeypatch.setattr(schedule, "NIGHTLY", {})
    await factories.a_lab()
    booking = await agreed(1)
    async with schedule.running(pages=False), asyncio.timeout(10):
        await swept.wait()
    assert seen[0] == hours(1).start


def test_a_new_booking_is_of_todays_law() -> None:
    row = making.on_the_wall(hours(1), zones.zone("Africa/Casablanca"))
    assert (row["starts_wall"], row["tzdata"]) == (wall(1, "+00:00"), zones.tzdata_version())


@st.composite
def rows(draw: st.DrawFn) -> tuple[list[Held], int]:
    units = draw(st.integers(1, 3))
    number = draw(st.integers(0, 7))
    return [
        Held(
            id=each,
            unit=draw(st.integers(1, units)),
            busy=hours(draw(st.integers(0, 8)), draw(st.integers(1, 4))),
            made_at=MONDAY - timedelta(hours=draw(st.integers(1, 5))),
        )
        for each in range(1, number + 1)
    ], units


@given(rows())
def test_nobody_shares_a_unit_and_nobody_goes_without_need(drawn: tuple[list[Held], int]) -> None:
    found, units = drawn
    dealt = seated(found, units)
    staying = [row for row in found if row.id in dealt]
    for one, other in combinations(staying, 2):
        assert dealt[one.id] != dealt[other.id] or not one.busy.overlaps(other.busy)
    assert set(dealt.values()) <= set(range(1, units + 1))
    for row in found:
        if row.id not in dealt:
            before = [each for each in staying if (each.made_at, each.id) < (row.made_at, row.id)]
            assert peak(row.busy, before) >= units


def test_who_is_there_is_never_moved() -> None:
    here = Held(id=2, unit=1, busy=hours(1, 2), made_at=MONDAY, fixed=True)
    first = Held(id=1, unit=1, busy=hours(2), made_at=LONG_AGO)
    assert seated([first, here], 1) == {2: 1}
    assert seated([first, here], 2) == {1: 2, 2: 1}
