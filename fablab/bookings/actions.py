"""Booking a machine. Settle first, then judge and write in one transaction."""

from datetime import datetime

from fablab.bookings import guards, judging, rows, seats, settling
from fablab.bookings.asking import Asked, Denied, Judged, Made, Override, for_whom
from fablab.bookings.queries import same_wish
from fablab.bookings.tables import Booking
from fablab.bookings.telling import told
from fablab.core import db
from fablab.core.errors import Problem, Refused
from fablab.core.words import N_
from fablab.machines.tables import Machine
from fablab.members.tables import Member, MemberState
from fablab.members.viewer import Viewer

IN_PROJECT = """
SELECT 1 AS found FROM project_member m JOIN project p ON p.id = m.project
WHERE m.project = {} AND m.member = {} AND p.ended_on IS NULL
"""

__all__ = ["Asked", "Denied", "Judged", "Made", "Override", "book", "check", "judged", "make"]


async def book(actor: Viewer, asked: Asked) -> Made:
    """Book, or raise Refused with every reason. The same wish again finds the booking made."""
    await settling.settle([asked.machine_id])
    return await make(actor, asked)


async def make(actor: Viewer, asked: Asked) -> Made:
    """The same for who has settled before: a refusal undoes the transaction it happens in."""
    return await _book(actor, asked, for_whom(actor, asked))


async def check(actor: Viewer, asked: Asked) -> Judged:
    """What `book` would say. Nothing is written but what was due anyway."""
    whom = for_whom(actor, asked)
    await settling.settle([asked.machine_id])
    return await judged(actor, asked, whom, {})


@db.transactional
async def _book(actor: Viewer, asked: Asked, whom: int) -> Made:
    machine = await db.locked(Machine, asked.machine_id)
    await hold_member(whom)
    judgement = await judged(actor, asked, whom, {machine.id: machine})
    if same := same_wish(judgement.wish, whom, judgement.situation.rows):
        found = await Booking.objects().where(Booking.id == same.id).first()
        assert found is not None
        return Made(found, new=False)
    if judgement.problems:
        raise Denied(judgement)
    await must_be_in_project(whom, asked.project_id)
    booking = await insert(actor, asked, whom, judgement)
    return Made(booking, new=True)


async def hold_member(member_id: int) -> None:
    """Until the transaction's end nobody else books for them; Refused when the account is shut."""
    member = await db.locked(Member, member_id)
    if member.state != MemberState.ACTIVE:
        message = N_("There is no member of this number.")
        raise Refused(Problem("unknown_member", message, "member"))


async def judged(
    actor: Viewer, asked: Asked, whom: int, locked: dict[int, Machine], now: datetime | None = None
) -> Judged:
    """Load the situation and ask the rules: five statements, more for none."""
    [found] = await judging.judged_all(actor, [asked], whom, locked, now)
    return found


async def must_be_in_project(member_id: int, project_id: int | None) -> None:
    """One of their own that has not ended."""
    if project_id is None:
        return
    if not await db.fetch(IN_PROJECT, project_id, member_id):
        message = N_("Choose one of your own projects.")
        raise Refused(Problem("not_in_project", message, "project"))


async def insert(actor: Viewer, asked: Asked, whom: int, judgement: Judged) -> Booking:
    """The row and its consequences. The guard of the database has the last word."""
    unit = await seats.seat(judgement.wish, judgement.facts)
    booking = rows.row(actor, asked, whom, judgement, unit)
    with guards.guarded():
        await db.insert(booking)
    await told(actor, booking, judgement.situation, judgement.override)
    return booking
