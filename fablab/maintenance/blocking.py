"""Keep a machine for maintenance, from a time to another or until further notice."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from fablab.activity.actions import Change, record_all
from fablab.bookings import guards, interrupting, keeping, making, settling
from fablab.bookings.calling_off import Because, Ended, House, pass_on, take_back
from fablab.bookings.rules import Blocker
from fablab.bookings.tables import Booking, Kind, Status
from fablab.bookings.taken import around
from fablab.bookings.waitlist.freed import freed
from fablab.core import clock, db
from fablab.core.errors import NotFound, Problem, Refused
from fablab.core.periods import Period, without
from fablab.core.words import N_, Words
from fablab.machines.tables import Machine
from fablab.maintenance.preview import Answer, Choice, Preview, must_be_answered
from fablab.maintenance.stranded import FOREVER, of_machine

TOLERANCE = timedelta(minutes=5)
UNASKED = Answer()
BLOCKS = """
SELECT min(id) AS id, min(CAST(title AS TEXT)) AS title, min(starts_at) AS starts_at,
    max(ends_at) AS ends_at
FROM booking WHERE machine = {} AND kind = 'maintenance' AND status = 'confirmed'
    AND ends_at > {} GROUP BY COALESCE(party, CAST(id AS TEXT)) ORDER BY 3
"""
OF_PARTY = """
SELECT id, starts_at, ends_at FROM booking WHERE machine = {} AND kind = 'maintenance'
    AND status = 'confirmed' AND party = {} ORDER BY id
"""
END = """
UPDATE booking SET status = 'completed', finished_at = {}, busy_until = {}
WHERE id IN {} AND starts_at <= {} AND busy_until > {}
"""
CANCEL = """
UPDATE booking SET status = 'cancelled', cancelled_at = {}, cancelled_by = {},
    busy_until = starts_at WHERE id IN {} AND starts_at > {}
"""
KEPT = "SELECT id FROM booking WHERE machine = {} AND attention = {} AND ends_at > {}"


@dataclass(frozen=True, slots=True)
class Block:
    """A time for which a machine is kept. `end` None: until further notice."""

    id: int
    title: Words
    start: datetime
    end: datetime | None


async def blocks_of(machine_id: int, now: datetime) -> list[Block]:
    """Those that run or lie ahead, in order of start. One statement."""
    return [of_row(row) for row in await db.fetch(BLOCKS, machine_id, now)]


def of_row(row: dict[str, Any]) -> Block:
    start, end = db.instant(row["starts_at"]), db.instant(row["ends_at"])
    assert start is not None
    assert end is not None
    return Block(row["id"], Words.parse(row["title"]), start, end if end < FOREVER else None)


async def block(
    machine_id: int,
    start: datetime,
    end: datetime | None,
    title: Words,
    *,
    actor: int,
    answer: Answer = UNASKED,
) -> None:
    """Nobody books it then. Those who have are shown first (`Unanswered`); the kept ones stand,
    and the maintenance goes round them."""
    await settling.settle([machine_id])
    await _block(machine_id, Period(start, max(start, end or FOREVER)), title, actor, answer)


@db.transactional
async def _block(machine_id: int, period: Period, title: Words, actor: int, answer: Answer) -> None:
    house = await interrupting.held([machine_id])
    view = house.machines.by_id(machine_id)
    assert view is not None
    now = clock.now()
    must_be_sensible(period, now)
    found = await of_machine(view, now, period.end)
    hit = [each for each in found if each.period.overlaps(period)]
    preview = Preview(tuple(hit))
    must_be_answered(preview, answer)
    because = Because(code=keeping.BLOCKED, ended=Ended.FAULT)
    gone = preview.ids if answer.choice == Choice.CANCEL else []
    rows = await take_back(gone, because, house, actor=actor)
    made = pieces(house, machine_id, period, await around([machine_id], period), title, actor)
    if not made:
        message = N_("The machine is not free for a moment then: there is nothing to keep.")
        raise Refused(Problem("taken", message, "from_on"))
    with guards.guarded():
        await db.insert_all(made)
    if answer.choice != Choice.CANCEL:
        await keeping.keep(preview.ids, keeping.BLOCKED, actor=actor)
    await note("blocked", machine_id, actor, period, title)
    await pass_on(rows, because, house)


def must_be_sensible(period: Period, now: datetime) -> None:
    if period.end <= period.start:
        message = N_("The end must come after the start.")
        raise Refused(Problem("invalid_period", message, "to_on"))
    if period.start < now - TOLERANCE:
        raise Refused(Problem("in_the_past", N_("This time has passed."), "from_on"))


def pieces(
    house: House,
    machine_id: int,
    period: Period,
    taken: Sequence[Blocker],
    title: Words,
    actor: int,
) -> list[Booking]:
    """What is free of each unit, as rows of one block."""
    mark = secrets.token_hex(8)
    rows = []
    for unit in range(1, house.locked[machine_id].units + 1):
        busy = [row.busy for row in taken if row.unit == unit and row.busy.length]
        for free in without([period], busy):
            rows.append(piece(house, machine_id, unit, free, title, actor, mark))
    return rows


def piece(
    house: House, machine_id: int, unit: int, free: Period, title: Words, actor: int, mark: str
) -> Booking:
    return Booking(
        uid=secrets.token_hex(16),
        kind=Kind.MAINTENANCE,
        status=Status.CONFIRMED,
        machine=machine_id,
        unit=unit,
        busy_until=free.end,
        made_at=clock.now(),
        made_by=actor,
        made_via="desk",
        title=title.dump(),
        party=mark,
        **making.on_the_wall(free, house.lab.zone),
    )


@db.transactional
async def unblock(machine_id: int, booking_id: int, *, actor: int) -> None:
    """It is done, or not needed: the machine is free from now on. `NotFound` if it is no block."""
    await db.locked(Machine, machine_id)
    found = await Booking.objects().where(Booking.id == booking_id).first()
    is_one = found and found.kind == Kind.MAINTENANCE and found.status == Status.CONFIRMED
    if found is None or not is_one or found.machine != machine_id:
        raise NotFound("booking")
    now = clock.now()
    rows = await db.fetch(OF_PARTY, machine_id, found.party or "")
    ids = db.among([row["id"] for row in rows] or [booking_id])
    await db.execute(END, now, now, ids, now, now)
    await db.execute(CANCEL, now, actor, ids, now)
    kept = await db.fetch(KEPT, machine_id, keeping.BLOCKED, now)
    await keeping.clear([row["id"] for row in kept], keeping.BLOCKED)
    await note("unblocked", machine_id, actor, found.period, Words.parse(found.title))
    await freed([machine_id])


async def note(verb: str, machine_id: int, actor: int, period: Period, title: Words) -> None:
    after = {"starts_at": period.start, "ends_at": period.end, "title": title}
    await record_all([Change(verb, "machine", machine_id, actor=actor, after=after)])
