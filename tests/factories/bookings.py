"""Bookings as the actions would have stored them: on the wall, with turnaround and release."""

import json
from datetime import timedelta
from typing import Any

from fablab.bookings import making
from fablab.bookings.rules import Limits
from fablab.bookings.tables import Booking, Kind, Status
from fablab.core import zones
from fablab.core.periods import Period
from fablab.machines.policy import Policy
from fablab.machines.tables import Machine
from fablab.members.tables import Member, Role
from tests.factories import MONDAY, hours, numbers
from tests.factories.machines import a_machine
from tests.factories.members import a_member

CAME = (Status.CHECKED_IN, Status.COMPLETED)


async def a_booking(
    period: Period | None = None,
    machine: Machine | None = None,
    member: Member | None = None,
    **values: Any,
) -> Booking:
    """From ten to eleven on MONDAY, made the day before by a member of its own, confirmed.

    A training or maintenance has no member and is never released; who is checked in came on time.
    """
    period = period or hours(1)
    machine = machine or await a_machine()
    is_use = values.get("kind", Kind.USE) == Kind.USE
    member = member or (await a_member() if is_use else None)
    defaults = {
        "uid": f"booking-{next(numbers)}",
        "machine": machine.id,
        "member": member.id if member else None,
        "made_at": MONDAY - timedelta(days=1),
        "made_by": member.id if member else None,
        **times(period, machine, member, is_use),
    }
    if is_use and values.get("status") in CAME:
        came = {"operator": member.id, "checked_in_by": member.id, "checked_in_via": "web"}
        defaults |= came | {"checked_in_at": period.start, "remind_at": None}
    if values.get("status") == Status.COMPLETED:
        defaults |= {"finished_at": period.end, "remind_at": None}
    return await Booking.objects().create(**defaults | values)


def times(period: Period, machine: Machine, member: Member | None, is_use: bool) -> dict[str, Any]:
    policy = machine.policy if isinstance(machine.policy, dict) else json.loads(machine.policy)
    numbers_in_force = Policy.inherited(policy)
    limits = Limits(
        turnaround_after=numbers_in_force.turnaround_after if is_use else timedelta(0),
        grace=numbers_in_force.grace,
    )
    return making.columns(
        period,
        limits,
        zones.zone("Africa/Casablanca"),
        MONDAY - timedelta(days=1),
        released=member is not None and member.role in (Role.MEMBER, Role.TRAINER),
    )
