"""Several seats or machines as one wish: all are booked, or none."""

import secrets
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from fablab.activity.actions import record_all
from fablab.bookings import actions, judging, several
from fablab.bookings.asking import Asked, Denied, Judged, for_whom
from fablab.bookings.parties import telling
from fablab.bookings.parties.saying import problems_of
from fablab.bookings.parties.together import LIVE
from fablab.bookings.tables import Booking, Kind
from fablab.core import db
from fablab.machines.tables import Machine
from fablab.members.viewer import Viewer


class PartyDenied(Denied):
    """Refused, with every row's verdict: which are free is told, and other times follow."""

    def __init__(self, judged: Sequence[Judged]) -> None:
        first = next((each for each in judged if each.problems), judged[0])
        super().__init__(replace(first, problems=problems_of(judged)))
        self.all = tuple(judged)


@dataclass(frozen=True, slots=True)
class PartyMade:
    """Its bookings in the order asked for, and whether this request made them."""

    bookings: tuple[Booking, ...]
    new: bool


def marked(asked: Sequence[Asked]) -> list[Asked]:
    """With the mark they share. One alone is no party: what is asked of one is asked of it."""
    mark = secrets.token_hex(8) if len(asked) > 1 else None
    return [replace(each, party=mark) for each in asked]


async def book_party(actor: Viewer, asked: Sequence[Asked]) -> PartyMade:
    """All of one time; or PartyDenied with every reason, and nothing is booked.

    The same machines and seats again at the same time find the party there is. Whoever has
    settled the machines before calls this.
    """
    if len(asked) == 1:
        alone = await actions.make(actor, asked[0])
        return PartyMade((alone.booking,), alone.new)
    return await _book_party(actor, marked(asked), for_whom(actor, asked[0]))


async def check_party(actor: Viewer, asked: Sequence[Asked]) -> list[Judged]:
    """What `book_party` would say of each."""
    return await judging.judged_all(actor, marked(asked), for_whom(actor, asked[0]), {})


@db.transactional
async def _book_party(actor: Viewer, asked: Sequence[Asked], whom: int) -> PartyMade:
    machines = await db.locked_all(Machine, {each.machine_id for each in asked})
    await actions.hold_member(whom)
    if same := await same_party(asked, whom):
        return PartyMade(same, new=False)
    judged = await judging.judged_all(actor, asked, whom, {row.id: row for row in machines})
    if any(each.problems for each in judged):
        raise PartyDenied(judged)
    await actions.must_be_in_project(whom, asked[0].project_id)
    made = await several.write_all(actor, asked, judged, whom)
    await record_all(several.changes(actor, made, judged))
    await telling.made(actor, made, judged)
    return PartyMade(tuple(made), new=True)


async def same_party(asked: Sequence[Asked], whom: int) -> tuple[Booking, ...] | None:
    """The live bookings of exactly these machines and that time which were made as one."""
    period = asked[0].period
    rows = await Booking.objects().where(
        Booking.member == whom,
        Booking.kind == Kind.USE,
        Booking.status.is_in(list(LIVE)),
        Booking.starts_at == period.start,
        Booking.ends_at == period.end,
    )
    wanted = Counter(each.machine_id for each in asked)
    by_mark: dict[str, list[Booking]] = {}
    for row in sorted(rows, key=lambda each: each.id):
        if row.party is not None:
            by_mark.setdefault(row.party, []).append(row)
    for found in by_mark.values():
        if Counter(each.machine for each in found) == wanted:
            return tuple(found)
    return None
