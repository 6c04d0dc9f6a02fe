"""JSON for a series that exists: look at it, change or cancel a part of it."""

from typing import Any

from litestar import Request, Response, get, patch, post
from litestar.params import FromPath

from fablab.bookings.api import MAY_BOOK, MAY_READ, machine_called, must_not_set, override
from fablab.bookings.series import cancelling, changing, showing
from fablab.bookings.series.api import TAGS, numbered
from fablab.bookings.series.queries import visible_to
from fablab.bookings.series.schemas import SeriesCancellation, SeriesChange, SeriesShown
from fablab.web import once
from fablab.web.auth import Here, Machines, SignedIn
from fablab.web.bodies import body
from fablab.web.openapi import described

Asked = Request[Any, Any, Any]


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


ROUTES = [series, change, cancel]
