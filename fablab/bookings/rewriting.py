"""What changes of a booking that is moved or extended: what it takes, its columns, who is told."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from fablab.activity.actions import record_all
from fablab.bookings import buddies, guards, judging, making
from fablab.bookings.approval.again import asked_again
from fablab.bookings.asking import Judged, Override
from fablab.bookings.knowing import known
from fablab.bookings.rules import Intent, Wish
from fablab.bookings.situation import Situation
from fablab.bookings.tables import Booking, Kind, Status
from fablab.bookings.telling import buddy_asked, moved_by, notice
from fablab.core import clock
from fablab.core.errors import Problem, Refused
from fablab.core.facts import dump, load
from fablab.core.words import N_
from fablab.machines.tables import Machine
from fablab.members.viewer import Viewer
from fablab.notifications.actions import notify

MOVABLE = (Status.PENDING, Status.CONFIRMED)
EXTENDABLE = (Status.PENDING, Status.CONFIRMED, Status.CHECKED_IN)


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
    view = judged.situation.view(booking.machine)
    await record_all([moved_by(actor, booking, judged, before)])
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
