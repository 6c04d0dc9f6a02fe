"""One wish as people word it: a machine, any of a family, several machines or seats at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from fablab.bookings import actions, any_of
from fablab.bookings.alternatives import Alternative, alternatives
from fablab.bookings.asking import Asked, Denied, for_whom
from fablab.bookings.parties import making, saying
from fablab.bookings.parties.instead import other_times
from fablab.bookings.tables import Booking
from fablab.core.errors import Problem
from fablab.members.viewer import Viewer


class Way(StrEnum):
    ONE = "one"
    ANY = "any"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Wanted:
    """`asked` is one wish, worded for each machine or seat; `way` says how many are meant."""

    asked: tuple[Asked, ...]
    way: Way = Way.ONE

    @property
    def machine_ids(self) -> list[int]:
        return sorted({each.machine_id for each in self.asked})


@dataclass(frozen=True, slots=True)
class MadeAll:
    bookings: tuple[Booking, ...]
    new: bool


@dataclass(frozen=True, slots=True)
class Said:
    """What would be said of a wish: every reason, and what could be had instead."""

    problems: tuple[Problem, ...]
    others: Sequence[Alternative]


async def make(actor: Viewer, wanted: Wanted) -> MadeAll:
    """Book it, or raise Denied. For who has settled the machines before."""
    if wanted.way == Way.ALL:
        party = await making.book_party(actor, wanted.asked)
        return MadeAll(party.bookings, party.new)
    if wanted.way == Way.ANY:
        made = await any_of.book_any(actor, wanted.asked)
    else:
        made = await actions.make(actor, wanted.asked[0])
    return MadeAll((made.booking,), made.new)


async def check(actor: Viewer, wanted: Wanted) -> Said:
    """What `make` would say. Nothing is written. For who has settled the machines before."""
    if wanted.way == Way.ALL and len(wanted.asked) > 1:
        found = await making.check_party(actor, wanted.asked)
        reasons = saying.problems_of(found)
        return Said(reasons, await other_times(found) if reasons else ())
    if wanted.way == Way.ANY:
        judged = await any_of.check_any(actor, wanted.asked)
    else:
        asked = wanted.asked[0]
        judged = await actions.judged(actor, asked, for_whom(actor, asked), {})
    reasons = judged.problems
    return Said(reasons, await alternatives(judged.situation, judged.wish) if reasons else ())


async def instead(denied: Denied) -> Sequence[Alternative]:
    """What could be had instead of what was refused, whichever way it was asked for."""
    if isinstance(denied, making.PartyDenied):
        return await other_times(denied.all)
    return await alternatives(denied.judged.situation, denied.judged.wish)
