"""Something ends what runs: a fault, the power, an early closing, a danger. One action for many."""

from collections.abc import Collection, Sequence
from datetime import timedelta

from fablab.bookings import settling
from fablab.bookings.calling_off import Because, Ended, House, Row, call_off
from fablab.bookings.queries import visible_to
from fablab.bookings.tables import Booking, Status
from fablab.bookings.taken import REACH
from fablab.core import clock, db, versions
from fablab.core.errors import Forbidden, Problem, Refused, Unavailable
from fablab.core.words import N_
from fablab.lab.queries import place
from fablab.machines.queries import catalogue
from fablab.machines.tables import Machine
from fablab.members.viewer import Viewer

__all__ = ["FOR_STAFF", "Ended", "interrupt", "interrupt_all"]

FOR_STAFF = N_("Only staff interrupt a booking.")

RUNNING = """
SELECT id, machine FROM booking
WHERE machine IN {} AND kind = 'use' AND starts_at >= {} AND starts_at <= {} AND ends_at > {}
    AND status IN ('pending', 'confirmed', 'checked_in') ORDER BY id
"""


async def interrupt(actor: Viewer, booking_id: int, why: Ended, note: str = "") -> Booking:
    """End one that runs: no strike, unused hours back, its owner told. Twice is once.

    For staff: others are told NotFound or Forbidden. Refused when it does not run.
    """
    booking = await visible_to(actor, booking_id)
    must_be_staff(actor)
    await settling.settle([booking.machine])
    return await _interrupt(actor, booking_id, booking.machine, why, note)


def must_be_staff(actor: Viewer) -> None:
    if not actor.acts_as_staff:
        raise Forbidden(FOR_STAFF)


@db.transactional
async def _interrupt(
    actor: Viewer, booking_id: int, machine_id: int, why: Ended, note: str
) -> Booking:
    house = await held([machine_id])
    booking = await db.locked(Booking, booking_id)
    if booking.machine != machine_id:
        raise Unavailable  # moved meanwhile: ask again
    if booking.status == Status.COMPLETED and booking.ended_because:
        return booking
    because = Because(code=why.value, ended=why, note=note)
    if not runs(booking) or not await call_off([booking_id], because, house, actor=actor.id):
        raise Refused(Problem("not_running", N_("Only what runs now can be interrupted.")))
    return await db.locked(Booking, booking_id)


def runs(booking: Booking) -> bool:
    now = clock.now()
    begun = booking.status == Status.CHECKED_IN or booking.starts_at <= now
    return (
        begun and booking.status in (Status.CONFIRMED, Status.CHECKED_IN) and booking.ends_at > now
    )


async def interrupt_all(
    actor: Viewer,
    machine_ids: Collection[int],
    why: Ended,
    *,
    note: str = "",
    within: timedelta = timedelta(0),
) -> Sequence[Row]:
    """End what runs at these machines, all at once; what starts `within` is cancelled as well.

    Every owner is told once, whatever they had. The rows that were ended or cancelled.
    """
    must_be_staff(actor)
    await settling.settle(machine_ids)
    return await _interrupt_all(actor, sorted(set(machine_ids)), why, note, within)


@db.transactional
async def _interrupt_all(
    actor: Viewer, machine_ids: Sequence[int], why: Ended, note: str, within: timedelta
) -> Sequence[Row]:
    house = await held(machine_ids)
    now = clock.now()
    rows = await db.fetch(RUNNING, db.among(machine_ids), now - REACH, now + within, now)
    because = Because(code=why.value, ended=why, note=note)
    return await call_off([row["id"] for row in rows], because, house, actor=actor.id)


async def held(machine_ids: Collection[int]) -> House:
    """The lab, its machines, and the rows of these, locked."""
    return await house_of(await db.locked_all(Machine, machine_ids))


async def house_of(rows: Collection[Machine]) -> House:
    """The same for who has locked the rows."""
    stamps = await versions.of("lab", "machines")
    lab, machines = await place(stamps), await catalogue(stamps)
    return House(lab=lab, machines=machines, locked={row.id: row for row in rows})
