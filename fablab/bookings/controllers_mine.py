"""A member's own page: what now, what next, what they may use, what they were told."""

from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

from litestar import get
from litestar.response import Template

from fablab.bookings.meters import earliest, meters_from
from fablab.bookings.mine import Own, mine
from fablab.bookings.pages.handling import may_check_in
from fablab.bookings.strikes import in_force, of_member
from fablab.bookings.waitlist.queries import of_member as of_member_in_line
from fablab.bookings.waitlist.shown import in_line
from fablab.core import clock, i18n
from fablab.machines.catalogue import Catalogue, MachineView
from fablab.members.standing import standing
from fablab.members.viewer import Viewer
from fablab.notifications.queries import inbox
from fablab.training.queries import Certified, certificates_of
from fablab.web import watching as live
from fablab.web.auth import Asked, Here, Machines, SignedIn, signed_in
from fablab.web.pages import page

NEW_NOTICES = 3
SOON = 30  # days before its end in which a certificate is said to expire


@dataclass(frozen=True, slots=True)
class Certificate:
    """The best of a family; `days` are left when that is soon to be told."""

    held: Certified
    days: int | None


@get("/me", name="me", guards=[signed_in])
async def show(request: Asked, viewer: SignedIn, place: Here, machines: Machines) -> Template:
    now = clock.now()
    today = place.calendar.day_of(now)
    version = await live.current(live.Topic(member=viewer.id), request.scope["state"]["stamps"])
    own = await mine(viewer.id, now, counted_since=earliest(place, now))
    absences = await of_member(viewer.id, place.policy, now) if own.absences else []
    waiting = await of_member_in_line(viewer.id) if own.waiting else []
    person = await standing(viewer.id, now)
    certified = await certificates_of(viewer.id, today, place.zone)
    return page(
        request,
        "bookings/me.html",
        version=version,
        now=now,
        due=due(own.coming, machines, now),
        coming=with_machines(own.coming, machines),
        past=with_machines(own.past, machines),
        certificates=newest(certified, today),
        holds=person.holds,
        today=today,
        tallies=await meters_from(own.counted, person, place, machines, now),
        absences=absences,
        halves=in_force(absences),
        notices=await new_notices(viewer, place),
        line=in_line(waiting, machines),
    )


def with_machines(found: list[Own], machines: Catalogue) -> list[tuple[Own, MachineView]]:
    pairs = ((each, machines.by_id(each.machine_id)) for each in found)
    return [(each, view) for each, view in pairs if view]


def due(coming: list[Own], machines: Catalogue, now: datetime) -> list[tuple[Own, MachineView]]:
    """Those whose check-in is open."""
    return [pair for pair in with_machines(coming, machines) if may_check_in(*pair, now)]


def newest(certified: list[Certified], today: date) -> list[Certificate]:
    """One of each certification: a good one before the others."""
    found = []
    for _, family in groupby(certified, key=lambda each: each.slug):
        best = max(family, key=lambda each: (each.is_good, each.level, each.since))
        left = (best.until - today).days if best.is_good and best.until else None
        found.append(Certificate(best, left if left is not None and left <= SOON else None))
    return found


async def new_notices(viewer: Viewer, place: Here) -> list[Any]:
    """The latest that were not read; nothing is asked when there is none."""
    if not viewer.unread:
        return []
    found = await inbox(viewer, place, i18n.language.get(), most=NEW_NOTICES)
    return [notice for notice in found.items if notice.is_new]


ROUTES = [show]
