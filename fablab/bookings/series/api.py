"""JSON for what repeats: look at every date, book all or the free ones, change or cancel a part."""

from typing import Any

from litestar import Request, Response, get, patch, post
from litestar.params import FromPath

from fablab.bookings import settling
from fablab.bookings.api import (
    MAY_BOOK,
    MAY_READ,
    NOT_THEIRS,
    machine_called,
    member_called,
    must_not_set,
)
from fablab.bookings.asking import Asked as First
from fablab.bookings.asking import Override
from fablab.bookings.materials import material_called
from fablab.bookings.queries import project_of
from fablab.bookings.schemas import OverrideWish
from fablab.bookings.series import actions, cancelling, changing, showing
from fablab.bookings.series.asking import SeriesAsked
from fablab.bookings.series.queries import visible_to
from fablab.bookings.series.repeating import WEEKDAYS, Repeat, Unit
from fablab.bookings.series.schemas import (
    PreviewShown,
    RepeatWish,
    SeriesCancellation,
    SeriesChange,
    SeriesShown,
    SeriesWish,
    Weekday,
)
from fablab.core.periods import Period
from fablab.lab.place import Place
from fablab.machines.catalogue import Catalogue
from fablab.members.viewer import Viewer
from fablab.web import once
from fablab.web.auth import Here, Machines, SignedIn
from fablab.web.bodies import body
from fablab.web.openapi import described

Asked = Request[Any, Any, Any]
TAGS = ["series"]


@post(
    "/series",
    name="api:book-series",
    tags=TAGS,
    guards=MAY_BOOK,
    opt=described(takes=SeriesWish, gives=SeriesShown, status=201, also=(200,)),
)
async def book(
    request: Asked, viewer: SignedIn, place: Here, machines: Machines
) -> Response[bytes]:
    """Book every date of a series, or those that are free.

    201 with the series and its bookings, and the dates left out; the same series again is answered
    200 with the one already made. With `take` all, one date that is not free refuses it all: each
    violation's `field` is its date. 409 when a time is taken or on hold, else 422.
    """
    asked = await wish(request, viewer, place, machines)
    await settling.settle([asked.first.machine_id])

    async def act() -> once.Answer:
        made = await actions.make(viewer, asked)
        shown = await showing.one(viewer, place, machines, made.series.id, made.left_out)
        return once.answer(201 if made.new else 200, shown, f"/api/v1/series/{shown.id}")

    return await once.once(request, viewer.id, await request.body(), act)


@post(
    "/series/preview",
    name="api:preview-series",
    tags=TAGS,
    guards=MAY_BOOK,
    opt=described(takes=SeriesWish, gives=PreviewShown),
)
async def preview(
    request: Asked, viewer: SignedIn, place: Here, machines: Machines
) -> Response[bytes]:
    """Every date, free or with its problems, and the months that have no such day.

    Writes nothing.
    """
    asked = await wish(request, viewer, place, machines)

    async def act() -> once.Answer:
        return once.answer(200, showing.preview(await actions.preview(viewer, asked)))

    return await once.once(request, viewer.id, await request.body(), act)


@get(
    "/series/{series_id:int}",
    name="api:series",
    tags=TAGS,
    guards=MAY_READ,
    opt=described(gives=SeriesShown),
)
async def series(
    viewer: SignedIn, place: Here, machines: Machines, series_id: FromPath[int]
) -> SeriesShown:
    """A series of mine or of my projects, with all its bookings."""
    return await showing.one(viewer, place, machines, series_id)


@patch(
    "/series/{series_id:int}",
    name="api:change-series",
    tags=TAGS,
    guards=MAY_BOOK,
    opt=described(takes=SeriesChange, gives=SeriesShown),
)
async def change(
    request: Asked, viewer: SignedIn, place: Here, machines: Machines, series_id: FromPath[int]
) -> SeriesShown:
    """Change one booking, it and those following, or all future ones: all of them or none.

    What has been before stays as it was; the rest is then a series of its own, linked both ways,
    and that is what is answered.
    """
    await visible_to(viewer, series_id)
    sent = await body(request, SeriesChange, place.zone)
    if not viewer.acts_as_staff:
        must_not_set(sent, ("override",))
    found = await changing.change(
        viewer,
        series_id,
        sent.part,
        sent.booking,
        changing.Alteration(
            starts=sent.starts,
            minutes=sent.minutes,
            machine_id=machine_called(sent.machine, viewer, machines).id if sent.machine else None,
            weekdays=numbered(sent.weekdays),
        ),
        override(sent.override),
    )
    return await showing.one(viewer, place, machines, found)


@post(
    "/series/{series_id:int}/cancel",
    name="api:cancel-series",
    tags=TAGS,
    guards=MAY_BOOK,
    opt=described(takes=SeriesCancellation, gives=SeriesShown),
)
async def cancel(
    request: Asked, viewer: SignedIn, place: Here, machines: Machines, series_id: FromPath[int]
) -> Response[bytes]:
    """Give back one booking, it and those following, or all future ones."""
    await cancelling.settle_for(viewer, series_id)
    sent = await body(request, SeriesCancellation, place.zone)

    async def act() -> once.Answer:
        await cancelling.cancel(
            viewer, series_id, sent.part, sent.booking, reason=sent.reason, give_up=sent.give_up
        )
        return once.answer(200, await showing.one(viewer, place, machines, series_id))

    return await once.once(request, viewer.id, await request.body(), act)


async def wish(request: Asked, viewer: Viewer, place: Place, machines: Catalogue) -> SeriesAsked:
    sent = await body(request, SeriesWish, place.zone)
    must_not_set(sent, NOT_THEIRS)
    if not viewer.acts_as_staff:
        must_not_set(sent, ("member", "override"))
    member = await member_called(sent.member)
    first = First(
        machine_id=machine_called(sent.machine, viewer, machines).id,
        period=Period(sent.starts_at, sent.ends_at),
        member_id=member,
        project_id=await project_of(member or viewer.id, sent.project) if sent.project else None,
        note=sent.note,
        material=material_called(sent.material, machines),
        own_material=sent.own_material,
        buddy_id=await member_called(sent.buddy, "buddy"),
        via="api",
        override=override(sent.override),
    )
    return SeriesAsked(first=first, repeat=repeat(sent.repeat), take=sent.take)


def repeat(sent: RepeatWish) -> Repeat:
    return Repeat(
        every=sent.every,
        unit=Unit(sent.unit),
        weekdays=numbered(sent.weekdays),
        nth=sent.nth,
        until=sent.until,
        count=sent.count,
    )


def numbered(weekdays: list[Weekday] | None) -> tuple[int, ...] | None:
    """Monday is 0; in order, each once."""
    if weekdays is None:
        return None
    return tuple(sorted({WEEKDAYS.index(each) for each in weekdays}))


def override(sent: OverrideWish | None) -> Override | None:
    return Override(rules=frozenset(sent.rules), reason=sent.reason) if sent else None


ROUTES = [book, preview, series, change, cancel]
