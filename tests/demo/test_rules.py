"""The rules of booking themselves, asked about every booking of the demo's history."""

from dataclasses import replace

import pytest

from fablab.bookings import knowing, situation, taken
from fablab.bookings.rules import Wish, problems
from fablab.bookings.tables import BLOCKING, Booking
from fablab.core.periods import Period
from fablab.demo.machines import BROKEN
from fablab.machines.queries import catalogue

pytestmark = pytest.mark.usefixtures("committed_database")


async def test_every_use_would_have_been_accepted_when_it_was_made() -> None:
    """But for what the rules do not know yet: who is on duty, whether the second person agreed."""
    people: dict[int, situation.Situation] = {}
    broken = (await catalogue()).by_slug(BROKEN)
    uses = await Booking.objects().where(Booking.kind == "use", Booking.status.is_in(BLOCKING))
    assert len(uses) > 500
    for use in uses:
        if use.member not in people:
            people[use.member] = await knowing.known(use.member, use.made_at)
        rows = await taken.around([use.machine], use.period, use.member)
        then = replace(people[use.member], now=use.made_at, rows=rows)
        wish = Wish(machine_id=use.machine, period=use.period, booking_id=use.id)
        codes = {problem.code for problem in problems(wish, then.facts(wish))}
        codes -= {"supervision_required"} if use.supervisor else set()
        codes -= {"buddy_missing"} if use.buddy else set()
        codes -= {"machine_unavailable"} if broken and use.machine == broken.id else set()
        assert not codes, (codes, use.starts_wall, use.ends_wall)


async def test_the_rules_would_refuse_a_twin() -> None:
    """So that the test above can fail."""
    use = (
        await Booking.objects().where(Booking.status == "confirmed", Booking.kind == "use").first()
    )
    assert use
    rows = await taken.around([use.machine], Period(use.starts_at, use.ends_at))
    then = replace(await knowing.known(use.member, use.made_at), rows=rows)
    wish = Wish(machine_id=use.machine, period=use.period)
    assert "taken" in {problem.code for problem in problems(wish, then.facts(wish))}
