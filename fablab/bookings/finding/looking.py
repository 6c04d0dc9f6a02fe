"""Reading what a search needs: the person, the rows, what they have used. Then it is pure."""

from collections.abc import Iterator
from datetime import timedelta

from fablab.bookings.finding.search import Found, Sought, search
from fablab.bookings.knowing import with_uses
from fablab.bookings.situation import Situation
from fablab.bookings.taken import around
from fablab.core.periods import Period


async def looked(situation: Situation, sought: Sought) -> Situation:
    """With the rows of these machines in the span; two statements."""
    ids = [view.id for view in sought.machines]
    if not ids:
        return situation
    longest = max(view.policy.turnaround_after for view in sought.machines)
    span = Period(sought.span.start, sought.span.end + longest + timedelta(minutes=1))
    rows = await around(ids, span, situation.person.id)
    return await with_uses(situation.with_rows(rows), span.start)


async def find(situation: Situation, sought: Sought) -> Iterator[Found]:
    return search(await looked(situation, sought), sought)
