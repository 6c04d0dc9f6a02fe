"""What the address of a booking form says, and what its reader may choose: read the same way by
the forms of bookings, of series and of changes."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from fablab.bookings.knowing import known_in
from fablab.bookings.offering import first_day
from fablab.bookings.pages import days
from fablab.bookings.pages.whom import Whom, whom
from fablab.bookings.queries import names_of_projects
from fablab.bookings.rules import may_set_aside
from fablab.bookings.situation import Situation
from fablab.core import clock, i18n, zones
from fablab.core.errors import Problem, Refused
from fablab.core.words import Words
from fablab.lab.place import Place
from fablab.machines.catalogue import Catalogue
from fablab.members.viewer import Viewer


async def person_of(
    viewer: Viewer, number: str | None, text: str | None
) -> tuple[Whom, tuple[Problem, ...]]:
    """Whom it is for, and why nobody is found."""
    try:
        return await whom(viewer, number, text), ()
    except Refused as refused:
        return Whom(text=number or ""), refused.problems


async def situation_of(
    viewer: Viewer, place: Place, machines: Catalogue, person: Whom
) -> Situation:
    member = person.chosen.id if person.chosen else viewer.id
    return await known_in(place, machines, member, clock.now(), by_staff=member != viewer.id)


def at_any_time(start: datetime | None, end: datetime | None, place: Place) -> dict[str, Any]:
    """What staff chose, legal or not: they may set rules aside."""
    chosen = {"starts_at": start, "ends_at": end}
    return {name: zones.iso(at, place.zone) for name, at in chosen.items() if at}


def instant(text: str | None, place: Place) -> tuple[datetime | None, tuple[Problem, ...]]:
    """The instant of an address, or why there is none."""
    if not text:
        return None, ()
    try:
        return zones.read_time(text, place.zone, "starts_at"), ()
    except Refused as refused:
        return None, refused.problems


def wanted_day(text: str | None, start: datetime | None, situation: Situation) -> date:
    calendar, now = situation.place.calendar, situation.now
    today = calendar.day_of(now)
    if text and (found := days.read(text, today)):
        return max(found, today)
    if start and (found := days.read(str(calendar.day_of(start)), today)):
        return max(found, today)
    return first_day(calendar, now)


async def projects_of(member_id: int) -> list[tuple[str, str]]:
    """The options of the select: slug and title."""
    found = await names_of_projects(member_id)
    return [(row["slug"], Words.parse(row["title"]).say(i18n.language.get())) for row in found]


def overridable(problems: Sequence[Problem], viewer: Viewer) -> list[tuple[str, str]]:
    """What this person may set aside, by code; nothing but for staff."""
    return [(each.code, i18n.say(each)) for each in problems if may_set_aside(each, viewer.role)]
