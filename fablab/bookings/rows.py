"""A booking as it is written: who, when, what it waits for, whether they are there already."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from fablab.bookings import making
from fablab.bookings.asking import Asked, Judged
from fablab.bookings.rules import Intent
from fablab.bookings.rules.awaiting import BUDDY, awaits
from fablab.bookings.tables import Booking, Status
from fablab.core.facts import dump
from fablab.members.viewer import Viewer


def row(actor: Viewer, asked: Asked, whom: int, judgement: Judged, unit: int) -> Booking:
    """The row of a wish that was granted: nothing is written yet."""
    facts, situation, now = judgement.facts, judgement.situation, judgement.situation.now
    limits = facts.machine.limits
    booking = Booking(
        uid=secrets.token_hex(16),
        machine=asked.machine_id,
        unit=unit,
        member=whom,
        project=asked.project_id,
        made_at=now,
        made_by=actor.id,
        made_via=asked.via,
        note=asked.note,
        material=asked.material,
        own_material=asked.own_material,
        buddy=asked.buddy_id,
        party=asked.party,
        series=asked.series_id,
        occurrence=asked.occurrence,
        **making.columns(
            asked.period,
            limits,
            situation.place.zone,
            now,
            released=not situation.person.is_staff,
        ),
        **state(actor, asked, whom, judgement),
    )
    if judgement.override:
        booking.override = dump(judgement.override.as_dict())
    return booking


def state(actor: Viewer, asked: Asked, whom: int, judgement: Judged) -> dict[str, Any]:
    """Pending while somebody else has a word to say, checked in for who stands there, else
    confirmed."""
    now, limits = judgement.situation.now, judgement.facts.machine.limits
    if waits_for := awaits(judgement.wish, judgement.facts):
        until = decide_by(asked.period.start, now, limits.approval_days, waits_for)
        return {"status": Status.PENDING, "awaits": " ".join(waits_for), "decide_by": until}
    stands_there = asked.via in ("qr", "kiosk") or actor.id != whom
    at_once = asked.intent == Intent.NOW or (
        stands_there and now >= asked.period.start - limits.checkin_opens_before
    )
    return arrived(actor, asked, whom, now) if at_once else {}


def decide_by(
    start: datetime, asked_at: datetime, days: int, waits_for: Sequence[str] = ()
) -> datetime:
    """Unanswered after so many days, or at its start, a request has expired.

    One that waits for its second person alone keeps its time until it starts.
    """
    if tuple(waits_for) == (BUDDY,):
        return start
    return min(start, asked_at + timedelta(days=days))


def arrived(actor: Viewer, asked: Asked, whom: int, now: datetime) -> dict[str, Any]:
    """Made at the machine or by staff once its window is open: nobody has to check in again."""
    return {
        "status": Status.CHECKED_IN,
        "operator": whom,
        "checked_in_at": now,
        "checked_in_by": actor.id,
        "checked_in_via": asked.via,
    }
