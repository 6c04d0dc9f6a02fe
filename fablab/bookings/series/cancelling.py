"""Giving back a part of a series: before the deadline or, where somebody says so, after it."""

from collections.abc import Sequence
from dataclasses import replace

from fablab.activity.actions import Change, record_all
from fablab.bookings import cancelling
from fablab.bookings.rules import handling
from fablab.bookings.series import telling
from fablab.bookings.series.back import Back
from fablab.bookings.series.parts import NOTHING, Held, Part, day_of, held, one_of, settled
from fablab.bookings.series.queries import Known, instances
from fablab.bookings.situation import limits
from fablab.bookings.tables import Booking, Status
from fablab.bookings.waitlist.freed import freed
from fablab.core import clock, db
from fablab.core.errors import NotFound, Problem, Refused
from fablab.machines.catalogue import Catalogue
from fablab.machines.queries import catalogue
from fablab.members.viewer import Viewer

GIVE_BACK = """
UPDATE booking SET status = 'cancelled', cancelled_at = {}, cancelled_by = {}, cancel_reason = {},
    gave_up = CASE WHEN id IN {} THEN TRUE ELSE FALSE END, remind_at = NULL,
    busy_until = CASE WHEN starts_at < {} THEN {} ELSE starts_at END, sequence = sequence + 1
WHERE id IN {}
"""


async def settle_for(actor: Viewer, series_id: int) -> None:
    """What was due at its machines happens first, on its own. NotFound for strangers."""
    await settled(actor, series_id)


async def cancel(
    actor: Viewer,
    series_id: int,
    part: Part,
    booking_id: int | None = None,
    *,
    reason: str = "",
    give_up: bool | None = None,
) -> None:
    """Free a part's slots at once. What is past its deadline is given up, or kept with `give_up`
    False; unsaid, Refused with `cancel_too_late` for each date. Staff may always cancel."""
    known = await settled(actor, series_id)
    if part == "this":
        one = one_of(await instances(series_id), booking_id)
        await cancelling.cancel(actor, one.id, reason=reason, give_up=bool(give_up))
        return
    await _cancel(actor, known, part, booking_id, reason, give_up)


@db.transactional
async def _cancel(
    actor: Viewer,
    known: Known,
    part: Part,
    booking_id: int | None,
    reason: str,
    give_up: bool | None,
) -> None:
    found, views, now = await held(known), await catalogue(), clock.now()
    rows = found.chosen(part, booking_id, now)
    if part == "following" and (begun := found.row(booking_id)) not in rows:
        rows += [begun] * (begun.status == Status.CONFIRMED and begun.ends_at > now)
    by_staff = actor.acts_as_staff and known.member != actor.id
    back = sorted_out(rows, views, give_up=True if by_staff else give_up, by_staff=by_staff)
    late, ids = db.among(row.id for row in back.late), db.among(row.id for row in back.all)
    await db.execute(GIVE_BACK, now, actor.id, reason, late, now, now, ids)
    halves, until = await cancelling.struck(back.late if not by_staff else [], now)
    await record_all(changes(actor, found, back, reason, halves))
    view = views.by_id(known.machine)
    if view is None:
        raise NotFound("machine")
    await telling.cancelled(
        actor, found.series, view, back, reason, halves=halves, held_until_at=until
    )
    await freed(sorted({row.machine for row in back.all}))


def sorted_out(
    rows: Sequence[Booking], views: Catalogue, *, give_up: bool | None, by_staff: bool
) -> Back:
    """Before the deadline or after it. Refused while nobody has said what happens to the late."""
    back, problems = Back(), []
    for row in rows:
        problem = too_late(row, views)
        if problem is None or by_staff:
            back.free.append(row)
        elif give_up is None:
            problems.append(replace(problem, about=day_of(row).isoformat()))
        else:
            (back.late if give_up else back.kept).append(row)
    if problems:
        raise Refused(*problems)
    if not back.all:
        raise Refused(NOTHING)
    return back


def too_late(row: Booking, views: Catalogue) -> Problem | None:
    view = views.by_id(row.machine)
    if view is None:
        raise NotFound("machine")
    return handling.may_cancel(row.status, row.period, limits(view), clock.now())


def changes(actor: Viewer, found: Held, back: Back, reason: str, halves: int) -> list[Change]:
    late = {row.id for row in back.late}
    each = [
        Change(
            "gave_up" if row.id in late else "cancelled",
            "booking",
            row.id,
            actor=actor.id,
            member=row.member,
            before={"status": str(row.status)},
            after={
                "status": Status.CANCELLED,
                "late": row.id in late,
                "halves": halves if row.id in late else 0,
            },
            reason=reason,
        )
        for row in back.all
    ]
    whole = Change(
        "cancelled",
        "series",
        found.series.id,
        actor=actor.id,
        member=found.series.member,
        after={"bookings": [row.id for row in back.all], "kept": [row.id for row in back.kept]},
        reason=reason,
    )
    return [*each, whole]
