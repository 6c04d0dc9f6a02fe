"""What became of a booking: came, finished early, cancelled, missed; and the log of it. Pure."""

import random
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from fablab.bookings import making
from fablab.bookings.rules import Limits
from fablab.bookings.tables import Kind, Status
from fablab.demo.accounts import MANAGER
from fablab.demo.agenda import BREAKS_AFTER
from fablab.demo.diary import Fate, Planned

Columns = dict[str, Any]
MAY_STILL_COME = timedelta(minutes=5)
MINUTE = timedelta(minutes=1)
SOON_DECIDED = timedelta(minutes=5)
LEAVES_EARLY = 0.45
GIVES_UP_LATE = 0.25
AT_THE_MACHINE = ("web", "qr", "qr", "kiosk")


@dataclass(frozen=True, slots=True)
class Event:
    """A line of the log. `actor` by slug; None: it happened by itself."""

    verb: str
    at: datetime
    actor: str | None
    before: Status | None
    after: Status


@dataclass(frozen=True, slots=True)
class Outcome:
    """The times and the state of a booking by now, what led there, and whether it cost a strike."""

    columns: Columns
    events: tuple[Event, ...]
    struck_at: datetime | None = None

    @property
    def minutes(self) -> int:
        """How long the machine ran."""
        begun, ended = self.columns.get("checked_in_at"), self.columns.get("finished_at")
        return int((ended - begun) / MINUTE) if begun and ended else 0


def outcome(planned: Planned, now: datetime, zone: ZoneInfo, dice: random.Random) -> Outcome:
    """By now, of everything that was planned."""
    told = by_now(planned, now, zone, dice)
    is_decided = planned.machine.policy.needs_approval and planned.fate != Fate.ASKED
    by_member = planned.member is not None and not planned.member.is_staff
    return approved(told) if is_decided and by_member and planned.kind == Kind.USE else told


def approved(told: Outcome) -> Outcome:
    """With the word of the staff, who agreed soon after it was asked for."""
    made, *later = told.events
    at = min([made.at + SOON_DECIDED, *(each.at for each in later)])
    yes = Event("approved", at, MANAGER, Status.PENDING, Status.CONFIRMED)
    columns = told.columns | {"decided_at": at, "decided_by": MANAGER}
    return replace(told, columns=columns, events=(replace(made, after=Status.PENDING), yes, *later))


def requested(planned: Planned, agreed: Columns) -> Outcome:
    """It waits for the staff, on account of the machine or of what goes in too."""
    days = timedelta(days=planned.machine.policy.approval_days)
    known = planned.material in planned.machine.materials
    columns = {
        "status": Status.PENDING,
        "awaits": "approval" if known else "approval material",
        "decide_by": min(planned.period.start, planned.made_at + days),
    }
    made = Event("made", planned.made_at, planned.made_by, None, Status.PENDING)
    return Outcome(agreed | columns, (made,))


def by_now(planned: Planned, now: datetime, zone: ZoneInfo, dice: random.Random) -> Outcome:
    agreed = times(planned, now, zone)
    made = Event("made", planned.made_at, planned.made_by, None, Status.CONFIRMED)
    if planned.kind != Kind.USE:
        return by_itself(planned, now, agreed, made)
    if planned.fate == Fate.ASKED:
        return requested(planned, agreed)
    if planned.fate == Fate.CANCELLED:
        return cancelled(planned, now, agreed, made, dice)
    if planned.fate == Fate.MISSED:
        return missed(planned, agreed, made)
    if planned.period.start >= now - MAY_STILL_COME:
        return Outcome(agreed | {"status": Status.CONFIRMED}, (made,))
    return came(planned, now, agreed, made, dice)


def times(planned: Planned, now: datetime, zone: ZoneInfo) -> Columns:
    """Trainings, maintenance and what is staff's own are never released."""
    policy, use = planned.machine.policy, planned.kind == Kind.USE
    after = policy.turnaround_after if use else timedelta(0)
    limits = Limits(turnaround_after=after, grace=policy.grace)
    released = planned.member is not None and not planned.member.is_staff
    made_at = planned.made_at
    agreed = making.columns(planned.period, limits, zone, made_at, released=released)
    remind_at = making.reminder_time(planned.period, now)
    return agreed | {"remind_at": remind_at if use else None}


def by_itself(planned: Planned, now: datetime, agreed: Columns, made: Event) -> Outcome:
    """A training or maintenance: nobody checks in, it ends when it ends."""
    end = planned.period.end
    if end > now:
        return Outcome(agreed | {"status": Status.CONFIRMED}, (made,))
    over = Event("completed", end, None, Status.CONFIRMED, Status.COMPLETED)
    return Outcome(agreed | {"status": Status.COMPLETED, "finished_at": end}, (made, over))


def cancelled(
    planned: Planned, now: datetime, agreed: Columns, made: Event, dice: random.Random
) -> Outcome:
    """In good time mostly, else given up late."""
    start, notice = planned.period.start, planned.machine.policy.notice_to_cancel
    deadline = start - notice
    latest = start - MINUTE if dice.random() < GIVES_UP_LATE else max(deadline, planned.made_at)
    room = max(min(latest, now) - planned.made_at, timedelta(0))
    at = (planned.made_at + room * dice.uniform(0.3, 1)).replace(microsecond=0)
    columns = {
        "status": Status.CANCELLED,
        "sequence": 1,
        "busy_until": max(start, at),
        "remind_at": None,
        "cancelled_at": at,
        "cancelled_by": planned.made_by,
        "gave_up": at > deadline,
    }
    told = Event("cancelled", at, planned.made_by, Status.CONFIRMED, Status.CANCELLED)
    return Outcome(agreed | columns, (made, told))


def missed(planned: Planned, agreed: Columns, made: Event) -> Outcome:
    at = agreed["release_at"]
    columns = {
        "status": Status.NO_SHOW,
        "sequence": 1,
        "busy_until": max(planned.period.start, at),
        "remind_at": None,
    }
    told = Event("released", at, None, Status.CONFIRMED, Status.NO_SHOW)
    return Outcome(agreed | columns, (made, told), struck_at=at)


def came(
    planned: Planned, now: datetime, agreed: Columns, made: Event, dice: random.Random
) -> Outcome:
    """Checked in about then; still there, finished early, interrupted, or until the end."""
    start, end = planned.period.start, planned.period.end
    earliest = max(start - planned.machine.policy.checkin_opens_before, planned.made_at)
    arrived_at = max(start + MINUTE * dice.randint(-8, 5), earliest)
    here = Event("checked_in", arrived_at, planned.made_by, Status.CONFIRMED, Status.CHECKED_IN)
    columns = agreed | {
        "status": Status.CHECKED_IN,
        "remind_at": None,
        "operator": planned.made_by,
        "checked_in_at": arrived_at,
        "checked_in_by": planned.made_by,
        "checked_in_via": dice.choice(AT_THE_MACHINE),
    }
    left_at = leaving(planned, dice)
    if left_at > now:
        return Outcome(columns, (made, here))
    columns |= {"status": Status.COMPLETED, "finished_at": left_at}
    columns["busy_until"] = left_at + planned.machine.policy.turnaround_after
    if planned.fate == Fate.INTERRUPTED:
        columns["ended_because"] = "fault"
    verb, actor = ("completed", None) if left_at == end else ("finished", planned.made_by)
    gone = Event(verb, left_at, actor, Status.CHECKED_IN, Status.COMPLETED)
    return Outcome(columns, (made, here, gone))


def leaving(planned: Planned, dice: random.Random) -> datetime:
    """At the end, or up to a quarter of the time earlier."""
    if planned.fate == Fate.INTERRUPTED:
        return planned.period.start + BREAKS_AFTER
    if dice.random() > LEAVES_EARLY:
        return planned.period.end
    spare = max(2, int(planned.period.length / 4 / MINUTE))
    return planned.period.end - MINUTE * dice.randint(1, min(25, spare))
