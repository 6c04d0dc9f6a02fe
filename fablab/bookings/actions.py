"""Booking a machine. Settle first, then judge and write in one transaction."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from fablab.activity.actions import record
from fablab.bookings import guards, making, rules, seats, settling
from fablab.bookings.queries import same_wish
from fablab.bookings.rules import Facts, Intent, Wish
from fablab.bookings.situation import Situation, around, known
from fablab.bookings.tables import Booking, Status
from fablab.core import clock, db
from fablab.core.errors import Forbidden, Problem, Refused
from fablab.core.facts import dump
from fablab.core.periods import Period
from fablab.core.words import N_
from fablab.machines.tables import Machine
from fablab.members.tables import Member
from fablab.members.viewer import Viewer
from fablab.notifications.actions import notify


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """What staff set aside, and why. Recorded with the booking."""

    rules: frozenset[str]
    reason: str

    def as_dict(self) -> dict[str, Any]:
        return {"rules": sorted(self.rules), "reason": self.reason}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What somebody asks for: a machine for a while, for themselves unless staff say for whom.

    `via` is `web`, `api`, `qr`, `kiosk` or `desk`. With intent `now` the start is this minute.
    """

    machine_id: int
    period: Period
    intent: Intent = Intent.NEW
    member_id: int | None = None
    project_id: int | None = None
    note: str = ""
    via: str = "web"
    override: Override | None = None

    @property
    def wish(self) -> Wish:
        return Wish(machine_id=self.machine_id, period=self.period, intent=self.intent)


@dataclass(frozen=True, slots=True)
class Made:
    """The booking, and whether this request made it or found it."""

    booking: Booking
    new: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A wish with everything known about it, and what stands against it."""

    wish: Wish
    situation: Situation
    facts: Facts
    problems: tuple[Problem, ...] = field(default=())


async def book(actor: Viewer, asked: Asked) -> Made:
    """Book, or raise Refused with every reason. The same wish again finds the booking made."""
    whom = for_whom(actor, asked)
    await settling.settle([asked.machine_id])
    return await _book(actor, asked, whom)


async def check(actor: Viewer, asked: Asked) -> Judged:
    """What `book` would say. Nothing is written but what was due anyway."""
    whom = for_whom(actor, asked)
    await settling.settle([asked.machine_id])
    return await judged(actor, asked, whom, {})


def for_whom(actor: Viewer, asked: Asked) -> int:
    """The member booked for: only staff book for others or set rules aside."""
    if asked.member_id not in (None, actor.id) and not actor.is_staff:
        raise Forbidden("Only staff book for somebody else.", "member")
    if asked.override and not actor.is_staff:
        raise Forbidden("Only staff set rules aside.", "override")
    return asked.member_id or actor.id


@db.transactional
async def _book(actor: Viewer, asked: Asked, whom: int) -> Made:
    machine = await db.locked(Machine, asked.machine_id)
    await db.locked(Member, whom)
    judgement = await judged(actor, asked, whom, {machine.id: machine})
    if same := same_wish(judgement.wish, whom, judgement.situation.rows):
        found = await Booking.objects().where(Booking.id == same.id).first()
        assert found is not None
        return Made(found, new=False)
    if judgement.problems:
        raise Refused(*judgement.problems)
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
    reach = max(view.policy.max_duration, wish.period.length)
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
    at_once = asked.intent == Intent.NOW or (
        asked.via in ("qr", "kiosk", "desk")
        and now >= asked.period.start - limits.checkin_opens_before
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
        await booking.save()
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
