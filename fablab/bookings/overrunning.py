"""Still running at the end: free time is taken under the rules, else the next person is told.

Nothing ever overlaps: whoever comes next keeps their place, and hears at once that they wait.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from fablab.activity.actions import record
from fablab.bookings import changing, judging, seats, sorry, wear
from fablab.bookings.alternatives import alternatives
from fablab.bookings.asking import Denied, Judged
from fablab.bookings.knowing import known
from fablab.bookings.queries import changed_wish, concerns, visible_to
from fablab.bookings.rules import Blocker, Facts, Intent, Wish, place
from fablab.bookings.rules.overrun import BEFORE, may_go_on, next_end
from fablab.bookings.situation import Situation
from fablab.bookings.tables import Booking, Kind, Status
from fablab.core import clock, db
from fablab.core.errors import NotFound, Refused, Unavailable
from fablab.core.periods import Period
from fablab.machines.tables import Machine
from fablab.members.tables import Member
from fablab.members.viewer import Viewer
from fablab.notifications.actions import notify

__all__ = ["BEFORE", "Running", "still_running"]

IN_THE_WAY = frozenset({"taken", "on_hold"})
LONGEST_STEP = timedelta(days=1)  # of any machine's grid
GIVE_BACK = "UPDATE machine SET hours_counter = hours_counter - {} WHERE id = {}"


@dataclass(frozen=True, slots=True)
class Running:
    """What came of it: the booking, until when it goes on, or who was told that they wait."""

    booking: Booking
    until: datetime | None = None
    told: int | None = None


async def still_running(actor: Viewer, booking_id: int) -> Running:
    """Go on to the next steps of the machine, or tell the next person.

    For its owner, their team and staff, from shortly before the end until shortly after it.
    `Refused` when nobody is next and yet a rule is against it, or when it is too early or late.
    """
    booking = await visible_to(actor, booking_id)
    return await _still_running(actor, booking_id, booking.machine)


@db.transactional
async def _still_running(actor: Viewer, booking_id: int, machine_id: int) -> Running:
    machine = await db.locked(Machine, machine_id)
    found = await Booking.objects().where(Booking.id == booking_id).first()
    if found is None or found.member is None:
        raise NotFound("booking")
    await db.locked(Member, found.member)
    booking = await db.locked(Booking, booking_id)
    if not await concerns(actor, booking):
        raise NotFound("booking")
    if booking.machine != machine_id:
        raise Unavailable  # moved meanwhile: ask again
    now = clock.now()
    if problem := may_go_on(state_of(booking), booking.ends_at, now):
        raise Refused(problem)
    farthest = Period(booking.starts_at, max(booking.ends_at, now) + LONGEST_STEP)
    widest = changed_wish(booking, farthest, machine_id)
    situation = await changing.surroundings(actor, booking, widest, {machine.id: machine})
    end = next_end(booking.ends_at, now, situation.facts(widest))
    wish = changed_wish(booking, Period(booking.starts_at, end), machine_id)
    judged = judging.judged_with(actor, None, wish, situation)
    if any(problem.code in IN_THE_WAY for problem in judged.problems):
        return await overran(actor, booking, judged)
    if judged.problems:
        raise Denied(judged)
    return await goes_on(actor, booking, judged)


def state_of(booking: Booking) -> str:
    """`running`, also when it was completed at its end by itself; else its status."""
    by_itself = (
        booking.status == Status.COMPLETED
        and booking.finished_at == booking.ends_at
        and not booking.ended_because
        and booking.checked_in_at is not None
    )
    is_running = booking.kind == Kind.USE and (booking.status == Status.CHECKED_IN or by_itself)
    return "running" if is_running else str(booking.status)


async def goes_on(actor: Viewer, booking: Booking, judged: Judged) -> Running:
    before = {"starts_at": booking.starts_at, "ends_at": booking.ends_at}
    if booking.status == Status.COMPLETED:
        await reopen(booking)
    await changing.write(booking, judged, await seats.seat(judged.wish, judged.facts))
    after = {"starts_at": booking.starts_at, "ends_at": booking.ends_at}
    await record(
        "went_on",
        "booking",
        booking.id,
        actor=actor.id,
        member=booking.member,
        before=before,
        after=after,
    )
    return Running(booking, until=booking.ends_at)


async def reopen(booking: Booking) -> None:
    """It was completed at its end, and runs on: what was counted of its use is counted again."""
    await db.execute(GIVE_BACK, wear.of_row(vars(booking)), booking.machine)
    await booking.update_self({Booking.status: Status.CHECKED_IN, Booking.finished_at: None})


async def overran(actor: Viewer, booking: Booking, judged: Judged) -> Running:
    """Somebody is next: they keep their place and are told at once, however often it is said."""
    now = judged.situation.now
    if booking.overran_at is None:
        await booking.update_self({Booking.overran_at: now})
        await record(
            "overran",
            "booking",
            booking.id,
            actor=actor.id,
            member=booking.member,
            after={"overran_at": now},
        )
    after = next_of(booking, judged.wish, judged.facts)
    told = await tell(booking, after, judged.situation) if after else None
    return Running(booking, told=told)


def next_of(booking: Booking, wish: Wish, facts: Facts) -> Blocker | None:
    """Whoever comes first of those in the way, and has not begun."""
    coming = [each for each in place.clashes(wish, facts) if each.busy.start >= booking.ends_at]
    return min(coming, key=lambda each: (each.busy.start, each.id), default=None)


async def tell(booking: Booking, after: Blocker, situation: Situation) -> int | None:
    """The next person, once: what they may have instead. None when it is nobody's or one's own."""
    if after.member_id is None or after.member_id == booking.member:
        return None
    view = situation.view(booking.machine)
    own = Period(after.busy.start, after.ends_at)
    wanted = Wish(
        machine_id=booking.machine,
        period=own,
        intent=Intent.MOVE,
        was=own,
        booking_id=after.id,
    )
    theirs = await known(after.member_id, situation.now, locked=situation.locked)
    others = [
        sorry.as_fact(each)
        for each in await alternatives(theirs, wanted)
        if each.machine.id != booking.machine
    ]
    told: dict[str, Any] = {
        "booking": after.id,
        "machine": view.name,
        "tag": view.tag,
        "starts_at": after.busy.start,
        "ends_at": after.ends_at,
        "others": others,
    }
    key = f"overran:{booking.id}:{after.id}"
    await notify(after.member_id, "bookings/overran", key=key, **told)
    return after.member_id
