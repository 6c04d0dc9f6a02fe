"""Booking a machine. Settle first, then judge and write in one transaction."""

import secrets
from datetime import datetime
from typing import Any

from fablab.bookings import guards, making, rules, seats, settling
from fablab.bookings.asking import Asked, Denied, Judged, Made, Override, for_whom
from fablab.bookings.queries import same_wish
from fablab.bookings.rules import Intent
from fablab.bookings.rules.times import LONGEST_USE
from fablab.bookings.situation import known
from fablab.bookings.tables import Booking, Status
from fablab.bookings.taken import around
from fablab.bookings.telling import told
from fablab.core import clock, db
from fablab.core.errors import Problem, Refused
from fablab.core.facts import dump
from fablab.core.periods import Period
from fablab.core.words import N_
from fablab.machines.tables import Machine
from fablab.members.tables import Member, MemberState
from fablab.members.viewer import Viewer

__all__ = ["Asked", "Denied", "Judged", "Made", "Override", "book", "check", "judged", "make"]


async def book(actor: Viewer, asked: Asked) -> Made:
    """Book, or raise Refused with every reason. The same wish again finds the booking made."""
    await settling.settle([asked.machine_id])
    return await make(actor, asked)


async def make(actor: Viewer, asked: Asked) -> Made:
    """The same for who has settled before: a refusal undoes the transaction it happens in."""
    return await _book(actor, asked, for_whom(actor, asked))


async def check(actor: Viewer, asked: Asked) -> Judged:
    """What `book` would say. Nothing is written but what was due anyway."""
    whom = for_whom(actor, asked)
    await settling.settle([asked.machine_id])
    return await judged(actor, asked, whom, {})


@db.transactional
async def _book(actor: Viewer, asked: Asked, whom: int) -> Made:
    machine = await db.locked(Machine, asked.machine_id)
    member = await db.locked(Member, whom)
    if member.state != MemberState.ACTIVE:
        message = N_("There is no member of this number.")
        raise Refused(Problem("unknown_member", message, "member"))
    judgement = await judged(actor, asked, whom, {machine.id: machine})
    if same := same_wish(judgement.wish, whom, judgement.situation.rows):
        found = await Booking.objects().where(Booking.id == same.id).first()
        assert found is not None
        return Made(found, new=False)
    if judgement.problems:
        raise Denied(judgement)
    await must_be_in_project(whom, asked.project_id)
    booking = await insert(actor, asked, whom, judgement)
    return Made(booking, new=True)


async def judged(
    actor: Viewer, asked: Asked, whom: int, locked: dict[int, Machine], now: datetime | None = None
) -> Judged:
    """Load the situation and ask the rules: four statements, more for none."""
    situation = await known(whom, now or clock.now(), locked=locked)
    wish = asked.wish
    view = situation.view(wish.machine_id)
    reach = max(view.policy.max_duration, min(wish.period.length, LONGEST_USE))
    span = Period(wish.period.start, wish.period.start + reach + view.policy.turnaround_after)
    situation = situation.with_rows(await around([wish.machine_id], span, whom))
    facts = situation.facts(wish)
    found = rules.problems(wish, facts)
    if asked.override:
        found = rules.without_overridden(found, asked.override.rules, actor.role)
    return Judged(wish=wish, situation=situation, facts=facts, problems=found)


async def must_be_in_project(member_id: int, project_id: int | None) -> None:
    if project_id is None:
        return
    sql = "SELECT 1 AS found FROM project_member WHERE project = {} AND member = {}"
    if not await db.fetch(sql, project_id, member_id):
        message = N_("Choose one of your own projects.")
        raise Refused(Problem("not_in_project", message, "project"))


async def insert(actor: Viewer, asked: Asked, whom: int, judgement: Judged) -> Booking:
    """The row and its consequences. The guard of the database has the last word."""
    facts, situation, now = judgement.facts, judgement.situation, judgement.situation.now
    limits = facts.machine.limits
    unit = await seats.seat(judgement.wish, facts)
    stands_there = asked.via in ("qr", "kiosk") or actor.id != whom
    at_once = asked.intent == Intent.NOW or (
        stands_there and now >= asked.period.start - limits.checkin_opens_before
    )
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
        **making.columns(
            asked.period,
            limits,
            situation.place.zone,
            now,
            released=not situation.person.is_staff,
        ),
        **(arrived(actor, asked, whom, now) if at_once else {}),
    )
    if asked.override:
        booking.override = dump(asked.override.as_dict())
    with guards.guarded():
        await db.insert(booking)
    await told(actor, booking, situation, asked.override)
    return booking


def arrived(actor: Viewer, asked: Asked, whom: int, now: datetime) -> dict[str, Any]:
    """Made at the machine or by staff once its window is open: nobody has to check in again."""
    return {
        "status": Status.CHECKED_IN,
        "operator": whom,
        "checked_in_at": now,
        "checked_in_by": actor.id,
        "checked_in_via": asked.via,
    }
