"""The second person of a booking: named by its member, saying yes or no themselves."""

from collections.abc import Sequence
from typing import Any

from fablab.activity.actions import record
from fablab.bookings import buddies, settling
from fablab.bookings.approval.actions import confirmed, wish_of
from fablab.bookings.knowing import known
from fablab.bookings.queries import locked_for, visible_to
from fablab.bookings.rules import person
from fablab.bookings.rules.awaiting import BUDDY
from fablab.bookings.situation import Situation
from fablab.bookings.tables import Booking, Kind, Status
from fablab.bookings.telling import buddy_asked, buddy_free, notice
from fablab.core import clock, db
from fablab.core.errors import NotFound, Problem, Refused, Unavailable
from fablab.core.words import N_
from fablab.machines.tables import Machine
from fablab.members.tables import Member
from fablab.members.viewer import Viewer
from fablab.notifications.actions import notify

OPEN = (Status.PENDING, Status.CONFIRMED)


async def asked_of(viewer: Viewer, booking_id: int) -> Booking:
    """The booking whose second person they were named to be; to everybody else there is none."""
    found = await Booking.objects().where(
        Booking.id == booking_id, Booking.buddy == viewer.id, Booking.kind == Kind.USE
    )
    if not found:
        raise NotFound("booking")
    return found[0]


def has_agreed(booking: Booking) -> bool:
    return booking.buddy is not None and BUDDY not in booking.awaits.split()


async def name_buddy(actor: Viewer, booking_id: int, buddy_id: int) -> Booking:
    """Somebody else is to come along: the booking waits until they agree. The same is nothing.

    Raises Refused with `buddy_missing` where they may not, with `not_changeable` once it began.
    """
    booking = await visible_to(actor, booking_id)
    await settling.settle([booking.machine])
    return await _name(actor, booking_id, booking.machine, buddy_id)


@db.transactional
async def _name(actor: Viewer, booking_id: int, machine_id: int, buddy_id: int) -> Booking:
    machine = await db.locked(Machine, machine_id)
    booking = must_stay(await locked_for(actor, booking_id), machine_id)
    situation = await known(booking.member or actor.id, clock.now(), locked={machine.id: machine})
    must_be_open(booking, situation)
    view = situation.view(machine_id)
    if not view.buddy_required:
        message = N_("Nobody needs to come along at this machine.")
        raise Refused(Problem("not_changeable", message, "buddy"))
    if booking.buddy == buddy_id:
        return booking
    must_suit(booking, await buddies.accompanied(situation, buddy_id))
    await buddy_free(booking, view.name, view.tag)
    waits_for = [*(each for each in booking.awaits.split() if each != BUDDY), BUDDY]
    await update(booking, waiting(booking, waits_for) | {"buddy": buddy_id})
    await told(actor, booking, "buddy_named", {"awaits": booking.awaits})
    await buddy_asked(booking, view)
    return booking


async def agree(viewer: Viewer, booking_id: int) -> Booking:
    """They come along. Raises Refused with `buddy_missing` where they may not any more."""
    booking = await asked_of(viewer, booking_id)
    await settling.settle([booking.machine])
    return await _agree(viewer, booking_id, booking.machine)


@db.transactional
async def _agree(viewer: Viewer, booking_id: int, machine_id: int) -> Booking:
    machine = await db.locked(Machine, machine_id)
    await db.locked(Member, viewer.id)
    booking = must_stay(await db.locked(Booking, booking_id), machine_id)
    if booking.buddy != viewer.id or booking.member is None:
        raise NotFound("booking")
    if booking.buddy_agreed_at is not None:
        return booking
    situation = await known(booking.member, clock.now(), locked={machine.id: machine})
    must_be_open(booking, situation)
    must_suit(booking, await buddies.of_booking(situation, booking))
    left = [each for each in booking.awaits.split() if each != BUDDY]
    values = waiting(booking, left) if left else confirmed(booking, situation)
    await update(booking, values | {"buddy_agreed_at": situation.now})
    await told(viewer, booking, "buddy_agreed", {"status": booking.status})
    view = situation.view(machine_id)
    await notify(
        booking.member,
        "bookings/buddy_agreed",
        **notice(booking, view.name, view.tag),
        awaits=booking.awaits,
        release_at=None if left else booking.release_at,
    )
    return booking


async def decline(viewer: Viewer, booking_id: int) -> Booking:
    """They do not come, or no longer: whoever named them may name somebody else."""
    booking = await asked_of(viewer, booking_id)
    await settling.settle([booking.machine])
    return await _decline(viewer, booking_id, booking.machine)


@db.transactional
async def _decline(viewer: Viewer, booking_id: int, machine_id: int) -> Booking:
    machine = await db.locked(Machine, machine_id)
    booking = must_stay(await db.locked(Booking, booking_id), machine_id)
    if booking.buddy != viewer.id or booking.member is None:
        raise NotFound("booking")
    situation = await known(booking.member, clock.now(), locked={machine.id: machine})
    must_be_open(booking, situation)
    waits_for = [*(each for each in booking.awaits.split() if each != BUDDY), BUDDY]
    await update(booking, waiting(booking, waits_for) | {"buddy": None})
    await told(viewer, booking, "buddy_declined", {"status": booking.status})
    view = situation.view(machine_id)
    await notify(booking.member, "bookings/buddy_declined", **notice(booking, view.name, view.tag))
    return booking


def must_stay(booking: Booking, machine_id: int) -> Booking:
    if booking.machine != machine_id:
        raise Unavailable  # moved meanwhile: ask again
    return booking


def must_be_open(booking: Booking, situation: Situation) -> None:
    if booking.status in OPEN and booking.starts_at > situation.now:
        return
    raise Refused(Problem("not_changeable", N_("This booking can no longer be changed.")))


def must_suit(booking: Booking, situation: Situation) -> None:
    """Whether they may be second there and then, agreed or not."""
    wish = wish_of(booking)
    if problem := person.has_a_buddy(wish, situation.facts(wish)):
        raise Refused(problem)


def waiting(booking: Booking, waits_for: Sequence[str]) -> dict[str, Any]:
    """The columns of a booking that waits: for the second person alone until it starts."""
    until = booking.starts_at if list(waits_for) == [BUDDY] else booking.decide_by
    return {
        "status": Status.PENDING,
        "awaits": " ".join(waits_for),
        "decide_by": until or booking.starts_at,
        "buddy_agreed_at": None,
        "sequence": booking.sequence + 1,
    }


async def update(booking: Booking, values: dict[str, Any]) -> None:
    await booking.update_self(dict[Any, Any](values))


async def told(actor: Viewer, booking: Booking, verb: str, after: dict[str, Any]) -> None:
    await record(verb, "booking", booking.id, actor=actor.id, member=booking.member, after=after)
