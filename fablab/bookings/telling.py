"""What is told of a booking: the activity, the notice to its member."""

from collections.abc import Mapping
from typing import Any

from fablab.activity.actions import Change, record
from fablab.bookings.asking import Override
from fablab.bookings.situation import Situation
from fablab.bookings.tables import Booking
from fablab.core import db
from fablab.machines.catalogue import MachineView
from fablab.members.viewer import Viewer
from fablab.notifications.actions import notify


async def told(
    actor: Viewer, booking: Booking, situation: Situation, override: Override | None
) -> None:
    """The activity and the confirmation, in the booking's own transaction."""
    view = situation.view(booking.machine)
    after = {
        "machine": view.slug,
        "starts_at": booking.starts_at,
        "ends_at": booking.ends_at,
        "status": str(booking.status),
    }
    if override:
        after["override"] = override.as_dict()
    await record(
        "made",
        "booking",
        booking.id,
        actor=actor.id,
        member=booking.member,
        after=after,
        reason=override.reason if override else "",
    )
    await notify(
        booking.member,
        "bookings/made",
        **notice(booking, view.name, view.tag),
        deadline_at=booking.starts_at - view.policy.notice_to_cancel,
        release_at=booking.release_at,
        by_staff=actor.id != booking.member,
    )


def notice(booking: Booking, machine: Any, tag: str) -> dict[str, Any]:
    """What every mail about a booking says."""
    return {
        "booking": booking.id,
        "machine": machine,
        "tag": tag,
        "starts_at": booking.starts_at,
        "ends_at": booking.ends_at,
    }


def by_itself(
    verb: str, row: Mapping[str, Any], before: dict[str, Any], after: dict[str, Any]
) -> Change:
    """The activity of what nobody did to a booking; of its row, `id` and `member` are read."""
    return Change(
        verb, "booking", row["id"], actor=None, member=row["member"], before=before, after=after
    )


def of_row(row: Mapping[str, Any], view: MachineView) -> dict[str, Any]:
    """The same of a row as `RETURNING` gives it."""
    return {
        "booking": row["id"],
        "machine": view.name,
        "tag": view.tag,
        "starts_at": db.instant(row["starts_at"]),
        "ends_at": db.instant(row["ends_at"]),
    }
