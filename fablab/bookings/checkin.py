"""Being there: checking in, and finishing."""

from typing import Any

from piccolo.columns import Column

from fablab.activity.actions import record
from fablab.bookings import buddies, materials, settling, wear
from fablab.bookings.knowing import known
from fablab.bookings.queries import locked_for, visible_to
from fablab.bookings.rules import Intent, Wish, handling, person, place
from fablab.bookings.situation import Situation
from fablab.bookings.tables import Booking, Kind, Status
from fablab.bookings.waitlist.freed import freed
from fablab.core import clock, db
from fablab.core.errors import Problem, Refused, Unavailable
from fablab.machines.tables import Machine
from fablab.members.viewer import Viewer
from fablab.notifications.actions import notify

# What is asked of whoever stands at the machine; lateness and clashes are settled already.
OPERATOR_RULES = (
    place.machine_is_available,
    person.is_certified,
    person.certificate_lasts,
    person.age_allows,
    person.has_a_buddy,
)


async def check_in(
    actor: Viewer,
    booking_id: int,
    *,
    via: str = "web",
    material: str | None = None,
    own_material: bool | None = None,
) -> Booking:
    """Confirm that somebody is there. Twice is once. Raises Refused, or NotFound for strangers.

    Who checks in their own or their team's booking is its operator and needs the certificates;
    staff check in the member it belongs to. What goes in is as booked unless they say another.
    """
    booking = await visible_to(actor, booking_id)
    await settling.settle([booking.machine])
    what = material, own_material
    return await _check_in(actor, booking_id, booking.machine, via, what)


@db.transactional
async def _check_in(
    actor: Viewer,
    booking_id: int,
    machine_id: int,
    via: str,
    what: tuple[str | None, bool | None],
) -> Booking:
    machine = await db.locked(Machine, machine_id)
    booking = await locked_for(actor, booking_id)
    if booking.machine != machine_id:
        raise Unavailable  # moved meanwhile: ask again
    if booking.status == Status.CHECKED_IN:
        return booking
    operator = operator_of(actor, booking)
    if via == "web" and operator != actor.id:
        via = "desk"
    by_staff = actor.acts_as_staff
    situation = await known(operator, clock.now(), locked={machine.id: machine}, by_staff=by_staff)
    situation = await buddies.of_booking(situation, booking)
    wish = wish_of(booking, *what)
    if problems := why_not(booking, situation, wish):
        raise Refused(*problems)
    values: dict[Column | str, Any] = {
        Booking.status: Status.CHECKED_IN,
        Booking.operator: operator,
        Booking.checked_in_at: situation.now,
        Booking.checked_in_by: actor.id,
        Booking.checked_in_via: via,
        Booking.remind_at: None,
        Booking.material: wish.material,
        Booking.own_material: wish.own_material,
    }
    after = {"status": Status.CHECKED_IN, "operator": operator, "via": via}
    if wish.material != booking.material:
        after["material"] = wish.material
    await booking.update_self(values)
    await record(
        "checked_in",
        "booking",
        booking.id,
        actor=actor.id,
        member=booking.member,
        before={"status": Status.CONFIRMED},
        after=after,
    )
    return booking


def operator_of(actor: Viewer, booking: Booking) -> int:
    """Staff who check in somebody else's booking do so for its member."""
    if booking.member is None or booking.member == actor.id:
        return actor.id
    return int(booking.member) if actor.acts_as_staff else actor.id


def wish_of(booking: Booking, material: str | None, own_material: bool | None) -> Wish:
    return Wish(
        machine_id=booking.machine,
        period=booking.period,
        intent=Intent.NOW,
        booking_id=booking.id,
        material=booking.material if material is None else material,
        own_material=booking.own_material if own_material is None else own_material,
    )


def why_not(booking: Booking, situation: Situation, wish: Wish) -> tuple[Problem, ...]:
    """Every reason against checking in, as of the situation's instant."""
    view = situation.view(booking.machine)
    limits = situation.machine(view).limits
    found = [
        handling.may_check_in(
            booking.status, booking.period, booking.release_at, limits, situation.now
        )
    ]
    if booking.kind == Kind.USE:
        facts = situation.facts(wish)
        found += [rule(wish, facts) for rule in OPERATOR_RULES]
        found += materials.why_not_in(booking, wish, facts)
        held = [hold for hold in facts.person.holds if hold.kind == "safety"]
        if held:
            found.append(person.account_is_not_held(wish, facts))
    return tuple(problem for problem in found if problem)


async def finish(actor: Viewer, booking_id: int, *, note: str = "") -> Booking:
    """Done early: the rest is free, the minutes of use counted. Refused when nobody had checked in.

    `note` is what they tell of the use or the machine; it is kept with the activity.
    """
    booking = await visible_to(actor, booking_id)
    return await _finish(actor, booking_id, booking.machine, note)


@db.transactional
async def _finish(actor: Viewer, booking_id: int, machine_id: int, note: str) -> Booking:
    await db.locked(Machine, machine_id)
    booking = await locked_for(actor, booking_id)
    if booking.machine != machine_id:
        raise Unavailable  # moved meanwhile: ask again
    if booking.status == Status.COMPLETED:
        return booking
    if problem := handling.may_finish(booking.status):
        raise Refused(problem)
    situation = await known(booking.member or actor.id, clock.now())
    turnaround = situation.view(booking.machine).policy.turnaround_after
    until = handling.busy_after_finish(
        booking.period, booking.busy_until, turnaround, situation.now
    )
    values: dict[Column | str, Any] = {
        Booking.status: Status.COMPLETED,
        Booking.finished_at: situation.now,
        Booking.busy_until: until,
        Booking.sequence: booking.sequence + 1,
    }
    await booking.update_self(values)
    await wear.add([vars(booking)])
    await record(
        "finished",
        "booking",
        booking.id,
        actor=actor.id,
        member=booking.member,
        before={"status": Status.CHECKED_IN},
        after={
            "status": Status.COMPLETED,
            "finished_at": situation.now,
            "minutes": wear.of_row(vars(booking)),
        },
        reason=note,
    )
    if booking.member not in (None, actor.id):
        view = situation.view(booking.machine)
        await notify(
            booking.member,
            "bookings/finished",
            booking=booking.id,
            machine=view.name,
            tag=view.tag,
            starts_at=booking.starts_at,
            finished_at=situation.now,
        )
    await freed([machine_id])
    return booking
