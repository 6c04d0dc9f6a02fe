"""The quotas in force, and what somebody has used of them."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from fablab.core import db, zones
from fablab.core.periods import Period
from fablab.core.words import Words
from fablab.lab.calendar import Calendar
from fablab.lab.place import Place
from fablab.machines.catalogue import Catalogue
from fablab.members.standing import PlanTerms, Standing
from fablab.members.tables import Plan
from fablab.quotas.measures import Hours, Measure, Span
from fablab.quotas.rules import Terms, Use, first_day
from fablab.quotas.tables import Quota

# A use is no longer than a week: what began earlier than this has no part in a period.
REACH = timedelta(days=8)
OPEN = ("pending", "confirmed", "checked_in")
_kept: tuple[Place, tuple[Terms, ...]] | None = None

# It reads the bookings table by name: bookings ask this package, not the other way round.
COUNTED = """kind = 'use'
  AND (status IN ('pending', 'confirmed', 'checked_in', 'completed', 'no_show')
       OR (status = 'cancelled' AND cancelled_at > starts_at))"""
USES = f"""
SELECT id, member, machine, status, starts_at, ends_at, finished_at, cancelled_at FROM booking
WHERE member IN {{}} AND starts_at >= {{}} AND {COUNTED}
ORDER BY starts_at, id
"""  # noqa: S608 - both parts are ours


async def in_force(lab: Place) -> tuple[Terms, ...]:
    """The lab's own quotas; plans' come with the members.

    They share the lab's stamp: as long as the place is the one read then, so are they.
    """
    global _kept
    if _kept and _kept[0] is lab:
        return _kept[1]
    rows = await Quota.select().where(Quota.active.eq(True)).order_by(Quota.id)
    found = tuple(terms(row) for row in rows)
    _kept = (lab, found)
    return found


@dataclass(frozen=True, slots=True)
class Kept:
    """A quota as it is stored, in force or switched off."""

    id: int
    active: bool
    terms: Terms


async def listed() -> list[Kept]:
    """All of them; those of plans stand with the plans."""
    return [kept(row) for row in await Quota.select().order_by(Quota.id)]


async def of_id(quota_id: int) -> Kept | None:
    row = await Quota.select().where(Quota.id == quota_id).first()
    return kept(row) if row else None


def kept(row: Mapping[str, Any]) -> Kept:
    return Kept(row["id"], bool(row["active"]), terms(row))


def terms(row: Mapping[str, Any]) -> Terms:
    return Terms(
        name=Words.parse(row["name"]),
        measure=Measure(row["measure"]),
        most=row["most"],
        span=Span(row["span"]),
        hours=Hours(row["hours"]),
        machine_id=row["machine"],
        category_id=row["category"],
        plan_id=row["plan"],
        role=row["role"],
    )


def binding(quotas: Iterable[Terms], person: Standing) -> tuple[Terms, ...]:
    """Those of the lab that bind a person, and what their plan says. Staff have none."""
    if person.is_staff:
        return ()
    plan = person.plan
    found = [each for each in quotas if each.binds(plan.id if plan else None, str(person.role))]
    return (*found, *(of_plan(plan) if plan else ()))


def of_plan(plan: PlanTerms | Plan) -> tuple[Terms, ...]:
    """What a plan says itself: hours of opening a week, bookings open at a time."""
    name, found = Words.parse(plan.name), []
    if plan.hours_per_week is not None:
        found.append(Terms(name=name, measure=Measure.HOURS, most=plan.hours_per_week * 60))
    if plan.open_bookings is not None:
        found.append(Terms(name=name, measure=Measure.OPEN, most=plan.open_bookings))
    return tuple(found)


def since(quotas: Collection[Terms], earliest: datetime, calendar: Calendar) -> datetime:
    """From when on bookings matter to somebody who books no earlier than that."""
    spans = [each.span for each in quotas if each.measure != Measure.OPEN]
    return since_spans(spans, earliest, calendar)


def since_spans(spans: Iterable[Span], earliest: datetime, calendar: Calendar) -> datetime:
    day = calendar.day_of(earliest)
    firsts = (first_day(day, span) for span in spans)
    return zones.midnight(min(firsts, default=day), calendar.zone) - REACH


async def uses(
    member_ids: Collection[int], start: datetime, machines: Catalogue
) -> dict[int, tuple[Use, ...]]:
    """What these members have booked from then on, by member. One statement."""
    found: dict[int, list[Use]] = {member: [] for member in member_ids}
    for row in await db.fetch(USES, db.among(member_ids), start):
        if each := use(row, machines):
            found[row["member"]].append(each)
    return {member: tuple(each) for member, each in found.items()}


def use(row: Mapping[str, Any], machines: Catalogue) -> Use | None:
    """None of what took no time at all: given up before it began to count."""
    # The words of a compound SELECT carry no types on SQLite.
    start, agreed = db.instant(row["starts_at"]), db.instant(row["ends_at"])
    assert start is not None
    assert agreed is not None
    ended = {"completed": "finished_at", "cancelled": "cancelled_at"}.get(row["status"])
    end = min(agreed, (ended and db.instant(row[ended])) or agreed)
    if end <= start:
        return None
    view = machines.by_id(row["machine"])
    return Use(
        booking_id=row["id"],
        machine_id=row["machine"],
        category_id=view.category.id if view and view.category else None,
        period=Period(start, end),
        is_open=row["status"] in OPEN,
    )
