"""What is told of a booking: the activity, the notice to its member."""

from collections.abc import Mapping
from typing import Any

from fablab.activity.actions import Change, record_all
from fablab.bookings.asking import Judged, Override
from fablab.bookings.rules import Intent
from fablab.bookings.rules.awaiting import BUDDY
from fablab.bookings.situation import Situation
from fablab.bookings.tables import Booking, Status
from fablab.core import db
from fablab.machines.catalogue import MachineView
from fablab.members.viewer import Viewer
from fablab.notifications.actions import notify


async def told(
    actor: Viewer, booking: Booking, situation: Situation, override: Override | None
) -> None:
    """The activity and the confirmation, in the booking's own transaction."""
    view = situation.view(booking.machine)
    await record_all([made_by(actor, booking, override)])
    if booking.status == Status.PENDING:
        await requested(booking, view, by_staff=actor.id != booking.member)
        return
    await notify(
        booking.member,
        "bookings/made",
        **notice(booking, view.name, view.tag),
        deadline_at=booking.starts_at - view.policy.notice_to_cancel,
        release_at=booking.release_at,
        by_staff=actor.id != booking.member,
    )


async def requested(booking: Booking, view: MachineView, *, by_staff: bool = False) -> None:
    """It is kept, and waits: its member hears for whom and until when, its buddy is asked."""
    known = notice(booking, view.name, view.tag)
    until = booking.decide_by
    await notify(
        booking.member,
        "bookings/requested",
        **known,
        awaits=booking.awaits,
        decide_by_at=until,
        by_staff=by_staff,
    )
    await buddy_asked(booking, view)


async def buddy_asked(booking: Booking, view: MachineView) -> None:
    """Whoever was named hears of it: the link leads to a page where they answer."""
    if booking.buddy is not None and BUDDY in booking.awaits.split():
        known = notice(booking, view.name, view.tag)
        await notify(booking.buddy, "bookings/buddy_asked", **known, decide_by_at=booking.decide_by)


async def buddy_free(booking: Booking, machine: Any, tag: str) -> None:
    """Whoever agreed to come along need not come."""
    if booking.buddy is not None and booking.buddy_agreed_at is not None:
        await notify(booking.buddy, "bookings/buddy_free", **notice(booking, machine, tag))


def notice(booking: Booking, machine: Any, tag: str) -> dict[str, Any]:
    """What every mail about a booking says."""
    return {
        "booking": booking.id,
        "machine": machine,
        "tag": tag,
        "starts_at": booking.starts_at,
        "ends_at": booking.ends_at,
    }


def made_by(actor: Viewer, booking: Booking, override: Override | None) -> Change:
    """The activity of a new booking."""
    after = place_of(booking) | {"status": str(booking.status)}
    return with_override("made", actor, booking, {}, after, override)


def moved_by(actor: Viewer, booking: Booking, judged: Judged, before: dict[str, Any]) -> Change:
    """The activity of one that was moved or extended; `before` is its place of then."""
    after = place_of(booking)
    if booking.awaits:
        after["awaits"] = booking.awaits
    verb = "moved" if judged.wish.intent == Intent.MOVE else "extended"
    return with_override(verb, actor, booking, before, after, judged.override)


def place_of(booking: Booking) -> dict[str, Any]:
    return {
        "machine": booking.machine,
        "starts_at": booking.starts_at,
        "ends_at": booking.ends_at,
    }


def with_override(
    verb: str,
    actor: Viewer,
    booking: Booking,
    before: dict[str, Any],
    after: dict[str, Any],
    override: Override | None,
) -> Change:
    """What staff set aside, and why, stands with what they did."""
    return Change(
        verb,
        "booking",
        booking.id,
        actor=actor.id,
        member=booking.member,
        before=before,
        after=after | {"override": override.as_dict()} if override else after,
        reason=override.reason if override else "",
    )


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
