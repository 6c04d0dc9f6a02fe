"""The desk's page of hours: closures, seasons, single days."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template

from fablab.core import clock
from fablab.core.errors import Refused
from fablab.core.i18n import gettext
from fablab.core.words import N_
from fablab.lab.hours import SeasonDays
from fablab.lab.tables import ClosureKind
from fablab.maintenance import hours
from fablab.maintenance.controllers_answering import (
    HOURS,
    NotWanted,
    must_be_wanted,
    nothing_saved,
    why_not,
)
from fablab.maintenance.forms import (
    ClosureForm,
    SeasonForm,
    values_of_closure,
    values_of_season,
)
from fablab.web.auth import Asked, Here, Machines, SignedIn, staff_only
from fablab.web.forms import form_data, key_of, new_key, read
from fablab.web.once import once_form
from fablab.web.pages import go, page

A_MONDAY = date(2026, 11, 30)  # any: only its name is shown
STAFF: dict[str, Any] = {"guards": [staff_only]}
SAVE: dict[str, Any] = {"guards": [staff_only], "status_code": 303}
KINDS = {
    ClosureKind.PUBLIC_HOLIDAY: N_("Public holiday"),
    ClosureKind.ISLAMIC_HOLIDAY: N_("Religious holiday"),
    ClosureKind.LAB_CLOSURE: N_("The lab's own closure"),
}


@get(HOURS, name="desk:hours", **STAFF)
async def show(request: Asked, place: Here) -> Template:
    """What lies ahead; the past is not shown and not changed here."""
    calendar = place.calendar
    today = calendar.day_of(clock.now())
    return page(
        request,
        "desk/hours.html",
        closures=[each for each in calendar.closures if each.last_day >= today],
        seasons=[each for each in calendar.seasons if each.last_day >= today],
        exceptions=[each for each in calendar.exceptions if each.day >= today],
        week=calendar.days(today, 14),
    )


@get("/desk/hours/closures/new", name="desk:new-closure", **STAFF)
async def new_closure(request: Asked) -> Template:
    return closure_page(request, {"confirmed": "on", "key": new_key()}, 0)


@get("/desk/hours/closures/{closure_id:int}", name="desk:closure", **STAFF)
async def closure(request: Asked, place: Here, closure_id: FromPath[int]) -> Template:
    known = hours.of_id(place.calendar.closures, closure_id)
    return closure_page(request, values_of_closure(known), closure_id)


def closure_page(
    request: Asked, values: Mapping[str, Any], closure_id: int, **more: Any
) -> Template:
    kinds = [(kind.value, gettext(name)) for kind, name in KINDS.items()]
    return page(
        request, "desk/closure.html", values=values, closure_id=closure_id, kinds=kinds, **more
    )


@post("/desk/hours/closures/new", name="desk:make-closure", **SAVE)
async def make_closure(
    request: Asked, viewer: SignedIn, place: Here, machines: Machines
) -> Template | Redirect:
    sent = await form_data(request)

    async def act() -> str:
        form = read(ClosureForm, sent, place.zone)
        must_be_wanted(form)
        await hours.close_days(form.closure(), actor=viewer.id, answer=form.answer)
        return HOURS

    try:
        await hours.settle(machines)
        to = await once_form(viewer.id, "desk:make-closure", key_of(sent), act)
    except NotWanted:
        return nothing_saved(request)
    except Refused as no:
        return closure_page(request, sent, 0, **why_not(no))
    return go(request, to, gettext("The closure is saved."))


@post("/desk/hours/closures/{closure_id:int}", name="desk:change-closure", **SAVE)
async def change_closure(
    request: Asked, viewer: SignedIn, place: Here, machines: Machines, closure_id: FromPath[int]
) -> Template | Redirect:
    sent = await form_data(request)
    try:
        form = read(ClosureForm, sent, place.zone)
        must_be_wanted(form)
        await hours.settle(machines)
        await hours.close_days(form.closure(closure_id), actor=viewer.id, answer=form.answer)
    except NotWanted:
        return nothing_saved(request)
    except Refused as no:
        return closure_page(request, sent, closure_id, **why_not(no))
    return go(request, HOURS, gettext("The closure is saved."))


@post("/desk/hours/closures/{closure_id:int}/remove", name="desk:remove-closure", **SAVE)
async def remove_closure(
    request: Asked, viewer: SignedIn, machines: Machines, closure_id: FromPath[int]
) -> Redirect:
    await hours.settle(machines)
    await hours.reopen_days(closure_id, actor=viewer.id)
    return go(request, HOURS, gettext("The closure is removed: the usual hours apply."))


@get("/desk/hours/seasons/{season_id:int}", name="desk:season", **STAFF)
async def season(request: Asked, place: Here, season_id: FromPath[int]) -> Template:
    known = hours.of_id(place.calendar.seasons, season_id)
    return season_page(request, values_of_season(known), known)


def season_page(
    request: Asked, values: Mapping[str, Any], known: SeasonDays, **more: Any
) -> Template:
    days = [(A_MONDAY + timedelta(days=each), known.week.open[each]) for each in range(7)]
    return page(request, "desk/season.html", values=values, season=known, days=days, **more)


@post("/desk/hours/seasons/{season_id:int}", name="desk:change-season", **SAVE)
async def change_season(
    request: Asked, viewer: SignedIn, place: Here, machines: Machines, season_id: FromPath[int]
) -> Template | Redirect:
    known = hours.of_id(place.calendar.seasons, season_id)
    sent = await form_data(request)
    try:
        form = read(SeasonForm, sent, place.zone)
        must_be_wanted(form)
        await hours.settle(machines)
        await hours.date_season(form.season(known), actor=viewer.id, answer=form.answer)
    except NotWanted:
        return nothing_saved(request)
    except Refused as no:
        return season_page(request, sent, known, **why_not(no))
    return go(request, HOURS, gettext("The season is saved."))


ROUTES = [
    show,
    new_closure,
    closure,
    make_closure,
    change_closure,
    remove_closure,
    season,
    change_season,
]
