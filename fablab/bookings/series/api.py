"""JSON for what repeats: look at every date, book all or the free ones, change or cancel a part."""

from typing import Any

from litestar import Request, Response, post

from fablab.bookings import settling
from fablab.bookings.api import (
    MAY_BOOK,
    NOT_THEIRS,
    machine_called,
    member_called,
    must_not_set,
    override,
)
from fablab.bookings.asking import Asked as First
from fablab.bookings.materials import material_called
from fablab.bookings.queries import project_of
from fablab.bookings.rules.awaiting import awaits
from fablab.bookings.series import actions, showing
from fablab.bookings.series.asking import Dated, Planned, SeriesAsked
from fablab.bookings.series.repeating import WEEKDAYS, Repeat, Unit
from fablab.bookings.series.schemas import (
    DateShown,
    MonthShown,
    PreviewShown,
    RepeatWish,
    SeriesShown,
    SeriesWish,
    Weekday,
)
from fablab.core.i18n import say
from fablab.core.periods import Period
from fablab.core.zones import iso
from fablab.lab.place import Place
from fablab.machines.catalogue import Catalogue
from fablab.members.viewer import Viewer
from fablab.web import once
from fablab.web.auth import Here, Machines, SignedIn
from fablab.web.bodies import body
from fablab.web.openapi import described
from fablab.web.problems import violation

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
        left_out = [date_shown(each, place) for each in made.left_out]
        shown = await showing.whole(viewer, place, machines, made.series, left_out)
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
        return once.answer(200, looked_at(await actions.preview(viewer, asked)))

    return await once.once(request, viewer.id, await request.body(), act)


def looked_at(plan: Planned) -> PreviewShown:
    place = plan.situation.place
    return PreviewShown(
        violations=[violation(problem) for problem in plan.problems],
        instances=[date_shown(each, place) for each in plan.dates],
        skipped=[
            MonthShown(f"{each.month:%Y-%m}", say(each.problem)) for each in plan.expansion.skipped
        ],
    )


def date_shown(dated: Dated, place: Place) -> DateShown:
    period, judged = dated.period, dated.judged
    return DateShown(
        date=dated.day,
        starts_at=iso(period.start, place.zone) if period else None,
        ends_at=iso(period.end, place.zone) if period else None,
        free=not dated.problems,
        awaits=list(awaits(judged.wish, judged.facts)) if judged and not dated.problems else [],
        violations=[violation(problem) for problem in dated.problems],
    )


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


ROUTES = [book, preview]
