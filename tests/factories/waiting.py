"""People in line, as `join` would have put them there."""

from datetime import timedelta
from typing import Any

from fablab.bookings.tables import Waiting
from fablab.core.periods import Period
from fablab.machines.tables import Machine
from fablab.members.tables import Member
from tests.factories import MONDAY, hours
from tests.factories.members import a_member


async def a_waiting(
    machine: Machine | None = None,
    window: Period | None = None,
    member: Member | None = None,
    **values: Any,
) -> Waiting:
    """For an hour at ten on MONDAY; with `category` for any of it."""
    window = window or hours(1)
    member = member or await a_member()
    defaults = {
        "member": member.id,
        "machine": machine.id if machine else None,
        "window_start": window.start,
        "window_end": window.end,
        "minutes": window.length // timedelta(minutes=1),
        "made_at": MONDAY,
    }
    return await Waiting.objects().create(**defaults | values)
