"""The schedule: the day of the whole lab, the week of one machine."""

from datetime import date, timedelta

from litestar import get
from litestar.params import FromPath, FromQuery
from litestar.response import Template

from fablab.bookings.occupied import occupied
from fablab.bookings.pages import day as days_page
from fablab.bookings.pages import days, filters
from fablab.bookings.pages import week as weeks_page
from fablab.bookings.pages.day import Needs
from fablab.bookings.pages.filters import Filters
from fablab.bookings.pages.looking import Looking
from fablab.bookings.seeing import sight
from fablab.core import clock
from fablab.core.errors import NotFound
from fablab.core.i18n import gettext
from fablab.core.versions import Stamps
from fablab.machines.catalogue import Catalogue, MachineView
from fablab.web.auth import Asked, Asker, Here, Machines
from fablab.web.flash import flash
from fablab.web.pages import page

DAY, WEEK = timedelta(days=1), timedelta(days=7)


@get("/schedule", name="schedule")
async def show_day(
    request: Asked,
    place: Here,
    viewer: Asker,
    machines: Machines,
    date: FromQuery[str | None] = None,
    category: FromQuery[list[str] | None] = None,
    free: FromQuery[str | None] = None,
    mine: FromQuery[str | None] = None,
    folded: FromQuery[list[str] | None] = None,
) -> Template:
    """`date` is ISO, today's otherwise; the rest narrows it, see `pages.filters`. `mine` leaves out
    what this person may not use."""
    now, stamps = clock.now(), stamps_of(request)
    today = place.calendar.day_of(now)
    chosen = chosen_day(request, date, today)
    looking, needs = await sight(viewer, place, machines, stamps, now, chosen)
    chosen_by = filters.read(machines, category, free, mine, folded)
    views = machines.visible(staff=looking.staff)
    if chosen_by.categories or chosen_by.mine:
        views = tuple(view for view in views if is_wanted(view, chosen_by, needs))
    during = days_page.span_of(chosen, place.calendar)
    ids = [view.id for view in machines.machines]
    taken = await occupied(during, viewer, ids, stamps, names=place.shows_names)
    return page(
        request,
        "bookings/day.html",
        now=now,
        date=chosen,
        today=today,
        filters=chosen_by,
        categories=machines.categories,
        day=days_page.drawn(chosen, machines, views, taken, looking, needs, chosen_by),
        days=days.links(place.calendar, today, chosen, chosen_by.address),
        before=chosen_by.address(chosen - DAY),
        after=chosen_by.address(chosen + DAY),
        opens=place.calendar.next_opening(during.start),
    )


def stamps_of(request: Asked) -> Stamps:
    """Those read at the door, before any data."""
    found: Stamps = request.scope["state"]["stamps"]
    return found


def chosen_day(request: Asked, text: str | None, today: date) -> date:
    """The day asked for; today, with a word about it, when it cannot be read."""
    chosen = days.read(text, today)
    if chosen is None:
        flash(request, gettext("There is no such day in the schedule: this is today."), "warn")
    return chosen or today


def is_wanted(view: MachineView, chosen: Filters, needs: Needs) -> bool:
    return chosen.includes(view) and not (chosen.mine and needs.get(view.id))


@get("/machines/{slug:str}/week", name="week")
async def show_week(
    request: Asked,
    place: Here,
    viewer: Asker,
    machines: Machines,
    slug: FromPath[str],
    date: FromQuery[str | None] = None,
) -> Template:
    """The week of a date, this one otherwise, Monday first."""
    now, stamps = clock.now(), stamps_of(request)
    today = place.calendar.day_of(now)
    chosen = chosen_day(request, date, today)
    looking, needs = await sight(viewer, place, machines, stamps, now, chosen)
    view = seen(machines, slug, looking)
    first = weeks_page.monday(chosen)
    during = weeks_page.span_of(first, looking)
    taken = await occupied(during, viewer, [view.id], stamps, names=place.shows_names)
    return page(
        request,
        "bookings/week.html",
        now=now,
        today=today,
        machine=view,
        missing=needs.get(view.id, ()),
        week=weeks_page.drawn(first, view, taken[view.id], looking),
        first=first,
        last=first + WEEK - DAY,
        date=chosen,
        before=f"/machines/{view.slug}/week?date={first - WEEK}",
        after=f"/machines/{view.slug}/week?date={first + WEEK}",
    )


def seen(machines: Catalogue, slug: str, looking: Looking) -> MachineView:
    if view := machines.seen(slug, staff=looking.staff):
        return view
    raise NotFound("machine")


ROUTES = [show_day, show_week]
