"""Writing offers: the row that holds the time, the line, the activity, and the message."""

import secrets
from collections.abc import Collection, Sequence
from datetime import datetime

from fablab.activity.actions import Change, record_all
from fablab.bookings import guards, making, seats
from fablab.bookings.rules import place
from fablab.bookings.rules.units import best_unit
from fablab.bookings.tables import Booking, Kind, Status
from fablab.bookings.waitlist.places import Fit
from fablab.bookings.waitlist.planning import Plan
from fablab.bookings.waitlist.queries import Entry
from fablab.bookings.waitlist.rules import Holding, held_until
from fablab.core import db
from fablab.lab.place import Place
from fablab.notifications.actions import Notice, notify_all

VIA = "waitlist"
# The update decides: of two machines that are offered to one entry only one gets it.
CLAIM = """
UPDATE waiting SET state = 'offered', skipped_codes = '' WHERE id IN {} AND state = 'waiting'
RETURNING id
"""


async def offer(plan: Plan, lab: Place, now: datetime) -> bool:
    """Write the plan. False when somebody in it was offered something else meanwhile."""
    claimed = await claim([entry.id for entry, _ in plan.offers])
    granted = [(entry, fit) for entry, fit in plan.offers if entry.id in claimed]
    made = await insert(granted, lab, now)
    await note_skipped(plan, now)
    await record_all([change(row) for row in made])
    told = [offered(row, fit) for row, (_, fit) in zip(made, granted, strict=True)]
    await notify_all([*told, *(skipped(*one) for one in plan.skipped.values())])
    return len(claimed) == len(plan.offers)


async def claim(entry_ids: Sequence[int]) -> set[int]:
    if not entry_ids:
        return set()
    return {row["id"] for row in await db.fetch(CLAIM, db.among(sorted(entry_ids)))}


async def insert(granted: Sequence[tuple[Entry, Fit]], lab: Place, now: datetime) -> list[Booking]:
    """The rows that hold the time. Two statements at most, unless seats must be dealt anew."""
    made: list[Booking] = []
    for entry, fit in granted:
        made.append(row(entry, fit, await unit_of(fit, made), lab, now))
    with guards.guarded():
        if len(made) == 1:
            await db.insert(made[0])
        elif made:
            await db.insert_known(made, "uid")
    return made


async def unit_of(fit: Fit, made: Collection[Booking]) -> int:
    """A free unit, beside those that are offered together with it."""
    wanted, units = place.busy(fit.wish, fit.facts), fit.facts.machine.units
    besides = {
        each.unit
        for each in made
        if each.machine == fit.wish.machine_id and each.busy.overlaps(wanted)
    }
    found = best_unit(wanted, fit.facts.blockers, units, besides)
    return found if found is not None else await seats.seat(fit.wish, fit.facts)


def row(entry: Entry, fit: Fit, unit: int, lab: Place, now: datetime) -> Booking:
    silent = fit.stretch.silent(fit.period)
    return Booking(
        uid=secrets.token_hex(16),
        kind=Kind.OFFER,
        status=Status.PENDING,
        machine=fit.wish.machine_id,
        unit=unit,
        member=entry.member_id,
        project=entry.project_id,
        made_at=now,
        made_via=VIA,
        material=entry.material,
        own_material=entry.own_material,
        waiting=entry.id,
        decide_by=held_until(fit.period.start, now, silent, Holding.of(lab.policy), lab.zone),
        busy_until=place.busy(fit.wish, fit.facts).end,
        **making.on_the_wall(fit.period, lab.zone),
    )


async def note_skipped(plan: Plan, now: datetime) -> None:
    """Which rules kept them, for their page. One statement."""
    if not plan.skipped:
        return
    cases = " ".join(["WHEN {} THEN CAST({} AS VARCHAR(200))"] * len(plan.skipped))
    pairs = [
        value for each, (_, fit) in plan.skipped.items() for value in (each, " ".join(fit.codes))
    ]
    sql = (
        f"UPDATE waiting SET skipped_at = {{}}, skipped_codes = CASE id {cases} END"  # noqa: S608
        " WHERE id IN {} AND state = 'waiting'"
    )
    await db.execute(sql, now, *pairs, db.among(plan.skipped))


def change(row: Booking) -> Change:
    after = {
        "machine": row.machine,
        "starts_at": row.starts_at,
        "ends_at": row.ends_at,
        "decide_by": row.decide_by,
    }
    return Change("offered", "booking", row.id, actor=None, member=row.member, after=after)


def offered(row: Booking, fit: Fit) -> Notice:
    view = fit.stretch.view
    known = {
        "booking": row.id,
        "machine": view.name,
        "tag": view.tag,
        "starts_at": row.starts_at,
        "ends_at": row.ends_at,
        "decide_by_at": row.decide_by,
    }
    return Notice(row.member, "bookings/offered", f"offered:{row.id}", known)


def skipped(entry: Entry, fit: Fit) -> Notice:
    """On their page alone, and once for each time that frees."""
    view, start = fit.stretch.view, fit.period.start
    known = {
        "machine": view.name,
        "tag": view.tag,
        "starts_at": start,
        "ends_at": fit.period.end,
        "codes": list(fit.codes),
    }
    key = f"skipped:{entry.id}:{view.id}:{start.isoformat()}"
    return Notice(entry.member_id, "bookings/waiting_skipped", key, known, by_mail=False)
