"""Leaving the line, or being taken out of it by staff."""

from typing import Any

from piccolo.columns import Column

from fablab.activity.actions import record
from fablab.bookings import settling
from fablab.bookings.tables import Booking, Kind, Status, Waiting, WaitingState
from fablab.bookings.waitlist import queries
from fablab.bookings.waitlist.answering import withdraw
from fablab.bookings.waitlist.freed import freed
from fablab.bookings.waitlist.queries import Standing
from fablab.core import clock, db
from fablab.core.errors import NotFound, Unavailable
from fablab.machines.tables import Machine
from fablab.members.viewer import Viewer

LIVE = (WaitingState.WAITING, WaitingState.OFFERED)


async def leave(actor: Viewer, entry_id: int) -> None:
    """Leave the line, or be taken out by staff; what was offered passes on. Twice is once."""
    found = await theirs(actor, entry_id)
    machine = found.offered.machine_id if found.offered else None
    if machine is not None:
        await settling.settle([machine])
    await _leave(actor, entry_id, machine)


async def theirs(actor: Viewer, entry_id: int) -> Standing:
    found = await queries.one(entry_id)
    if found is None or (found.entry.member_id != actor.id and not actor.acts_as_staff):
        raise NotFound("waiting")
    return found


@db.transactional
async def _leave(actor: Viewer, entry_id: int, machine_id: int | None) -> None:
    if machine_id is not None:
        await db.locked(Machine, machine_id)
    row = await db.locked(Waiting, entry_id)
    if row.state not in LIVE:
        return
    now = clock.now()
    offer = (
        await Booking.objects()
        .where(
            Booking.waiting == entry_id,
            Booking.kind == Kind.OFFER,
            Booking.status == Status.PENDING,
        )
        .first()
    )
    if offer is not None:
        if offer.machine != machine_id:
            raise Unavailable  # offered meanwhile: ask again
        await withdraw(offer, actor.id, now)
    values: dict[Column | str, Any] = {
        Waiting.state: WaitingState.LEFT,
        Waiting.ended_at: now,
    }
    await Waiting.update(values).where(Waiting.id == entry_id)
    await record("left", "waiting", entry_id, actor=actor.id, member=row.member)
    if machine_id is not None:
        await freed([machine_id])
