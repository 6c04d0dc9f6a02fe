"""What people of the demo use lies within the lab's quotas and their plans'."""

import pytest

from fablab.core import clock
from fablab.lab.queries import place
from fablab.machines.queries import catalogue
from fablab.members.standing import standings
from fablab.members.tables import Member
from fablab.quotas import queries
from fablab.quotas.measures import Measure
from fablab.quotas.queries import REACH
from fablab.quotas.rules import first_day, standing

pytestmark = pytest.mark.usefixtures("committed_database")


async def test_nobody_of_the_history_is_beyond_a_limit_of_time() -> None:
    lab, machines, now = await place(), await catalogue(), clock.now()
    ids = [row["id"] for row in await Member.select(Member.id)]
    uses = await queries.uses(ids, now - REACH * 20, machines)
    quotas = await queries.in_force(lab)
    assert len(quotas) == 2
    looked_at = 0
    for member, person in (await standings(ids, now)).items():
        for terms in queries.binding(quotas, person):
            if terms.measure == Measure.OPEN:
                continue
            days = {lab.calendar.day_of(use.period.start) for use in uses[member]}
            for first in {first_day(day, terms.span) for day in days}:
                tally = standing(terms, uses[member], first, now, lab.calendar)
                assert tally.before <= terms.most, (terms, person.number, first)
                looked_at += bool(tally.before)
    assert looked_at > 50
