"""The desk's page of one day's own hours, which beat all others."""

from collections.abc import Mapping
from datetime import date, time, timedelta
from typing import Any

from litestar import get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template

from fablab.core import clock
from fablab.core.errors import Refused
from fablab.core.i18n import gettext
from fablab.lab.hours import DayHours, Window
from fablab.lab.place import Place
from fablab.maintenance import hours
from fablab.maintenance.controllers import SAVE, STAFF
from fablab.maintenance.controllers_answering import (
    HOURS,
    NotWanted,
    must_be_wanted,
    nothing_saved,
    why_not,
)
from fablab.maintenance.forms import Answered, DayForm, values_of_day
from fablab.web.auth import Asked, Here, Machines, SignedIn
from fablab.web.forms import form_data, read
from fablab.web.pages import go, page, single

EDGES = ("opens_", "closes_")


@get("/desk/hours/days/new", name="desk:day", **STAFF)
async def day(request: Asked, place: Here, day: FromQuery[date | None] = None) -> Template:
    """A day's own hours; without a `day`, for tomorrow. Its usual hours stand in the form."""
    chosen = day or place.calendar.day_of(clock.now()) + timedelta(days=1)
    return day_page(request, place, values_of_day(hours_on(place, chosen)), chosen)


def hours_on(place: Place, chosen: date) -> DayHours:
    """Those of its own if it has them, else those it would have."""
    own = next((each for each in place.calendar.exceptions if each.day == chosen), None)
    if own:
        return own
    local = place.zone
    usual = (
        (each.start.astimezone(local).time(), each.end.astimezone(local).time())
        for each in place.calendar.opening(chosen).windows
    )
    return DayHours(day=chosen, windows=tuple(Window(*both) for both in usual))


def day_page(
    request: Asked, place: Place, values: Mapping[str, Any], chosen: date | None, **more: Any
) -> Template:
    own = next((each for each in place.calendar.exceptions if each.day == chosen), None)
    times = sorted({*clock_times(), *odd_times(values)})
    return page(
        request,
        "desk/day.html",
        values=values,
        exception=own,
        times=[(each, each) for each in times],
        **more,
    )


def clock_times() -> list[str]:
    """Every half hour of a day, as the wall shows it."""
    return [f"{time(number // 2, number % 2 * 30):%H:%M}" for number in range(48)]


def odd_times(values: Mapping[str, Any]) -> set[str]:
    """Times already in the form that are on no half hour."""
    given = (single(value) for name, value in values.items() if name[:-1] in EDGES)
    return {value for value in given if value and isinstance(value, str)}


@post("/desk/hours/days/new", name="desk:set-day", **SAVE)
async def set_day(
    request: Asked, viewer: SignedIn, place: Here, machines: Machines
) -> Template | Redirect:
    sent = await form_data(request)
    try:
        form = read(DayForm, sent, place.zone)
        must_be_wanted(form)
        await hours.settle(machines)
        await hours.set_day(form.hours(), actor=viewer.id, answer=form.answer)
    except NotWanted:
        return nothing_saved(request)
    except Refused as no:
        return day_page(request, place, sent, None, **why_not(no))
    return go(request, HOURS, gettext("The hours of the day are saved."))


@post("/desk/hours/days/{exception_id:int}/remove", name="desk:clear-day", **SAVE)
async def clear_day(
    request: Asked, viewer: SignedIn, place: Here, machines: Machines, exception_id: FromPath[int]
) -> Template | Redirect:
    """The usual hours may leave bookings outside: then they are shown first."""
    known = hours.of_id(place.calendar.exceptions, exception_id)
    sent = await form_data(request)
    try:
        form = read(Answered, sent, place.zone)
        must_be_wanted(form)
        await hours.settle(machines)
        await hours.clear_day(exception_id, actor=viewer.id, answer=form.answer)
    except NotWanted:
        return nothing_saved(request)
    except Refused as no:
        more = why_not(no)
        return page(request, "desk/day_cleared.html", values=sent, exception=known, **more)
    return go(request, HOURS, gettext("The day has its usual hours again."))


ROUTES = [day, set_day, clear_day]
