"""The second adult of a machine that is used by two: what is known of whom somebody named."""

from collections.abc import Sequence
from dataclasses import replace

from fablab.bookings.asking import Asked
from fablab.bookings.knowing import person_facts
from fablab.bookings.rules import PersonFacts
from fablab.bookings.rules.awaiting import BUDDY
from fablab.bookings.rules.company import Buddy
from fablab.bookings.situation import Situation
from fablab.bookings.tables import Booking
from fablab.core import db
from fablab.core.periods import Period
from fablab.members.standing import standings
from fablab.training import queries as training

# Where they stand themselves, and where they agreed to stand by.
ENGAGED = """
SELECT id, machine, starts_at, ends_at, 0 AS beside FROM booking
WHERE member = {} AND ends_at > {} AND kind = 'use'
  AND status IN ('pending', 'confirmed', 'checked_in')
UNION ALL
SELECT id, machine, starts_at, ends_at, 1 AS beside FROM booking
WHERE buddy = {} AND buddy IS NOT NULL AND buddy_agreed_at IS NOT NULL AND ends_at > {}
  AND status IN ('pending', 'confirmed', 'checked_in')
"""


async def joined(situation: Situation, asked: Sequence[Asked]) -> Situation:
    """With what is known of the buddy who was named; nothing is asked where none was."""
    named = {
        each.buddy_id
        for each in asked
        if each.buddy_id and situation.view(each.machine_id).buddy_required
    }
    return await accompanied(situation, next(iter(named), None))


async def of_booking(situation: Situation, booking: Booking) -> Situation:
    """The same for a booking that exists: its buddy agreed if it does not wait for them."""
    return await accompanied(situation, booking.buddy, agreed=BUDDY not in booking.awaits.split())


async def accompanied(
    situation: Situation, buddy_id: int | None, *, agreed: bool = False
) -> Situation:
    """With that buddy. Three statements, none without one."""
    if buddy_id is None:
        return situation
    return replace(situation, buddy=await read(situation, buddy_id, agreed))


async def read(situation: Situation, buddy_id: int, agreed: bool) -> Buddy:
    """Nobody accompanies themselves: then what is found fits no machine."""
    known = await standings([buddy_id], situation.now)
    if buddy_id == situation.person.id or buddy_id not in known:
        return Buddy(person=PersonFacts(id=buddy_id), is_active=False)
    base, person = situation.catalogue.base, known[buddy_id]
    return Buddy(
        person=person_facts(person),
        is_active=person.may_act,
        agreed=agreed,
        base=base.certification_id if base else None,
        certificates=await training.held(buddy_id, situation.place.zone) if base else (),
        engaged=await engaged(situation, buddy_id),
    )


async def engaged(situation: Situation, member_id: int) -> tuple[tuple[int, Period], ...]:
    """A machine that needs nobody beside it, such as a printer at night, keeps nobody away."""
    found = []
    for row in await db.fetch(ENGAGED, member_id, situation.now, member_id, situation.now):
        view = situation.catalogue.by_id(row["machine"])
        if view and (row["beside"] or situation.machine(view).attended):
            start, end = db.instant(row["starts_at"]), db.instant(row["ends_at"])
            assert start is not None
            assert end is not None
            found.append((row["id"], Period(start, end)))
    return tuple(found)
