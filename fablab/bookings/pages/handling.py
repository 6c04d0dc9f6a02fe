"""What may be done with a booking that exists, and until when: the buttons of its page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from fablab.bookings import choices
from fablab.bookings.changing import EXTENDABLE, MOVABLE
from fablab.bookings.choices import Step
from fablab.bookings.interrupting import runs
from fablab.bookings.overrunning import state_of
from fablab.bookings.rules import Facts, Intent, Wish, handling, lateness, overrun, place
from fablab.bookings.situation import Situation, limits
from fablab.bookings.tables import Booking, Kind, Status
from fablab.core.periods import Period
from fablab.machines.catalogue import MachineView

OVER = (Status.CANCELLED, Status.NO_SHOW, Status.REJECTED, Status.EXPIRED, Status.COMPLETED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Handling:
    """`cancelling` is `free`, `late` (only as giving it up) or empty when there is none."""

    checkin_opens: datetime
    deadline: datetime
    move_deadline: datetime
    may_check_in: bool
    may_finish: bool
    may_move: bool
    cancelling: str
    is_over: bool
    may_be_late: bool = False
    may_go_on: bool = False
    is_overrun: bool = False
    runs: bool = False
    later_ends: Sequence[Step] = ()


def handling_of(booking: Booking, view: MachineView, now: datetime, staff: bool) -> Handling:
    numbers, period, status = limits(view), booking.period, str(booking.status)
    is_use = booking.kind == Kind.USE
    deadline = period.start - numbers.notice_to_move
    return Handling(
        checkin_opens=period.start - numbers.checkin_opens_before,
        deadline=handling.cancel_deadline(period, numbers),
        move_deadline=deadline,
        may_check_in=is_use and may_check_in(booking, view, now),
        may_finish=is_use and handling.may_finish(status) is None,
        may_move=is_use and status in MOVABLE and period.start > now and (staff or now <= deadline),
        cancelling=cancelling(booking, view, now, staff) if is_use else "",
        is_over=status in OVER,
        may_be_late=is_use and may_be_late(booking, view, now),
        may_go_on=overrun.may_go_on(state_of(booking), period.end, now) is None,
        is_overrun=booking.overran_at is not None and now <= period.end + overrun.AFTER,
        runs=is_use and runs(booking),
    )


def may_be_late(booking: Booking, view: MachineView, now: datetime) -> bool:
    """Whether the ten minutes more may be asked for now."""
    found = lateness.may_be_late(
        str(booking.status),
        booking.period,
        booking.release_at,
        booking.late_minutes,
        limits(view),
        now,
    )
    return found is None


class Timed(Protocol):
    """As much of a booking as check-in asks about."""

    @property
    def status(self) -> Any: ...
    @property
    def period(self) -> Period: ...
    @property
    def release_at(self) -> datetime | None: ...


def may_check_in(booking: Timed, view: MachineView, now: datetime) -> bool:
    """Whether its time for checking in is now."""
    numbers, status = limits(view), str(booking.status)
    found = handling.may_check_in(status, booking.period, booking.release_at, numbers, now)
    return found is None


def cancelling(booking: Booking, view: MachineView, now: datetime, staff: bool) -> str:
    numbers, period, status = limits(view), booking.period, str(booking.status)
    if now >= period.end or handling.may_cancel(status, period, numbers, now, give_up=True):
        return ""
    if staff or handling.may_cancel(status, period, numbers, now) is None:
        return "free"
    return "late"


def later_ends(situation: Situation, view: MachineView, booking: Booking) -> list[Step]:
    """The ends it may be given instead: ahead of now, while it is free and the hours allow it."""
    if booking.kind != Kind.USE or booking.status not in EXTENDABLE:
        return []
    facts = situation.facts(choices.minimal(view, booking.starts_at))
    steps = choices.ends(situation, view, booking.starts_at, booking.starts_at)
    return [
        step
        for step in steps
        if step.at > situation.now
        and step.at != booking.ends_at
        and may_end(situation, view, booking, step.at, facts)
    ]


def may_end(
    situation: Situation, view: MachineView, booking: Booking, at: datetime, facts: Facts
) -> bool:
    period = Period(booking.starts_at, at)
    wish = Wish(
        machine_id=view.id,
        period=period,
        intent=Intent.EXTEND,
        was=booking.period,
        booking_id=booking.id,
    )
    return place.fits(wish, facts) and situation.closing(view, period) is None
