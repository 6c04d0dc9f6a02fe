"""Series made by the action itself: `await repeat(ada, printer, hours(25), count=3)`."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from fablab.bookings.asking import Asked
from fablab.bookings.series import actions
from fablab.bookings.series.actions import MadeSeries
from fablab.bookings.series.asking import SeriesAsked, Take
from fablab.bookings.series.repeating import Repeat, Unit
from fablab.bookings.tables import Booking
from fablab.core.periods import Period
from fablab.machines.tables import Machine
from fablab.members.viewer import Viewer
from tests import factories
from tests.factories import MONDAY

Again = Callable[..., Awaitable[MadeSeries]]
TUESDAY = MONDAY + timedelta(hours=25)  # ten o'clock


def wanted(
    machine: Machine,
    period: Period,
    unit: Unit = Unit.WEEK,
    take: Take = "all",
    first: dict[str, Any] | None = None,
    **repeat: Any,
) -> SeriesAsked:
    return SeriesAsked(
        first=Asked(machine_id=machine.id, period=period, **(first or {})),
        repeat=Repeat(unit=unit, **repeat),
        take=take,
    )


@pytest.fixture
def again() -> Again:
    async def book(actor: Viewer, machine: Machine, period: Period, **more: Any) -> MadeSeries:
        return await actions.book(actor, wanted(machine, period, **more))

    return book


@pytest.fixture
async def tool(lab: None) -> Machine:
    """Nobody has to be there, and it may be booked for a year."""
    policy = {"attendance": "anytime", "horizon_days": 365, "granularity_minutes": 15}
    return await factories.a_machine(policy=policy)


async def rows_of(series_id: int) -> list[Booking]:
    return await Booking.objects().where(Booking.series == series_id).order_by(Booking.starts_at)


async def times(series_id: int) -> list[str]:
    return [f"{row.starts_at:%m-%d %H:%M}" for row in await rows_of(series_id)]
