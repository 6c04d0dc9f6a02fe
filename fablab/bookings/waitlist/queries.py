"""Who waits for what, in order, and what has been offered."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from fablab.bookings.rules import Blocker
from fablab.bookings.taken import REACH, blocker
from fablab.core import db
from fablab.core.periods import Period
from fablab.machines.catalogue import Catalogue, CategoryView, MachineView

# The first term is the one of the index `waiting_line`: SQLite knows it only word by word.
LINE = """
SELECT w.id, w.member, w.machine, w.category, w.project, w.window_start, w.window_end, w.minutes,
    w.material, w.own_material, w.silent, w.state
FROM waiting w JOIN member m ON m.id = w.member AND m.state = 'active'
WHERE w.state IN ('waiting', 'offered') AND w.state = 'waiting' AND w.window_end > {}
    AND (w.machine IN {} OR w.category IN (SELECT category FROM machine WHERE id IN {}))
ORDER BY w.id LIMIT {}
"""
MOST_LOOKED_AT = 200
LET_GO = """
SELECT waiting, machine, status, starts_at, ends_at FROM booking
WHERE kind <> 'use' AND kind = 'offer' AND machine IN {} AND busy_until > {}
    AND status IN ('expired', 'rejected') AND waiting IS NOT NULL
"""
ELSEWHERE = """
SELECT id, machine, unit, kind, status, member, starts_at, ends_at, busy_until, decide_by
FROM booking WHERE member IN {} AND starts_at >= {} AND starts_at < {} AND busy_until > {}
    AND status IN ('pending', 'confirmed', 'checked_in', 'completed') AND machine NOT IN {}
"""
# Before somebody stand those who came earlier and want, at a time that overlaps, what they want.
POSITION = """
(SELECT count(*) FROM waiting e LEFT JOIN machine em ON em.id = e.machine
 WHERE e.state IN ('waiting', 'offered') AND e.id < w.id
   AND e.window_start < w.window_end AND w.window_start < e.window_end
   AND (e.machine = w.machine OR (w.machine IS NULL AND em.category = w.category)
        OR e.category = COALESCE(w.category, wm.category)))
"""
# S608: every part is a constant of this module.
SHOWN = f"""
SELECT w.id, w.member, w.machine, w.category, w.project, w.window_start, w.window_end, w.minutes,
    w.material, w.own_material, w.silent, w.state, w.made_at, w.skipped_at, w.skipped_codes,
    {POSITION} AS before, o.id AS offer, o.machine AS offer_machine, o.starts_at AS offer_start,
    o.ends_at AS offer_end, o.decide_by AS decide_by
FROM waiting w LEFT JOIN machine wm ON wm.id = w.machine
LEFT JOIN booking o ON o.waiting = w.id AND o.kind = 'offer' AND o.status = 'pending'
"""  # noqa: S608


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Somebody who stands in line for a machine, or for any of a category."""

    id: int
    member_id: int
    machine_id: int | None
    category_id: int | None
    project_id: int | None
    window: Period
    length: timedelta
    material: str = ""
    own_material: bool = False
    state: str = "waiting"

    def wants(self, view: MachineView) -> bool:
        if self.machine_id is not None:
            return self.machine_id == view.id
        return view.category is not None and self.category_id == view.category.id


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """What is offered to an entry at the moment."""

    id: int
    machine_id: int
    period: Period
    decide_by: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """An entry as its member and staff see it. `place` is 1 for the first in line."""

    entry: Entry
    place: int
    made_at: datetime
    offered: Offered | None
    skipped_at: datetime | None
    skipped: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LetGo:
    """Time that was offered to an entry and not taken. `silent`: without a word."""

    entry_id: int
    machine_id: int
    period: Period
    silent: bool


def entry(row: Mapping[str, Any]) -> Entry:
    return Entry(
        id=row["id"],
        member_id=row["member"],
        machine_id=row["machine"],
        category_id=row["category"],
        project_id=row["project"],
        window=period(row["window_start"], row["window_end"]),
        length=timedelta(minutes=row["minutes"]),
        material=row["material"],
        own_material=bool(row["own_material"]),
        state=row["state"],
    )


def period(start: datetime | str, end: datetime | str) -> Period:
    first, last = db.instant(start), db.instant(end)
    assert first is not None
    assert last is not None
    return Period(first, last)


async def line(machine_ids: Collection[int], now: datetime) -> list[Entry]:
    """Who waits for one of these machines and has no offer, the first who came first."""
    ids = db.among(machine_ids)
    return [entry(row) for row in await db.fetch(LINE, now, ids, ids, MOST_LOOKED_AT)]


async def let_go(machine_ids: Collection[int], now: datetime) -> list[LetGo]:
    """What of the time ahead was offered and not taken."""
    return [
        LetGo(
            entry_id=row["waiting"],
            machine_id=row["machine"],
            period=period(row["starts_at"], row["ends_at"]),
            silent=row["status"] == "expired",
        )
        for row in await db.fetch(LET_GO, db.among(machine_ids), now)
    ]


async def elsewhere(
    member_ids: Collection[int], span: Period, machine_ids: Collection[int]
) -> tuple[Blocker, ...]:
    """What these members have at other machines then."""
    rows = await db.fetch(
        ELSEWHERE,
        db.among(member_ids),
        span.start - REACH,
        span.end,
        span.start,
        db.among(machine_ids),
    )
    return tuple(blocker(row) for row in rows)


async def of_member(member_id: int) -> list[Standing]:
    """Where a member stands in line, in the order of coming. One statement."""
    live = "WHERE w.member = {} AND w.state IN ('waiting', 'offered') ORDER BY w.id"
    return [standing(row) for row in await db.fetch(f"{SHOWN} {live}", member_id)]


async def everybody() -> list[Standing]:
    """All who stand in line. One statement."""
    live = "WHERE w.state IN ('waiting', 'offered') ORDER BY w.id LIMIT 500"
    return [standing(row) for row in await db.fetch(f"{SHOWN} {live}")]


async def one(entry_id: int) -> Standing | None:
    """An entry, whatever became of it. One statement."""
    rows = await db.fetch(f"{SHOWN} WHERE w.id = {{}}", entry_id)
    return standing(rows[0]) if rows else None


def category_of(category_id: int | None, machines: Catalogue) -> CategoryView | None:
    return next((each for each in machines.categories if each.id == category_id), None)


def standing(row: Mapping[str, Any]) -> Standing:
    offered = None
    if row["offer"] is not None:
        decide_by = db.instant(row["decide_by"])
        assert decide_by is not None
        offered = Offered(
            id=row["offer"],
            machine_id=row["offer_machine"],
            period=period(row["offer_start"], row["offer_end"]),
            decide_by=decide_by,
        )
    made_at = db.instant(row["made_at"])
    assert made_at is not None
    return Standing(
        entry=entry(row),
        place=row["before"] + 1,
        made_at=made_at,
        offered=offered,
        skipped_at=db.instant(row["skipped_at"]),
        skipped=tuple(row["skipped_codes"].split()),
    )
