"""When a party is refused: the nearest other times at which all of it may be had."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import islice

from fablab.bookings import rules
from fablab.bookings.alternatives import AHEAD, BACK, MOST, MOST_TRIED, Alternative
from fablab.bookings.asking import Judged
from fablab.bookings.choices import grid
from fablab.bookings.rules import Wish
from fablab.bookings.rules.times import LONGEST_USE
from fablab.bookings.situation import Situation
from fablab.bookings.taken import around
from fablab.core.periods import Period


async def other_times(judged: Sequence[Judged]) -> list[Alternative]:
    """Up to five, the nearest first, named by the first machine. One statement."""
    situation, wishes = judged[0].situation, [each.wish for each in judged]
    wished = wishes[0].period
    if not timedelta(0) < wished.length <= LONGEST_USE:
        return []
    span = Period(max(situation.now, wished.start - BACK), wished.end + AHEAD)
    machines = {wish.machine_id for wish in wishes}
    rows = await around(machines, span, situation.person.id)
    going = {wish.booking_id for wish in wishes}
    rows = tuple(row for row in rows if row.id not in going)
    return list(islice(found(situation.with_rows(rows), wishes, span), MOST))


def found(situation: Situation, wishes: Sequence[Wish], span: Period) -> Iterator[Alternative]:
    view, wished = situation.view(wishes[0].machine_id), wishes[0].period
    starts = sorted(
        grid(span.start, span.end, situation, view), key=lambda at: abs(at - wished.start)
    )
    tried, told = 0, list[Period]()
    for start in starts:
        period = Period(start, start + wished.length)
        closed = situation.closing(view, period) is not None
        if start == wished.start or closed or any(period.overlaps(each) for each in told):
            continue
        tried += 1
        if tried > MOST_TRIED:
            return
        if all_pass(situation, [replace(wish, period=period) for wish in wishes]):
            told.append(period)
            yield Alternative(view, period, "same_machine")


def all_pass(situation: Situation, wishes: Sequence[Wish]) -> bool:
    """Each as if those before it were granted."""
    for wish in wishes:
        if rules.problems(wish, situation.facts(wish)):
            return False
        situation = situation.having(wish)
    return True
