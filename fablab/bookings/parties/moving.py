"""Another time for a party: all of its bookings go there, or none does."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from fablab.activity.actions import record_all
from fablab.bookings import buddies, judging, rewriting
from fablab.bookings.asking import Judged, Override
from fablab.bookings.knowing import known
from fablab.bookings.moving import move_all
from fablab.bookings.parties import telling, together
from fablab.bookings.parties.making import PartyDenied
from fablab.bookings.queries import changed_wish
from fablab.bookings.rules import Wish
from fablab.bookings.situation import Situation
from fablab.bookings.tables import Booking
from fablab.bookings.telling import moved_by, place_of
from fablab.bookings.waitlist.freed import freed
from fablab.core import clock, db
from fablab.core.periods import Period
from fablab.machines.tables import Machine
from fablab.members.viewer import Viewer

What = tuple[str | None, bool | None]


@dataclass(frozen=True, slots=True)
class Move:
    """What shall be different: the times of all; the machine and `what` goes in, of one."""

    booking_id: int
    starts_at: datetime | None
    ends_at: datetime | None
    machine_id: int | None
    what: What = (None, None)

    def wish(self, row: Booking) -> Wish:
        start = self.starts_at or row.starts_at
        period = Period(start, self.ends_at or start + row.period.length)
        if row.id != self.booking_id:
            return changed_wish(row, period, row.machine)
        return changed_wish(row, period, self.machine_id or row.machine, *self.what)


async def move_party(
    actor: Viewer, booking: Booking, move: Move, override: Override | None
) -> Booking:
    """The booking asked about, as it is then. Raises PartyDenied and changes nothing."""
    machines = await together.settled(booking, move.machine_id)
    return await _move(actor, booking, move, override, machines)


@db.transactional
async def _move(
    actor: Viewer, booking: Booking, move: Move, override: Override | None, machines: set[int]
) -> Booking:
    rows, locked = await together.held(actor, booking, machines)
    chosen = next(row for row in rows if row.id == move.booking_id)
    others = [row for row in together.live(rows) if row.id != chosen.id]
    going = [chosen, *others]  # what is said of it names the one that was asked about
    wishes = {row.id: move.wish(row) for row in going}
    for row in going:
        rewriting.must_be_changeable(row, wishes[row.id])
    going = [row for row in going if not rewriting.is_unchanged(row, wishes[row.id])]
    if not going:
        return chosen
    judged = await judged_anew(actor, going, [wishes[row.id] for row in going], override, locked)
    before = [place_of(row) for row in going]
    await move_all(going, judged)
    moves = zip(going, judged, before, strict=True)
    await record_all([moved_by(actor, *each) for each in moves])
    await telling.moved(actor, going, judged, before[0])
    await freed(sorted(machines))
    return chosen


async def judged_anew(
    actor: Viewer,
    rows: Sequence[Booking],
    wishes: Sequence[Wish],
    override: Override | None,
    locked: dict[int, Machine],
) -> list[Judged]:
    """Each as if those before it had moved, and none where it was."""
    first = rows[0]
    by_staff = actor.acts_as_staff and actor.id != first.member
    situation = await known(first.member, clock.now(), locked=locked, by_staff=by_staff)
    situation = await judging.surrounded(situation, wishes)
    situation = await buddies.of_booking(without(situation, rows), first)
    judged = []
    for wish in wishes:
        found = judging.judged_with(actor, override, wish, situation)
        if not found.problems:
            situation = situation.having(wish)
        judged.append(found)
    if any(each.problems for each in judged):
        raise PartyDenied(judged)
    return judged


def without(situation: Situation, rows: Sequence[Booking]) -> Situation:
    going = {row.id for row in rows}
    return situation.with_rows(tuple(row for row in situation.rows if row.id not in going))
