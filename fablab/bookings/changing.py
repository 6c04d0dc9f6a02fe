"""Moving and extending: all rules again for the new time; refused, the old one stays."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from fablab.activity.actions import record
from fablab.bookings import buddies, guards, judging, making, seats, settling
from fablab.bookings.approval.again import asked_again
from fablab.bookings.asking import Denied, Judged, Override, must_be_staff
from fablab.bookings.knowing import known
from fablab.bookings.queries import changed_wish, concerns, visible_to
from fablab.bookings.rules import Intent, Wish
from fablab.bookings.situation import Situation
from fablab.bookings.tables import Booking, Kind, Status
from fablab.bookings.telling import buddy_asked, notice
from fablab.bookings.waitlist.freed import freed
from fablab.core import clock, db
from fablab.core.errors import NotFound, Problem, Refused
from fablab.core.facts import dump, load
from fablab.core.periods import Period
from fablab.core.words import N_
from fablab.machines.tables import Machine
from fablab.members.tables import Member
from fablab.members.viewer import Viewer
from fablab.notifications.actions import notify

MOVABLE = (Status.PENDING, Status.CONFIRMED)
EXTENDABLE = (Status.PENDING, Status.CONFIRMED, Status.CHECKED_IN)


async def change(
    actor: Viewer,
    booking_id: int,
    *,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
    machine_id: int | None = None,
    material: str | None = None,
    own_material: bool | None = None,
    override: Override | None = None,
) -> Booking:
    """Another time or machine, or only another end. Raises Refused and changes nothing.

    Moving the start alone keeps the length. More time, another machine or material asks again
    whoever must agree: then it is pending.
    """
    booking = await visible_to(actor, booking_id)
    must_be_staff(actor, override)
    machines = {booking.machine, machine_id or booking.machine}
    await settling.settle(machines)
    what = material, own_material
    return await _change(
        actor, booking_id, starts_at, ends_at, machine_id, what, machines, override
    )


@db.transactional
async def _change(
    actor: Viewer,
    booking_id: int,
    starts_at: datetime | None,
    ends_at: datetime | None,
    machine_id: int | None,
    what: tuple[str | None, bool | None],
    machines: set[int],
    override: Override | None,
) -> Booking:
    locked = {row.id: row for row in await db.locked_all(Machine, machines)}
    found = await Booking.objects().where(Booking.id == booking_id).first()
    if found is None or found.member is None:
        raise NotFound("booking")
    await db.locked(Member, found.member)
    booking = await db.locked(Booking, booking_id)
    if not await concerns(actor, booking) or booking.machine not in machines:
        raise NotFound("booking")
    start = starts_at or booking.starts_at
    end = ends_at or (start + booking.period.length)
    wish = changed_wish(booking, Period(start, end), machine_id or booking.machine, *what)
    must_be_changeable(booking, wish)
    if is_unchanged(booking, wish):
        return booking
    situation = await surroundings(actor, booking, wish, locked)
    judged = judging.judged_with(actor, override, wish, situation)
    if judged.problems:
        raise Denied(judged)
    before = {
        "machine": booking.machine,
        "starts_at": booking.starts_at,
        "ends_at": booking.ends_at,
    }
    await write(booking, judged, await seats.seat(wish, judged.facts))
    await told(actor, booking, judged, before)
    await freed(machines)
    return booking


def is_unchanged(booking: Booking, wish: Wish) -> bool:
    what = booking.material, booking.own_material
    same_what = (wish.material, wish.own_material) == what
    return same_what and wish.period == booking.period and wish.machine_id == booking.machine


def must_be_changeable(booking: Booking, wish: Wish) -> None:
    allowed = EXTENDABLE if wish.intent == Intent.EXTEND else MOVABLE
    if booking.kind == Kind.USE and booking.status in allowed:
        return
    message = N_("This booking can no longer be changed.")
    if booking.status == Status.CHECKED_IN:
        message = N_("This booking has begun: only its end can be changed.")
    raise Refused(Problem("not_changeable", message))


async def surroundings(
    actor: Viewer, booking: Booking, wish: Wish, locked: dict[int, Machine]
) -> Situation:
    by_staff = actor.acts_as_staff and actor.id != booking.member
    situation = await known(booking.member, clock.now(), locked=locked, by_staff=by_staff)
    situation = await judging.surrounded(situation, [wish])
    return await buddies.of_booking(situation, booking)


async def write(booking: Booking, judged: Judged, unit: int) -> None:
    values = changed(booking, judged, unit)
    with guards.guarded():
        await Booking.update(dict[Any, Any](values)).where(Booking.id == booking.id)
    for name, value in values.items():
        setattr(booking, name, value)


def changed(booking: Booking, judged: Judged, unit: int) -> dict[str, Any]:
    """The columns of a booking as they are after a change that was granted."""
    wish, situation = judged.wish, judged.situation
    limits = situation.machine(situation.view(wish.machine_id)).limits
    moved = wish.intent == Intent.MOVE
    agreed_at = situation.now if moved else booking.made_at
    values: dict[str, Any] = making.columns(
        wish.period,
        limits,
        situation.place.zone,
        agreed_at,
        released=booking.release_at is not None,
        late=timedelta(0) if moved else timedelta(minutes=booking.late_minutes),
    )
    if moved:
        values["late_minutes"] = 0
    else:
        del values["remind_at"]
    values |= {"machine": wish.machine_id, "unit": unit, "sequence": booking.sequence + 1}
    values |= {"attention": ""}  # whatever spoke against its old time: the rules were asked again
    values |= {"material": wish.material, "own_material": wish.own_material}
    values |= asked_again(booking, judged)
    if judged.override:
        values["override"] = dump(set_aside_in_all(booking, judged.override).as_dict())
    return values


def set_aside_in_all(booking: Booking, override: Override) -> Override:
    """With what was set aside before; the reasons of then are in the activity."""
    before = load(booking.override).get("rules", [])
    return replace(override, rules=override.rules | frozenset(before))


async def told(actor: Viewer, booking: Booking, judged: Judged, before: dict[str, Any]) -> None:
    view, override = judged.situation.view(booking.machine), judged.override
    after = {
        "machine": booking.machine,
        "starts_at": booking.starts_at,
        "ends_at": booking.ends_at,
    }
    if booking.awaits:
        after["awaits"] = booking.awaits
    if override:
        after["override"] = override.as_dict()
    await record(
        "moved" if judged.wish.intent == Intent.MOVE else "extended",
        "booking",
        booking.id,
        actor=actor.id,
        member=booking.member,
        before=before,
        after=after,
        reason=override.reason if override else "",
    )
    await notify(
        booking.member,
        "bookings/changed",
        **notice(booking, view.name, view.tag),
        was_starts_at=before["starts_at"],
        was_ends_at=before["ends_at"],
        deadline_at=booking.starts_at - view.policy.notice_to_cancel,
        by_staff=actor.id != booking.member,
        awaits=booking.awaits,
        decide_by_at=booking.decide_by,
    )
    if booking.buddy_agreed_at is None:
        await buddy_asked(booking, view)
