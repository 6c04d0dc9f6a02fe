"""The lab takes booked time back: what runs is interrupted, what lies ahead is cancelled.

Nobody gets a strike, what was not used is theirs again, and each owner is told once, with what
they may book instead.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from fablab.activity.actions import Change, record_all
from fablab.bookings import sorry, wear
from fablab.bookings.tables import Status
from fablab.bookings.waitlist.freed import freed
from fablab.core import clock, db
from fablab.core.words import Words
from fablab.lab.calendar import Calendar
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

    `code` is kept with what was cancelled: `hours_changed`, `machine_stopped`, `machine_blocked`,
    or that of `ended`, for which what runs ends. `name` is that of the closure, `note` what staff
    said.
    """

    code: str
    ended: Ended
    name: Words = field(default_factory=Words)
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """The lab, its machines, and the machines' rows as they are from now on, locked.

    `calendar` are its hours from now on, where these change.
    """

    lab: Place
    machines: Catalogue
    locked: Mapping[int, Machine]
    calendar: Calendar | None = None

    @property
    def lab_then(self) -> Place:
        return replace(self.lab, calendar=self.calendar) if self.calendar else self.lab


async def call_off(
    booking_ids: Collection[int],
    because: Because,
    house: House,
    *,
    actor: int,
    begun: bool = True,
) -> Sequence[Row]:
    """End or cancel these bookings in the caller's transaction, and tell their owners.

    The caller has settled before, and holds the machines; `begun`, unless none of them has. A
    constant number of statements. The rows that were ended or cancelled.
    """
    rows = await take_back(booking_ids, because, house, actor=actor, begun=begun)
    await pass_on(rows, because, house)
    return rows


async def take_back(
    booking_ids: Collection[int],
    because: Because,
    house: House,
    *,
    actor: int,
    begun: bool = True,
) -> Sequence[Row]:
    """The first half, for who has something to put in the place: nobody is offered it yet."""
    if not booking_ids:
        return []
    now, ids = clock.now(), sorted(booking_ids)
    ended = await interrupt(ids, because, house, now) if begun else []
    cancelled: list[dict[str, Any]] = []
    if len(ended) < len(ids):
        cancelled = await db.fetch(CANCEL, now, actor, because.code, db.among(ids), now)
    rows = sorted([*ended, *cancelled], key=lambda row: (row["starts_at"], row["id"]))
    await wear.add(row for row in ended if row["checked_in_at"])
    await record_all([change(row, because, actor) for row in rows])
    return rows


async def pass_on(rows: Sequence[Row], because: Because, house: House) -> None:
    """The second half: the free time is offered to who waits, and the owners are told."""
    if rows:
        await freed(sorted({row["machine"] for row in rows}))
        await sorry.tell(rows, because.code, because.name, because.note, house)


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
