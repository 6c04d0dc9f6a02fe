"""Any machine of a family: whoever asks gets one that is free and that they may use."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from fablab.bookings import actions, buddies, judging
from fablab.bookings.asking import Asked, Denied, Judged, Made, for_whom
from fablab.bookings.knowing import known
from fablab.bookings.queries import same_wish
from fablab.bookings.rules.awaiting import awaits
from fablab.bookings.tables import Booking
from fablab.core import clock, db
from fablab.machines.tables import Machine
from fablab.members.viewer import Viewer

IN_THE_WAY = frozenset({"taken", "on_hold"})
Choice = tuple[Asked, Judged]


async def book_any(actor: Viewer, asked: Sequence[Asked]) -> Made:
    """Book the first that is free, or raise Denied with what is said of the likeliest.

    `asked` is one wish, worded for each machine of the family in its order. Whoever has settled
    them before calls this. A booking at that very time in the family is the same wish again.
    """
    return await _book_any(actor, asked, for_whom(actor, asked[0]))


@db.transactional
async def _book_any(actor: Viewer, asked: Sequence[Asked], whom: int) -> Made:
    locked = {row.id: row for row in await db.locked_all(Machine, ids(asked))}
    await actions.hold_member(whom)
    found = await judged_each(actor, asked, whom, locked)
    for _, judgement in found:
        if same := same_wish(judgement.wish, whom, judgement.situation.rows):
            return Made(await db.locked(Booking, same.id), new=False)
    one, judgement = best(found)
    if judgement.problems:
        raise Denied(judgement)
    await actions.must_be_in_project(whom, one.project_id)
    return Made(await actions.insert(actor, one, whom, judgement), new=True)


async def check_any(actor: Viewer, asked: Sequence[Asked]) -> Judged:
    """What `book_any` would say."""
    return best(await judged_each(actor, asked, for_whom(actor, asked[0]), {}))[1]


def ids(asked: Sequence[Asked]) -> list[int]:
    return [each.machine_id for each in asked]


async def judged_each(
    actor: Viewer, asked: Sequence[Asked], whom: int, locked: dict[int, Machine]
) -> list[Choice]:
    """Each machine alone, with the same statements as one."""
    situation = await known(whom, clock.now(), locked=locked, by_staff=actor.id != whom)
    wishes = [each.wish for each in asked]
    situation = await judging.surrounded(situation, wishes)
    situation = await buddies.joined(situation, asked)
    return [
        (one, judging.judge(actor, one, wish, situation))
        for one, wish in zip(asked, wishes, strict=True)
    ]


def best(found: Sequence[Choice]) -> Choice:
    """One that waits for nobody and leaves the least room behind it, so that long gaps stay whole.

    When all are refused: one that only somebody else's time stands in the way of, free soonest.
    """
    granted = [each for each in found if not each[1].problems]
    if granted:
        return min(granted, key=lambda each: (bool(waits(each[1])), room_after(each[1])))
    return min(found, key=lambda each: (others(each[1]), free_at(each[1])))


def waits(judgement: Judged) -> tuple[str, ...]:
    return awaits(judgement.wish, judgement.facts)


def room_after(judgement: Judged) -> timedelta:
    """Until the next one of the same machine; endless where nobody comes soon."""
    end = judgement.wish.period.end
    later = [row.busy.start for row in judgement.facts.blockers if row.busy.start >= end]
    return min(later, default=datetime.max.replace(tzinfo=end.tzinfo)) - end


def others(judgement: Judged) -> int:
    """How many rules besides those about who has it already."""
    return sum(problem.code not in IN_THE_WAY for problem in judgement.problems)


def free_at(judgement: Judged) -> datetime:
    times = [
        instant
        for problem in judgement.problems
        if problem.code in IN_THE_WAY
        for instant in problem.nearest or ()
    ]
    return max(times, default=datetime.max.replace(tzinfo=judgement.wish.period.end.tzinfo))
