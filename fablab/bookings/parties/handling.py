"""All of a party at once: checking in, finishing, giving back. One alone is a party of one."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from fablab.activity.actions import Change, record_all
from fablab.bookings import buddies, cancelling, checkin, wear
from fablab.bookings.knowing import known
from fablab.bookings.parties import telling, together
from fablab.bookings.parties.saying import in_words
from fablab.bookings.queries import visible_to
from fablab.bookings.rules import handling
from fablab.bookings.situation import limits
from fablab.bookings.tables import Booking, Status
from fablab.bookings.waitlist.freed import freed
from fablab.core import clock, db
from fablab.core.errors import NotFound, Problem, Refused
from fablab.core.words import N_
from fablab.machines.catalogue import Catalogue, MachineView
from fablab.machines.queries import catalogue
from fablab.members.viewer import Viewer

CHECKED_IN = (
    "status",
    "operator",
    "remind_at",
    "checked_in_at",
    "checked_in_by",
    "checked_in_via",
)
OVER = Problem("not_changeable", N_("This booking can no longer be changed."))
Told = tuple[MachineView, Problem]


async def check_in(actor: Viewer, booking_id: int, *, via: str = "web") -> list[Booking]:
    """Whoever asks is there for all that are still to be checked in; Refused, none is."""
    booking = await visible_to(actor, booking_id)
    return await _check_in(actor, booking, await together.settled(booking), via)


@db.transactional
async def _check_in(actor: Viewer, booking: Booking, machines: set[int], via: str) -> list[Booking]:
    rows, locked = await together.held(actor, booking, machines)
    due = [row for row in together.live(rows) if row.status != Status.CHECKED_IN]
    if not due:
        must_have(together.live(rows))
        return rows
    operator = checkin.operator_of(actor, booking)
    via = "desk" if via == "web" and operator != actor.id else via
    by_staff = actor.acts_as_staff
    situation = await known(operator, clock.now(), locked=locked, by_staff=by_staff)
    situation = await buddies.of_booking(situation, due[0])
    refuse(
        (situation.view(row.machine), problem)
        for row in due
        for problem in checkin.why_not(row, situation, checkin.wish_of(row, None, None))
    )
    after = {"status": Status.CHECKED_IN, "operator": operator, "via": via}
    changes = [change("checked_in", actor, row, after) for row in due]
    for row in due:
        row.status, row.operator, row.remind_at = Status.CHECKED_IN, operator, None
        row.checked_in_at, row.checked_in_by = situation.now, actor.id
        row.checked_in_via = via
    await db.update_all(due, CHECKED_IN)
    await record_all(changes)
    return rows


async def finish(actor: Viewer, booking_id: int) -> list[Booking]:
    """All that were checked in are done; the rest of their time is free."""
    booking = await visible_to(actor, booking_id)
    return await _finish(actor, booking, await together.settled(booking))


@db.transactional
async def _finish(actor: Viewer, booking: Booking, machines: set[int]) -> list[Booking]:
    rows, _ = await together.held(actor, booking, machines)
    running = [row for row in rows if row.status == Status.CHECKED_IN]
    if not running:
        raise Refused(*filter(None, (handling.may_finish(row.status) for row in rows[:1])))
    views, now = await catalogue(), clock.now()
    changes = [change("finished", actor, row, {}) for row in running]
    for row in running:
        turnaround = of_row(views, row).policy.turnaround_after
        row.busy_until = handling.busy_after_finish(row.period, row.busy_until, turnaround, now)
        row.status, row.finished_at = Status.COMPLETED, now
        row.sequence += 1
    await db.update_all(running, ("busy_until", "status", "finished_at", "sequence"))
    await wear.add([vars(row) for row in running])
    for row, told in zip(running, changes, strict=True):
        told.after.update(status=Status.COMPLETED, finished_at=now, minutes=wear.of_row(vars(row)))
    await record_all(changes)
    await freed(sorted(machines))
    return rows


async def cancel(
    actor: Viewer, booking_id: int, *, reason: str = "", give_up: bool = False
) -> list[Booking]:
    """Give all of it back. Past the deadline only with `give_up`, which is counted once."""
    booking = await visible_to(actor, booking_id)
    machines = await together.settled(booking)
    return await _cancel(actor, booking, machines, reason, give_up)


@dataclass(slots=True)
class Back:
    """Those that are given back, those of them that are late, and since when."""

    rows: list[Booking]
    now: datetime
    late: list[Booking] = field(default_factory=list)


@db.transactional
async def _cancel(
    actor: Viewer, booking: Booking, machines: set[int], reason: str, give_up: bool
) -> list[Booking]:
    rows, _ = await together.held(actor, booking, machines)
    views, by_staff = await catalogue(), actor.acts_as_staff and booking.member != actor.id
    back = Back(together.live(rows), clock.now())
    must_have(back.rows)
    refuse(
        (of_row(views, row), problem)
        for row in back.rows
        if (problem := why_not_back(row, views, back.now, give_up=give_up or by_staff))
    )
    if not by_staff:
        back.late = [row for row in back.rows if is_late(row, views, back.now)]
    changes = [gave_back(actor, row, row in back.late, reason) for row in back.rows]
    for row in back.rows:
        given_back(row, actor, back, reason)
    await db.update_all(back.rows, GIVEN_BACK)
    halves, until = await cancelling.struck(back.late[:1], back.now)
    await record_all(changes)
    costs = {"late": bool(back.late), "halves": halves, "held_until_at": until}
    await telling.cancelled(actor, back.rows, views, reason=reason, **costs)
    await freed(sorted(machines))
    return rows


GIVEN_BACK = (
    "status",
    "cancelled_at",
    "cancelled_by",
    "cancel_reason",
    "gave_up",
    "busy_until",
    "remind_at",
    "sequence",
)


def given_back(row: Booking, actor: Viewer, back: Back, reason: str) -> None:
    row.status = Status.CANCELLED
    row.cancelled_at, row.cancelled_by, row.cancel_reason = back.now, actor.id, reason
    row.gave_up = row in back.late
    row.busy_until = max(row.starts_at, min(back.now, row.busy_until))
    row.remind_at = None
    row.sequence += 1


def gave_back(actor: Viewer, row: Booking, late: bool, reason: str) -> Change:
    after = {"status": Status.CANCELLED, "late": late}
    return change("gave_up" if late else "cancelled", actor, row, after, reason)


def why_not_back(row: Booking, views: Catalogue, now: datetime, *, give_up: bool) -> Problem | None:
    numbers = limits(of_row(views, row))
    return handling.may_cancel(row.status, row.period, numbers, now, give_up=give_up)


def is_late(row: Booking, views: Catalogue, now: datetime) -> bool:
    deadline = handling.cancel_deadline(row.period, limits(of_row(views, row)))
    return row.status == Status.CONFIRMED and now > deadline


def of_row(views: Catalogue, row: Booking) -> MachineView:
    if view := views.by_id(row.machine):
        return view
    raise NotFound("machine")


def must_have(rows: Sequence[Booking]) -> None:
    if not rows:
        raise Refused(OVER)


def refuse(found: Iterable[Told]) -> None:
    """With every reason there is, each by its machine; what is said of all is said once."""
    told = list(found)
    if told:
        raise Refused(*in_words(told))


def change(
    verb: str, actor: Viewer, row: Booking, after: dict[str, Any], reason: str = ""
) -> Change:
    return Change(
        verb,
        "booking",
        row.id,
        actor=actor.id,
        member=row.member,
        before={"status": str(row.status)},
        after=after,
        reason=reason,
    )
