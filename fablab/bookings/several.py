"""Many bookings of one member written at once: a party, a series. All, or none of them."""

from collections.abc import Sequence
from dataclasses import replace

from fablab.activity.actions import Change
from fablab.bookings import guards, rows, seats, telling
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
    """The bookings, in the caller's transaction; their activity and who is told what is theirs.

    One statement however many there are, unless seats must be dealt anew. `granted` were judged
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
            await db.insert_known(made, "uid")
    return made


def changes(actor: Viewer, made: Sequence[Booking], granted: Sequence[Judged]) -> list[Change]:
    """The activity of bookings written together."""
    return [
        telling.made_by(actor, booking, each.override)
        for booking, each in zip(made, granted, strict=True)
    ]


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
