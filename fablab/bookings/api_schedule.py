"""JSON for everybody: who has what when. Names only where they may be seen.

Asked for by every screen and program again and again: see `web.feeds`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import msgspec
from litestar import Request, get
from litestar.params import FromPath
from litestar.types import ASGIApp

from fablab.bookings import openings, schedule
from fablab.bookings.schedule import Row, clock_face, who
from fablab.bookings.schemas_schedule import (
    BlockList,
    BlockShown,
    DayAsked,
    DayShown,
    During,
    MachineDay,
    OpenShown,
)
from fablab.core import clock, i18n, zones
from fablab.core.errors import NotFound, Problem, Unreadable
from fablab.core.periods import Period
from fablab.core.versions import Stamps
from fablab.core.words import N_
from fablab.lab.place import Place
from fablab.machines.catalogue import Catalogue, MachineView
from fablab.machines.queries import catalogue
from fablab.members.viewer import Viewer
from fablab.web import feeds
from fablab.web.auth import Asker
from fablab.web.bodies import query_of
from fablab.web.feeds import Made

T = TypeVar("T", bound=msgspec.Struct)
Asked = Request[Any, Any, Any]
FARTHEST = timedelta(days=62)
WEEK = timedelta(days=7)


@get(
    "/machines/{slug:str}/bookings",
    name="api:machine-bookings",
    tags=["schedule"],
    opt=feeds.described(asks=During, gives=BlockList),
)
async def machine_bookings(request: Asked, slug: FromPath[str]) -> ASGIApp:
    """What occupies a machine, in order of start."""
    asking = await Asking.of(request)
    view = seen(asking.machines, slug, asking.viewer)
    asked = read(request.scope["query_string"], During, asking.place.zone)
    during = stretch(asked.from_, asked.to)
    what = ("week", view.id, str(during.start), str(during.end), *asking.audience)
    made_of = (*asking.made_of, asking.stamps.of_machine(view.id))

    async def make() -> Made:
        rows = await schedule.told(during, view.id, names=asking.names)
        return made(BlockList(items=asking.shown(rows)), rows)

    return await feeds.answer(request.scope, what, made_of, make)


@get(
    "/schedule",
    name="api:schedule",
    tags=["schedule"],
    opt=feeds.described(asks=DayAsked, gives=DayShown),
)
async def day(request: Asked) -> ASGIApp:
    """The whole lab's day in one answer; today's unless a date is given."""
    asking = await Asking.of(request)
    place = asking.place
    asked = read(request.scope["query_string"], DayAsked, place.zone).date
    date = asked or zones.local_date(clock.now(), place.zone)
    whole = day_of(date, place)

    async def make() -> Made:
        rows = await schedule.told(whole, names=asking.names)
        by_machine: dict[int, list[BlockShown]] = {}
        for row, block in zip(rows, asking.shown(rows), strict=True):
            by_machine.setdefault(row["machine"], []).append(block)
        shown = DayShown(
            date=date,
            timezone=place.zone_name,
            open=[opened(window, place) for window in place.calendar.opening(date).windows],
            machines=[
                MachineDay(view.slug, by_machine.get(view.id, []))
                for view in asking.machines.visible(staff=asking.staff)
            ],
        )
        return made(shown, rows)

    what = ("day", str(date), *asking.audience)
    return await feeds.answer(
        request.scope, what, (*asking.made_of, asking.stamps.of_bookings), make
    )


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks for a feed, and how much they may see. Nothing here costs a statement."""

    viewer: Viewer | None
    place: Place
    machines: Catalogue
    stamps: Stamps

    @classmethod
    async def of(cls, request: Asked) -> "Asking":
        state = request.scope["state"]
        stamps: Stamps = state["stamps"]
        return cls(request.scope["user"], state["place"], await catalogue(stamps), stamps)

    @property
    def staff(self) -> bool:
        return self.viewer is not None and self.viewer.is_staff

    @property
    def names(self) -> bool:
        return self.staff or self.place.shows_names

    @property
    def audience(self) -> tuple[bool, bool, str]:
        """All of whom see the same, but for what is their own."""
        return self.staff, self.names, i18n.language.get() if self.names else ""

    @property
    def made_of(self) -> tuple[int, ...]:
        people = self.stamps["people"] if self.names else 0
        return self.stamps["lab"], self.stamps["machines"], people

    def shown(self, rows: Sequence[Row]) -> list[BlockShown]:
        zone, names, language = self.place.zone, self.names, i18n.language.get()
        return [
            BlockShown(
                row["id"],
                row["kind"],
                row["status"],
                clock_face(row["starts_at"], zone),
                clock_face(row["ends_at"], zone),
                clock_face(row["busy_until"], zone),
                False,
                who(row).say(language) if names and is_named(row) else None,
            )
            for row in rows
        ]


def is_named(row: Row) -> bool:
    """Who waits, and what they are offered, is theirs alone to know."""
    return row["member"] is not None and row["kind"] != "offer"


def made(shown: BlockList | DayShown, rows: Sequence[Row]) -> Made:
    owners: dict[int, list[int]] = {}
    for row in rows:
        if row["member"]:
            owners.setdefault(row["member"], []).append(row["id"])
    return Made(msgspec.json.encode(shown), owners)


@lru_cache(maxsize=512)
def read(query_string: bytes, asks: type[T], zone: ZoneInfo) -> T:
    """The query of a feed, read once for all who ask the same."""
    return query_of(query_string, asks, zone)


def seen(machines: Catalogue, slug: str, viewer: Asker) -> MachineView:
    if view := machines.seen(slug, staff=bool(viewer and viewer.is_staff)):
        return view
    raise NotFound("machine")


def stretch(start: datetime | None, end: datetime | None) -> Period:
    """At most 62 days, not backwards: else `Unreadable`."""
    this_minute = clock.now().replace(second=0, microsecond=0)
    found = openings.bounded(start, end, this_minute, WEEK)
    if end is not None and start is not None and end < start:
        raise Unreadable(Problem("unreadable", N_("The end must come after the start."), "to"))
    if found.length > FARTHEST:
        message = N_("At most {most} at a time.")
        raise Unreadable(Problem("too_long", message, "to", {"most": FARTHEST}, FARTHEST))
    return found


def day_of(date: Any, place: Place) -> Period:
    try:
        return zones.day(date, place.zone)
    except OverflowError as far:
        raise Unreadable(Problem("unreadable", N_("This day is out of reach."), "date")) from far


def opened(window: Period, place: Place) -> OpenShown:
    return OpenShown(zones.iso(window.start, place.zone), zones.iso(window.end, place.zone))


ROUTES = [machine_bookings, day]
