"""Standing in line on the pages: joining, where one stands, leaving."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from litestar import get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template

from fablab.bookings.forms import Nothing
from fablab.bookings.materials import lists_of
from fablab.bookings.waitlist import actions, leaving, queries
from fablab.bookings.waitlist.forms import WaitForm, machine_called
from fablab.bookings.waitlist.queries import Standing
from fablab.bookings.waitlist.shown import InLine, in_line
from fablab.core import clock, formats, i18n, zones
from fablab.core.errors import Problem, Refused
from fablab.core.i18n import gettext
from fablab.lab.place import Place
from fablab.machines.catalogue import Catalogue, MachineView
from fablab.members.queries import names
from fablab.members.viewer import Viewer
from fablab.web import forms, once
from fablab.web.auth import Asked, Here, Machines, SignedIn, signed_in, staff_only
from fablab.web.pages import go, page

OWN: dict[str, Any] = {"guards": [signed_in]}
SCOPE = "waitlist:join"
MOST_LENGTHS = 48
WINDOW = ("window_start", "window_end")


@get("/waitlist", name="waitlist", **OWN)
async def index(request: Asked, viewer: SignedIn, machines: Machines) -> Template:
    """Where I stand, and what is offered to me."""
    found = in_line(await queries.of_member(viewer.id), machines)
    return page(request, "bookings/waitlist/index.html", line=found, now=clock.now())


@get("/waitlist/new", name="waitlist:new", **OWN)
async def new(
    request: Asked,
    viewer: SignedIn,
    place: Here,
    machines: Machines,
    machine: FromQuery[str | None] = None,
    start: FromQuery[str | None] = None,
    end: FromQuery[str | None] = None,
) -> Template:
    """The form. `start` and `end` are the wish that was refused: the window to begin with."""
    if not machine:
        return choose(request, machines)
    view = machine_called(machine, viewer, machines)
    first, last = (on_the_wall(text, place) for text in (start, end))
    length = ""
    if first and last:
        wished = datetime.fromisoformat(last) - datetime.fromisoformat(first)
        length = str(wished // timedelta(minutes=1))
    values = {"window_start": first, "window_end": last, "minutes": length}
    return form_page(request, view, machines, values | {"key": forms.new_key()})


def choose(request: Asked, machines: Catalogue) -> Template:
    groups = machines.grouped(machines.visible())
    return page(request, "bookings/waitlist/choose.html", groups=groups)


def on_the_wall(text: str | None, place: Place) -> str:
    """An instant as the field of a form has it; nothing of what is no time."""
    try:
        at = zones.read_time(text or "", place.zone)
    except Refused:
        return ""
    return f"{zones.wall(at, place.zone):%Y-%m-%dT%H:%M}"


def form_page(
    request: Asked,
    view: MachineView,
    machines: Catalogue,
    values: Mapping[str, Any],
    problems: Sequence[Problem] = (),
    status: int = 200,
) -> Template:
    return page(
        request,
        "bookings/waitlist/new.html",
        status=status,
        problems=problems,
        values=values,
        machine=view,
        family=len(machines.of_category(view.category.slug)) if view.category else 0,
        lengths=lengths(view),
        step=view.policy.granularity // timedelta(minutes=1),
        materials=lists_of(view, machines),
        new_key=forms.new_key,
    )


def lengths(view: MachineView) -> list[tuple[str, str]]:
    """Every length that may be booked there, in words."""
    policy = view.policy
    found: list[tuple[str, str]] = []
    length = policy.min_duration
    while length <= policy.max_duration and len(found) < MOST_LENGTHS:
        words = formats.duration(length, i18n.language.get())
        found.append((str(length // timedelta(minutes=1)), words))
        length += policy.granularity
    return found


@post("/waitlist", name="waitlist:join", status_code=303, stands_on="/waitlist/new", **OWN)
async def join(
    request: Asked, viewer: SignedIn, place: Here, machines: Machines
) -> Template | Redirect:
    """Also from a refused booking, with one press."""
    sent = joined(await forms.form_data(request))
    try:
        form = forms.read(WaitForm, sent, place.zone)
        wanted = await form.wanted(viewer, machines)
        ids = await actions.settled(wanted)

        async def act() -> str:
            await actions.stand(viewer, wanted, ids)
            return "/waitlist"

        to = await once.once_form(viewer.id, SCOPE, forms.key_of(sent), act)
    except Refused as refused:
        return again(request, viewer, place, machines, sent, refused.problems)
    text = gettext("You stand in line. We write to you as soon as a time is free for you.")
    return go(request, to, text)


def joined(sent: forms.Sent) -> forms.Sent:
    """Day and time of a window, chosen apart, as the one moment they mean."""
    apart = [f"{name}_{part}" for name in WINDOW for part in ("day", "time")]
    whole = {name: given for name, given in sent.items() if name not in apart}
    for name in WINDOW:
        day, time = (sent.get(f"{name}_{part}", [""])[-1] for part in ("day", "time"))
        if day and time and name not in whole:
            whole[name] = [f"{day}T{time}"]
    return whole


def again(
    request: Asked,
    viewer: Viewer,
    place: Place,
    machines: Catalogue,
    sent: forms.Sent,
    problems: Sequence[Problem],
) -> Template:
    """The form as it was typed, with every reason."""
    typed = {name: given[-1] for name, given in sent.items()}
    view = machine_called(typed.get("machine", ""), viewer, machines)
    for name in WINDOW:
        typed[name] = on_the_wall(typed.get(name), place) or typed.get(name, "")
    return form_page(request, view, machines, typed, problems, 422)


@post("/waitlist/{waiting_id:int}/leave", name="waitlist:leave", status_code=303, **OWN)
async def leave(
    request: Asked, viewer: SignedIn, place: Here, waiting_id: FromPath[int]
) -> Redirect:
    """Out of the line; staff take others out of it."""
    forms.read(Nothing, await forms.form_data(request), place.zone)
    found = await leaving.theirs(viewer, waiting_id)
    await leaving.leave(viewer, waiting_id)
    if found.entry.member_id != viewer.id:
        return go(request, "/desk/waitlist", gettext("They no longer stand in line."))
    return go(request, "/waitlist", gettext("You no longer stand in line."))


@get("/desk/waitlist", name="desk:waitlist", guards=[staff_only])
async def lines(request: Asked, machines: Machines) -> Template:
    """Everybody who waits, machine by machine, in order."""
    found = await queries.everybody()
    who = await names({each.entry.member_id for each in found})
    return page(
        request,
        "bookings/waitlist/desk.html",
        groups=grouped(found, machines),
        who=who,
        now=clock.now(),
    )


def grouped(found: Sequence[Standing], machines: Catalogue) -> list[tuple[Any, list[InLine]]]:
    """By what is waited for, in the catalogue's order."""
    groups: dict[Any, list[InLine]] = {}
    for each in in_line(found, machines):
        groups.setdefault((each.is_family, each.what.id), []).append(each)
    return [(line[0], line) for _, line in sorted(groups.items())]


ROUTES = [index, new, join, leave, lines]
