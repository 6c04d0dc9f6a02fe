"""A party on the page of one of its bookings: which they are, and what may be done with all."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from fablab.bookings.pages.handling import handling_of
from fablab.bookings.parties.together import live, party_of
from fablab.bookings.tables import Booking, Status
from fablab.machines.catalogue import Catalogue, MachineView


@dataclass(frozen=True, slots=True)
class PartyShown:
    """`cancelling` of all of it is `free`, `late` (only as giving up) or empty."""

    rows: Sequence[tuple[Booking, MachineView]]
    may_check_in: bool
    may_finish: bool
    cancelling: str

    @property
    def is_many(self) -> bool:
        return len(self.rows) > 1


async def shown_party(
    booking: Booking, machines: Catalogue, now: datetime, staff: bool
) -> PartyShown | None:
    """One statement; none, and nothing to show, for one that is no party."""
    if booking.party is None:
        return None
    rows = await party_of(booking)
    seen = [(row, view) for row in rows if (view := machines.by_id(row.machine))]
    alive = {row.id for row in live(rows)}
    may = [handling_of(row, view, now, staff) for row, view in seen if row.id in alive]
    waiting = [each for each in may if each.may_check_in]
    running = [row for row, _ in seen if row.status == Status.CHECKED_IN]
    ways = {each.cancelling for each in may}
    many = len(alive) > 1
    return PartyShown(
        rows=seen,
        may_check_in=many and bool(waiting) and len(waiting) + len(running) == len(alive),
        may_finish=len(running) > 1,
        cancelling=("late" if "late" in ways else "free") if many and "" not in ways else "",
    )
