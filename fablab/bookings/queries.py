"""Reads of bookings: one that somebody may see, and what changes need to know of it."""

from typing import Any

from piccolo.columns.combination import WhereRaw

from fablab.bookings.rules import Blocker, Intent, Wish
from fablab.bookings.tables import Booking, Kind
from fablab.core import db
from fablab.core.errors import Forbidden, NotFound, Problem, Refused
from fablab.core.periods import Period
from fablab.core.words import N_
from fablab.members.viewer import Viewer

TEAMMATE = "SELECT 1 AS mine FROM project_member WHERE project = {} AND member = {}"
THEIR_PROJECTS = "project IN (SELECT p.project FROM project_member p WHERE p.member = {})"


async def visible_to(viewer: Viewer, booking_id: int) -> Booking:
    """The booking, if it is theirs, their project's, or they are staff; else NotFound.

    An offer is none: it is answered, not handled (`waitlist.answering`).
    """
    query = Booking.objects().where(Booking.id == booking_id, Booking.kind != Kind.OFFER)
    if not viewer.acts_as_staff:
        theirs = WhereRaw(THEIR_PROJECTS, viewer.id)
        query = query.where((Booking.member == viewer.id) | theirs)
    found = await query.first()
    if found is None:
        raise NotFound("booking")
    return found


async def staff_alone(viewer: Viewer, booking_id: int, why: str) -> None:
    """Asked before what was sent is read, which is nobody else's business.

    Strangers are told NotFound, whom the booking concerns Forbidden and `why`. Staff cost nothing.
    """
    if not viewer.acts_as_staff:
        await visible_to(viewer, booking_id)
        raise Forbidden(why)


async def concerns(viewer: Viewer, booking: Booking) -> bool:
    """Whether the viewer may see and handle it: owner, teammate of its project, staff."""
    if viewer.acts_as_staff or booking.member == viewer.id:
        return True
    if booking.project is None:
        return False
    return bool(await db.fetch(TEAMMATE, booking.project, viewer.id))


async def locked_for(viewer: Viewer, booking_id: int) -> Booking:
    """The same inside a transaction, held until its end."""
    booking = await db.locked(Booking, booking_id)
    if not await concerns(viewer, booking):
        raise NotFound("booking")
    return booking


def same_wish(wish: Wish, member_id: int, rows: tuple[Blocker, ...]) -> Blocker | None:
    """The member's booking of that very machine and time: a repeated request finds it."""
    for row in rows:
        if (
            row.member_id == member_id
            and row.machine_id == wish.machine_id
            and row.kind == wish.kind
            and row.status != "completed"
            and row.busy.start == wish.period.start
            and row.ends_at == wish.period.end
        ):
            return row
    return None


def changed_wish(
    booking: Booking,
    period: Period,
    machine_id: int,
    material: str | None = None,
    own_material: bool | None = None,
) -> Wish:
    """A change of the end alone extends (or shortens); anything else moves. None: as it was."""
    only_end = machine_id == booking.machine and period.start == booking.starts_at
    return Wish(
        machine_id=machine_id,
        period=period,
        intent=Intent.EXTEND if only_end else Intent.MOVE,
        kind=booking.kind,
        was=booking.period,
        booking_id=booking.id,
        material=booking.material if material is None else material,
        own_material=booking.own_material if own_material is None else own_material,
        party=booking.party is not None,
    )


async def names_of_projects(member_id: int) -> list[dict[str, Any]]:
    """The projects a member may name in a booking: `{id, slug, title}`."""
    return await db.fetch(
        "SELECT p.id, p.slug, p.title FROM project p JOIN project_member m ON m.project = p.id"
        " WHERE m.member = {} AND p.ended_on IS NULL ORDER BY p.id",
        member_id,
    )


async def project_of(member_id: int, slug: str) -> int:
    """The id of one of the member's own projects, else Refused with `not_in_project`."""
    sql = (
        "SELECT p.id FROM project p JOIN project_member m ON m.project = p.id"
        " WHERE p.slug = {} AND m.member = {} AND p.ended_on IS NULL"
    )
    if rows := await db.fetch(sql, slug, member_id):
        return int(rows[0]["id"])
    message = N_("Choose one of your own projects.")
    raise Refused(Problem("not_in_project", message, "project"))
