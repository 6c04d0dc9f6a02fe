"""The lab takes booked time back: what runs is interrupted, what lies ahead is cancelled.

Nobody gets a strike, what was not used is theirs again, and each owner is told once, with what
they may book instead.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from fablab.activity.actions import Change, record_all
from fablab.bookings import sorry, wear
from fablab.bookings.tables import Status
from fablab.bookings.waitlist.freed import freed
from fablab.core import clock, db
from fablab.core.words import Words
from fablab.lab.place import Place
from fablab.machines.catalogue import Catalogue
from fablab.machines.tables import Machine

Row = Mapping[str, Any]
COLUMNS = """id, machine, member, kind, status, starts_at, ends_at, checked_in_at, finished_at,
    material, own_material"""
RUNNING = """id IN {} AND ends_at > {} AND kind IN ('use', 'training')
    AND (status = 'checked_in' OR (status = 'confirmed' AND starts_at <= {}))"""
# Whoever never checked in has used nothing. The turnaround follows the end that it has now.
# S608: every part is a constant of this module; `turned` are conditions with places for values.
INTERRUPT = f"""
UPDATE booking SET status = 'completed', ended_because = {{}}, remind_at = NULL,
    finished_at = CASE WHEN status = 'checked_in' THEN {{}} ELSE starts_at END,
    busy_until = CASE WHEN starts_at > {{}} THEN starts_at %s ELSE busy_until END,
    sequence = sequence + 1
WHERE {RUNNING} RETURNING {COLUMNS}
"""  # noqa: S608
TURNED = "WHEN machine = {} AND busy_until > {} THEN {}"
CANCEL = f"""
UPDATE booking SET status = 'cancelled', cancelled_at = {{}}, cancelled_by = {{}},
    cancel_reason = {{}}, busy_until = starts_at, remind_at = NULL, sequence = sequence + 1
WHERE id IN {{}} AND starts_at > {{}} AND kind IN ('use', 'training')
    AND status IN ('pending', 'confirmed') RETURNING {COLUMNS}
"""  # noqa: S608


class Ended(StrEnum):
    """Why a running booking was interrupted."""

    FAULT = "fault"
    POWER = "power"
    CLOSING = "closing"
    SAFETY = "safety"


@dataclass(frozen=True, slots=True, kw_only=True)
class Because:
    """Why the lab takes time back.

    `code` is kept with what was cancelled: `hours_changed`, `machine_stopped`,
    `machine_blocked`, or that of `ended`, for which what runs ends. `name` is that of the closure, `note` what staff said.
    """

    code: str
    ended: Ended
    name: Words = field(default_factory=Words)
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """The lab and its machines as they are from now on, and the machines' rows, locked."""

    lab: Place
    machines: Catalogue
    locked: Mapping[int, Machine]


async def call_off(
    booking_ids: Collection[int], because: Because, house: House, *, actor: int
) -> Sequence[Row]:
    """End or cancel these bookings in the caller's transaction; the rows that were.

    The caller has settled before, and holds the machines. A constant number of statements.
    """
    if not booking_ids:
        return []
    now, ids = clock.now(), sorted(booking_ids)
    ended = await interrupt(ids, because, house, now)
    reason = because.code
    cancelled = await db.fetch(CANCEL, now, actor, reason, db.among(ids), now)
    rows = sorted([*ended, *cancelled], key=lambda row: (row["starts_at"], row["id"]))
    await wear.add(row for row in ended if row["checked_in_at"])
    await record_all([change(row, because, actor) for row in rows])
    await freed(sorted({row["machine"] for row in rows}))
    await sorry.tell(rows, because.code, because.name, because.note, house)
    return rows


async def interrupt(
    ids: Sequence[int], because: Because, house: House, now: datetime
) -> list[dict[str, Any]]:
    turned: list[Any] = []
    for machine in house.locked:
        view = house.machines.by_id(machine)
        if view is not None:
            free_at = now + view.policy.turnaround_after
            turned += [machine, free_at, free_at]
    sql = INTERRUPT % " ".join([TURNED] * (len(turned) // 3))
    return await db.fetch(sql, because.ended.value, now, now, *turned, db.among(ids), now, now)


def change(row: Row, because: Because, actor: int) -> Change:
    after: dict[str, Any] = {"status": row["status"]}
    if row["status"] == Status.COMPLETED:
        after |= {"ended_because": because.ended, "finished_at": db.instant(row["finished_at"])}
    return Change(
        "interrupted" if row["status"] == Status.COMPLETED else "called_off",
        "booking",
        row["id"],
        actor=actor,
        member=row["member"],
        after=after,
        reason=because.note or because.code,
    )
