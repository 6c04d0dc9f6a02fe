"""What is told of a decision: to who asked, with the words that go with it."""

from typing import Any

from fablab.activity.actions import record
from fablab.bookings.asking import Override
from fablab.bookings.tables import Booking
from fablab.bookings.telling import buddy_free, notice
from fablab.machines.catalogue import MachineView
from fablab.members.viewer import Viewer
from fablab.notifications.actions import notify

MAILS = {"approved": "bookings/approved", "rejected": "bookings/rejected"}


async def decided(
    actor: Viewer,
    booking: Booking,
    view: MachineView,
    verb: str,
    note: str,
    override: Override | None = None,
) -> None:
    """`approved` or `rejected`: the activity, and the mail with the words that go with it."""
    after: dict[str, Any] = {"status": str(booking.status), "awaits": booking.awaits}
    if override:
        after["override"] = override.as_dict()
    await record(
        verb,
        "booking",
        booking.id,
        actor=actor.id,
        member=booking.member,
        before={"status": "pending"},
        after=after,
        reason=note or (override.reason if override else ""),
    )
    await notify(
        booking.member,
        MAILS[verb],
        **notice(booking, view.name, view.tag),
        note=note,
        awaits=booking.awaits,
        release_at=booking.release_at,
        deadline_at=booking.starts_at - view.policy.notice_to_cancel,
    )
    if verb == "rejected":
        await buddy_free(booking, view.name, view.tag)
