"""Deciding requests: the rules asked again, once, by whoever is first."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from fablab.bookings import buddies, judging, making, settling
from fablab.bookings.approval.decided import too_late, waits_for_staff
from fablab.bookings.approval.telling import decided as told
from fablab.bookings.asking import Denied, Judged, Override
from fablab.bookings.knowing import known
from fablab.bookings.queries import visible_to
from fablab.bookings.rewriting import set_aside_in_all
from fablab.bookings.rules import Intent, Wish
from fablab.bookings.rules.awaiting import BUDDY
from fablab.bookings.situation import Situation
from fablab.bookings.tables import Booking, Status
from fablab.bookings.waitlist.freed import freed
from fablab.core import clock, db
from fablab.core.errors import Forbidden, Problem, Refused, Unavailable
from fablab.core.facts import dump
from fablab.core.words import N_
from fablab.machines.tables import Machine
from fablab.members.tables import Member
from fablab.members.viewer import Viewer

FOR_STAFF = N_("Only the staff decide requests.")
ASKED_AT = """
SELECT max(at) AS asked_at FROM activity
WHERE thing = 'booking' AND thing_id = {} AND verb IN ('made', 'moved', 'extended', 'accepted')
"""


async def approve(
    actor: Viewer, booking_id: int, *, note: str = "", override: Override | None = None
) -> Booking:
    """Grant a request if it breaks no rule that is not set aside.

    Lateness counts as of the instant it was asked for. Raises Refused with every reason, or with
    `already_decided`, which says who was first. What waits for its second person too stays
    pending. The same person twice is once.
    """
    return await _approve(actor, await to_decide(actor, booking_id), note, override)


async def reject(actor: Viewer, booking_id: int, *, note: str = "") -> Booking:
    """Say no, with words for who asked; the time is free at once. Refused with
    `already_decided`."""
    return await _reject(actor, await to_decide(actor, booking_id), note)


async def to_decide(actor: Viewer, booking_id: int) -> Booking:
    """A booking as this person sees it who may decide it; what is due happens first."""
    booking = await visible_to(actor, booking_id)
    must_be_staff(actor)
    await settling.settle([booking.machine])
    return booking


def must_be_staff(actor: Viewer) -> None:
    if not actor.acts_as_staff:
        raise Forbidden(FOR_STAFF)


@db.transactional
async def _approve(actor: Viewer, seen: Booking, note: str, override: Override | None) -> Booking:
    must_be_staff(actor)
    machine, booking = await held(seen)
    if is_repeated(actor, booking, (Status.PENDING, Status.CONFIRMED)):
        return booking
    await must_wait(booking)
    if not waits_for_staff(booking):
        message = N_("Only its second person is waited for: there is nothing to decide.")
        raise Refused(Problem("nothing_to_decide", message))
    judged = await judged_again(actor, booking, machine, override)
    if judged.problems:
        raise Denied(judged)
    situation = judged.situation
    values: dict[str, Any] = {
        "decided_at": situation.now,
        "decided_by": actor.id,
        "decision_note": note,
        **granted(booking, situation),
    }
    if judged.override:
        values["override"] = dump(set_aside_in_all(booking, judged.override).as_dict())
    await booking.update_self(dict[Any, Any](values))
    view = situation.view(booking.machine)
    await told(actor, booking, view, "approved", note, judged.override)
    return booking


def granted(booking: Booking, situation: Situation) -> dict[str, Any]:
    """The columns of a request whom staff wait for no more, as of the situation's instant."""
    left = [each for each in booking.awaits.split() if each == BUDDY]
    if left:
        return {"awaits": BUDDY, "decide_by": booking.starts_at}
    return confirmed(booking, situation)


def confirmed(booking: Booking, situation: Situation) -> dict[str, Any]:
    """Agreed on now: the grace and the reminders count from here."""
    limits = situation.machine(situation.view(booking.machine)).limits
    released = booking.release_at is not None
    return {
        "status": Status.CONFIRMED,
        "awaits": "",
        "decide_by": None,
        "release_at": making.release_time(
            booking.period, limits, situation.now, timedelta(minutes=booking.late_minutes)
        )
        if released
        else None,
        "remind_at": making.reminder_time(booking.period, situation.now),
        "sequence": booking.sequence + 1,
    }


async def judged_again(
    actor: Viewer, booking: Booking, machine: Machine, override: Override | None
) -> Judged:
    situation = await known(booking.member, clock.now(), locked={machine.id: machine})
    situation = replace(situation, asked_at=await asked_at(booking))
    wish = wish_of(booking)
    situation = await judging.surrounded(situation, [wish])
    situation = await buddies.of_booking(situation, booking)
    return judging.judged_with(actor, override, wish, situation)


def wish_of(booking: Booking) -> Wish:
    """What was asked for, as it is to be approved."""
    return Wish(
        machine_id=booking.machine,
        period=booking.period,
        intent=Intent.APPROVE,
        booking_id=booking.id,
        material=booking.material,
        own_material=booking.own_material,
        party=booking.party is not None,
    )


async def asked_at(booking: Booking) -> datetime:
    """When its time was last asked for: made, or moved since."""
    [found] = await db.fetch(ASKED_AT, booking.id)
    return db.instant(found["asked_at"]) or booking.made_at


@db.transactional
async def _reject(actor: Viewer, seen: Booking, note: str) -> Booking:
    must_be_staff(actor)
    machine, booking = await held(seen)
    if is_repeated(actor, booking, (Status.REJECTED,)):
        return booking
    await must_wait(booking)
    situation = await known(booking.member, clock.now(), locked={machine.id: machine})
    now = situation.now
    values: dict[str, Any] = {
        "status": Status.REJECTED,
        "decided_at": now,
        "decided_by": actor.id,
        "decision_note": note,
        "busy_until": max(booking.starts_at, min(now, booking.busy_until)),
        "remind_at": None,
        "sequence": booking.sequence + 1,
    }
    await booking.update_self(dict[Any, Any](values))
    await told(actor, booking, situation.view(booking.machine), "rejected", note)
    await freed([machine.id])
    return booking


async def held(seen: Booking) -> tuple[Machine, Booking]:
    """Its machine and itself, held, and its member, who is always the same."""
    machine = await db.locked(Machine, seen.machine)
    if seen.member is not None:
        await db.locked(Member, seen.member)
    booking = await db.locked(Booking, seen.id)
    if booking.machine != machine.id:
        raise Unavailable  # moved meanwhile: ask again
    return machine, booking


def is_repeated(actor: Viewer, booking: Booking, statuses: tuple[Status, ...]) -> bool:
    """Whether this very person said the same before."""
    return booking.decided_by == actor.id and booking.status in statuses


async def must_wait(booking: Booking) -> None:
    if problem := await too_late(booking):
        raise Refused(problem)
