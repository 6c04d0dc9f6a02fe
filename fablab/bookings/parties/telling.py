"""What is told of a party: one notice for all of its bookings."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from fablab.bookings.asking import Judged
from fablab.bookings.rules.awaiting import BUDDY
from fablab.bookings.tables import Booking, Status
from fablab.bookings.telling import buddy_asked, buddy_free, notice
from fablab.machines.catalogue import Catalogue, MachineView
from fablab.members.viewer import Viewer
from fablab.notifications.actions import notify

Places = list[dict[str, object]]


async def made(actor: Viewer, rows: Sequence[Booking], judged: Sequence[Judged]) -> None:
    await told("bookings/party", actor, rows, views_of(judged))
    waiting = [
        (row, view)
        for row, view in zip(rows, views_of(judged), strict=True)
        if BUDDY in row.awaits.split()
    ]
    for row, view in waiting[:1]:
        await buddy_asked(row, view)  # one person, asked once


async def moved(
    actor: Viewer, rows: Sequence[Booking], judged: Sequence[Judged], before: dict[str, Any]
) -> None:
    was = {"was_starts_at": before["starts_at"], "was_ends_at": before["ends_at"]}
    await told("bookings/party_changed", actor, rows, views_of(judged), **was)


async def cancelled(
    actor: Viewer, rows: Sequence[Booking], machines: Catalogue, **more: Any
) -> None:
    found = [(row, view) for row in rows if (view := machines.by_id(row.machine))]
    await told("bookings/party_cancelled", actor, rows, [view for _, view in found], **more)
    agreed = [(row, view) for row, view in found if row.buddy_agreed_at is not None]
    for row, view in agreed[:1]:
        await buddy_free(row, view.name, view.tag)


async def told(
    template: str,
    actor: Viewer,
    rows: Sequence[Booking],
    views: Sequence[MachineView],
    **more: Any,
) -> None:
    first = rows[0]
    if first.member is None:
        return
    await notify(
        first.member,
        template,
        **notice(first, views[0].name, views[0].tag),
        bookings=[row.id for row in rows],
        machines=in_words(views),
        pending=any(each.status == Status.PENDING for each in rows),
        deadline_at=min(first.starts_at - view.policy.notice_to_cancel for view in views),
        release_at=min((each.release_at for each in rows if each.release_at), default=None),
        by_staff=actor.acts_as_staff and actor.id != first.member,
        **more,
    )


def views_of(judged: Sequence[Judged]) -> list[MachineView]:
    return [each.situation.view(each.wish.machine_id) for each in judged]


def in_words(views: Sequence[MachineView]) -> Places:
    """Each machine once, with how many seats of it."""
    seats = Counter(view.id for view in views)
    by_id = {view.id: view for view in views}
    return [
        {"name": by_id[machine].name, "tag": by_id[machine].tag, "seats": number}
        for machine, number in seats.items()
    ]
