"""Many bookings of one member written at once: a party, a series. All, or none of them."""

from collections.abc import Sequence
from dataclasses import replace

from fablab.activity.actions import Change, record_all
from fablab.bookings import guards, rows, seats
from fablab.bookings.asking import Asked, Judged
from fablab.bookings.rules import Facts, place
from fablab.bookings.rules.units import best_unit
from fablab.bookings.tables import Booking
from fablab.bookings.taken import around
from fablab.core import db
from fablab.members.viewer import Viewer


async def write_all(
    actor: Viewer, asked: Sequence[Asked], granted: Sequence[Judged], whom: int
) -> list[Booking]:
    """The bookings with their activity, in the caller's transaction; who is told what is theirs.

    Four statements however many there are, unless seats must be dealt anew. `granted` were judged
    together (`judging.judged_all`) and break no rule.
    """
    units = chosen_units(granted)
    made = []
    if units is None:
        for one, judgement in zip(asked, granted, strict=True):
            unit = await seats.seat(judgement.wish, await as_stored(judgement))
            booking = rows.row(actor, one, whom, judgement, unit)
            with guards.guarded():
                await db.insert(booking)
            made.append(booking)
    else:
        made = [
            rows.row(actor, one, whom, judgement, unit)
            for one, judgement, unit in zip(asked, granted, units, strict=True)
        ]
        with guards.guarded():
            await db.insert_all(made)
        await numbered(made)
    await record_all(
        [change(actor, booking, each) for booking, each in zip(made, granted, strict=True)]
    )
    return made


async def as_stored(judged: Judged) -> Facts:
    """The facts with what is written by now, the rows of this very request included."""
    wanted = place.busy(judged.wish, judged.facts)
    rows = await around([judged.wish.machine_id], wanted)
    return replace(judged.facts, blockers=rows)


def chosen_units(granted: Sequence[Judged]) -> list[int] | None:
    """A free unit for each; None where only dealing anew would seat them all."""
    chosen: list[tuple[int, int, Judged]] = []
    for each in granted:
        wanted, machine = place.busy(each.wish, each.facts), each.facts.machine
        taken = {
            unit
            for machine_id, unit, other in chosen
            if machine_id == machine.id and place.busy(other.wish, other.facts).overlaps(wanted)
        }
        stored = [row for row in each.facts.blockers if row.id]
        unit = best_unit(wanted, stored, machine.units, taken)
        if unit is None:
            return None
        chosen.append((machine.id, unit, each))
    return [unit for _, unit, _ in chosen]


async def numbered(made: Sequence[Booking]) -> None:
    """The ids that the database gave."""
    sql = "SELECT id, uid FROM booking WHERE uid IN {}"
    ids = {row["uid"]: row["id"] for row in await db.fetch(sql, db.among(b.uid for b in made))}
    for booking in made:
        booking["id"], booking._exists_in_db = ids[booking.uid], True


def change(actor: Viewer, booking: Booking, granted: Judged) -> Change:
    after = {
        "machine": booking.machine,
        "starts_at": booking.starts_at,
        "ends_at": booking.ends_at,
        "status": str(booking.status),
    }
    override = granted.override
    if override:
        after["override"] = override.as_dict()
    return Change(
        "made",
        "booking",
        booking.id,
        actor=actor.id,
        member=booking.member,
        after=after,
        reason=override.reason if override else "",
    )
