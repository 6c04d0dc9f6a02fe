"""Finding a time: every opening of many machines in the coming days, each passing every rule."""

import time
from datetime import timedelta
from typing import Any

from bench.inside.answering import answer
from fablab.bookings.finding import looking
from fablab.bookings.finding.search import Found, Sought
from fablab.bookings.knowing import known_in
from fablab.core import clock, db, zones
from fablab.core.periods import Period
from fablab.demo.generating import SLUG
from fablab.lab.place import Place
from fablab.lab.queries import read_place
from fablab.machines.catalogue import Catalogue
from fablab.machines.queries import catalogue
from fablab.members.tables import Member

A_DAY = timedelta(days=1)


async def measure(turns: int, machines: int, days: int, minutes: int) -> dict[str, Any]:
    """Milliseconds of each turn, the openings that were found, and statements of one."""
    async with db.connected():
        lab, views = await read_place(), await catalogue()
        member = await Member.objects().where(Member.email.like("member-%")).first()
        assert member is not None
        wanted = sought(lab, views, machines, days, minutes)
        took = []
        for _ in range(turns + 2):
            began = time.perf_counter()
            found = await looked_for(lab, views, member.id, wanted)
            took.append((time.perf_counter() - began) * 1000)
        with db.counting() as counted:
            await looked_for(lab, views, member.id, wanted)
        assert found, "Nothing is free for this member: there is nothing to measure."
        return {"taken": took[2:], "openings": len(found), "statements": counted.count}


def sought(lab: Place, views: Catalogue, machines: int, days: int, minutes: int) -> Sought:
    """From tomorrow on."""
    chosen = tuple(view for view in views.visible() if view.slug.startswith(SLUG) and view.works)
    first = zones.midnight(lab.calendar.day_of(clock.now()) + A_DAY, lab.zone)
    span = Period(first, first + A_DAY * days)
    return Sought(chosen[:machines], timedelta(minutes=minutes), span)


async def looked_for(lab: Place, views: Catalogue, member_id: int, wanted: Sought) -> list[Found]:
    situation = await known_in(lab, views, member_id, clock.now())
    return list(await looking.find(situation, wanted))


if __name__ == "__main__":
    answer(measure)
