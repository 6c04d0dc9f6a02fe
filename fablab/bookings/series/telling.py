"""What is told of a series: one notice with all its dates, not one for each of them."""

from collections.abc import Sequence
from typing import Any

from fablab.bookings.rules.awaiting import BUDDY
from fablab.bookings.series.asking import Planned
from fablab.bookings.series.back import Back
from fablab.bookings.tables import Booking, Series, Status
from fablab.machines.catalogue import MachineView
from fablab.members.viewer import Viewer
from fablab.notifications.actions import Notice, notify, notify_all


async def made(actor: Viewer, series: Series, bookings: Sequence[Booking], plan: Planned) -> None:
    await notify(
        series.member,
        "bookings/series_made",
        **about(series, plan.situation.view(series.machine), bookings),
        left_out_on=[each.day for each in plan.refused],
        skipped_on=[each.month for each in plan.expansion.skipped],
        pending=sum(booking.status == Status.PENDING for booking in bookings),
        by_staff=actor.id != series.member,
    )
    await buddies_asked(plan.situation.view(series.machine), bookings)


async def changed(
    actor: Viewer, series: Series, view: MachineView, bookings: Sequence[Booking]
) -> None:
    await notify(
        series.member,
        "bookings/series_changed",
        **about(series, view, bookings),
        pending=sum(booking.status == Status.PENDING for booking in bookings),
        by_staff=actor.id != series.member,
    )
    await buddies_asked(view, bookings)


async def cancelled(
    actor: Viewer, series: Series, view: MachineView, back: Back, reason: str, **costs: Any
) -> None:
    await notify(
        series.member,
        "bookings/series_cancelled",
        **about(series, view, back.all),
        late=dates(back.late),
        kept=dates(back.kept),
        by_staff=actor.id != series.member,
        reason=reason,
        **costs,
    )
    await buddies_free(view, back.all)


async def buddies_asked(view: MachineView, bookings: Sequence[Booking]) -> None:
    """Whoever was named as the second person hears of all the dates they have not agreed to."""
    asked = [
        each for each in bookings if BUDDY in each.awaits.split() and each.buddy_agreed_at is None
    ]
    await to_buddies("bookings/series_buddy_asked", view, asked)


async def buddies_free(view: MachineView, bookings: Sequence[Booking]) -> None:
    """Whoever agreed to come along need not come."""
    agreed = [each for each in bookings if each.buddy_agreed_at is not None]
    await to_buddies("bookings/series_buddy_free", view, agreed)


async def to_buddies(template: str, view: MachineView, bookings: Sequence[Booking]) -> None:
    notices = []
    for buddy in sorted({each.buddy for each in bookings if each.buddy is not None}):
        named = [each for each in bookings if each.buddy == buddy]
        known = {"machine": view.name, "tag": view.tag, "dates": dates(named)}
        notices.append(Notice(buddy, template, None, known))
    await notify_all(notices)


def about(series: Series, view: MachineView, bookings: Sequence[Booking]) -> dict[str, Any]:
    """What every mail about a series says: the machine and the dates."""
    return {
        "series": series.id,
        "machine": view.name,
        "tag": view.tag,
        "dates": dates(bookings),
    }


def dates(bookings: Sequence[Booking]) -> list[dict[str, Any]]:
    in_order = sorted(bookings, key=lambda booking: (booking.starts_at, booking.id))
    return [
        {"booking": each.id, "starts_at": each.starts_at, "ends_at": each.ends_at}
        for each in in_order
    ]
