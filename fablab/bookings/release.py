"""Nobody came: the slot is free again, the owner told, a strike counted. Once, whoever asks."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from fablab.activity.actions import Change, record_all
from fablab.bookings import strikes
from fablab.bookings.making import release_time
from fablab.bookings.situation import limits
from fablab.bookings.tables import Booking, Status
from fablab.bookings.telling import by_itself, of_row
from fablab.bookings.waitlist.freed import freed
from fablab.core import clock, db, heartbeat, versions
from fablab.core.periods import Period
from fablab.lab.queries import place
from fablab.machines.catalogue import Catalogue, MachineView
from fablab.machines.queries import catalogue
from fablab.machines.tables import Machine
from fablab.members.tables import Member
from fablab.notifications.actions import Notice, notify_all

MOST_AT_ONCE = 200
DUE = """
SELECT id, machine, member FROM booking WHERE status = 'confirmed' AND release_at <= {}
ORDER BY release_at LIMIT {}
"""
DUE_AT = """
SELECT id, machine, member FROM booking
WHERE status = 'confirmed' AND release_at <= {} AND machine + 0 IN {}
ORDER BY release_at LIMIT {}
"""
# The update decides: of two processes only one is given the row back.
RELEASE = """
UPDATE booking SET status = 'no_show', remind_at = NULL, sequence = sequence + 1,
    busy_until = CASE WHEN starts_at > {} THEN starts_at ELSE {} END
WHERE id IN {} AND status = 'confirmed' AND release_at <= {}
RETURNING id, machine, member, starts_at, ends_at, made_at, spared, party
"""
STRUCK = """
SELECT b.party FROM strike s JOIN booking b ON b.id = s.booking WHERE b.party IN {}
"""


async def release_due(machine_ids: Iterable[int] | None = None) -> int:
    """Free every slot whose grace is over, and return how many. One read when none is due.

    A sweep waits while no page is served: nobody could check in, and the pages' return moves
    these releases (`reopen_after_downtime`).
    """
    now = clock.now()
    if machine_ids is None:
        due = await db.fetch(DUE, now, MOST_AT_ONCE)
        if due and await heartbeat.away(heartbeat.PAGES, now):
            return 0
    else:
        due = await db.fetch(DUE_AT, now, db.among(machine_ids), MOST_AT_ONCE)
    return await _release(due, now) if due else 0


@db.transactional
async def _release(due: list[dict[str, Any]], now: datetime) -> int:
    ids, freed_at = [row["id"] for row in due], {row["machine"] for row in due}
    await db.locked_all(Machine, freed_at)
    await db.locked_all(Member, {row["member"] for row in due if row["member"]})
    stamps = await versions.of("lab", "machines")
    lab, machines = await place(stamps), await catalogue(stamps)
    found = await db.fetch(RELEASE, now, now, db.among(sorted(ids)), now)
    rows = sorted(found, key=lambda row: (row["starts_at"], row["id"]))
    deserving = await once_a_party(
        [row for row in rows if deserves_strike(row, view_of(machines, row).policy.grace)]
    )
    held = await strikes.strike(deserving, lab.policy, now)
    struck = {row["id"]: row["member"] for row in deserving}
    last = {member: booking for booking, member in struck.items()}  # which tells of the hold
    await record_all([change(row, row["id"] in struck) for row in rows])
    await notify_all(
        [
            notice(
                row,
                view_of(machines, row),
                strike=row["id"] in struck,
                held_until_at=held.get(row["member"]) if row["id"] in last.values() else None,
            )
            for row in rows
        ]
    )
    await freed(freed_at)
    return len(rows)


async def once_a_party(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Without those of whose party another one has a strike: one absence counts once."""
    marks = {row["party"] for row in rows if row["party"]}
    if not marks:
        return rows
    struck = {row["party"] for row in await db.fetch(STRUCK, db.among(sorted(marks)))}
    first = {row["party"]: row["id"] for row in reversed(rows)}
    return [
        row
        for row in rows
        if not row["party"] or (row["party"] not in struck and first[row["party"]] == row["id"])
    ]


def view_of(machines: Catalogue, row: Mapping[str, Any]) -> MachineView:
    view = machines.by_id(row["machine"])
    assert view is not None
    return view


def change(row: Mapping[str, Any], strike: bool) -> Change:
    after = {"status": Status.NO_SHOW, "strike": strike}
    return by_itself("released", row, {"status": Status.CONFIRMED}, after)


def notice(row: Mapping[str, Any], view: MachineView, **more: Any) -> Notice:
    known = of_row(row, view) | more
    return Notice(row["member"], "bookings/released", f"released:{row['id']}", known)


def deserves_strike(row: Mapping[str, Any], grace: timedelta) -> bool:
    """Not after the pages were down, nor for a booking no longer than its grace."""
    starts_at, ends_at = db.instant(row["starts_at"]), db.instant(row["ends_at"])
    assert starts_at is not None
    assert ends_at is not None
    return not row["spared"] and ends_at - starts_at > grace


@db.transactional
async def reopen_after_downtime(since: datetime, until: datetime) -> int:
    """The pages were down: who could not check in gets the whole grace from now, and no strike."""
    stamps = await versions.stamps()
    machines = await catalogue(stamps)
    widest = max((each.policy.checkin_opens_before for each in machines.machines), default=None)
    rows = await Booking.objects().where(
        Booking.status == Status.CONFIRMED,
        Booking.release_at > since,
        Booking.starts_at < until + (widest or timedelta(0)),
        Booking.ends_at > until,
    )
    reopened = 0
    for booking in rows:
        view = machines.by_id(booking.machine)
        assert view is not None
        opens = booking.starts_at - view.policy.checkin_opens_before
        if not Period(opens, booking.release_at).overlaps(Period(since, until)):
            continue
        late = timedelta(minutes=booking.late_minutes)
        again = release_time(booking.period, limits(view), until, late)
        await Booking.update({Booking.release_at: again, Booking.spared: True}).where(
            Booking.id == booking.id, Booking.status == Status.CONFIRMED
        )
        reopened += 1
    await _spare_ended(since, until)
    return reopened


async def _spare_ended(since: datetime, until: datetime) -> None:
    """What ended while the pages were down is released all the same, without a strike."""
    await Booking.update({Booking.spared: True}).where(
        Booking.status == Status.CONFIRMED,
        Booking.release_at > since,
        Booking.ends_at <= until,
    )
