"""What the schedule must know of whoever looks at it."""

from dataclasses import replace
from datetime import date, datetime
from functools import partial

from fablab.bookings.knowing import known_in
from fablab.bookings.pages.day import Needs
from fablab.bookings.pages.looking import Looking
from fablab.bookings.rules import Need
from fablab.bookings.situation import Situation
from fablab.bookings.usable import missing
from fablab.core import zones
from fablab.core.kept import Lately
from fablab.core.versions import Stamps
from fablab.lab.place import Place
from fablab.machines.catalogue import Catalogue, Required
from fablab.members.viewer import Viewer

MOST_PEOPLE = 2_000
_people: Lately[Situation] = Lately(MOST_PEOPLE)


async def sight(
    viewer: Viewer | None,
    place: Place,
    machines: Catalogue,
    stamps: Stamps,
    now: datetime,
    day: date,
) -> tuple[Looking, Needs]:
    """Who looks, and what keeps them from which machine. Two statements, none for visitors."""
    if viewer is None:
        return Looking(now=now, calendar=place.calendar, stamps=stamps), {}
    reading = partial(known_in, place, machines, viewer.id, now)
    situation = await _people.read(stamps.as_of, viewer.id, reading)
    looking = Looking(
        now=now,
        calendar=place.calendar,
        staff=viewer.is_staff,
        plan_horizon=situation.person.plan_horizon,
        stamps=stamps,
    )
    # Of what was read a while ago, holds may have ended by now: nothing here asks about them.
    return looking, {} if viewer.is_staff else needs_of(replace(situation, now=now), day)


def needs_of(situation: Situation, day: date) -> Needs:
    """Machines that ask for the same certifications lack the same."""
    at = max(situation.now, zones.midnight(day, situation.place.zone))
    found: dict[tuple[Required | None, ...], tuple[Need, ...]] = {}
    needs: dict[int, tuple[Need, ...]] = {}
    for view in situation.catalogue.visible():
        asked = (view.requires, view.base)
        if asked not in found:
            found[asked] = missing(situation, view, at)
        if found[asked]:
            needs[view.id] = found[asked]
    return needs
