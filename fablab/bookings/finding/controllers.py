"""Find a time: a form, and below it every opening with one press to book it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby, islice
from typing import Any
from urllib.parse import urlencode

from litestar import get
from litestar.response import Template

from fablab.bookings import settling
from fablab.bookings.finding import looking, search
from fablab.bookings.finding.forms import LENGTHS, FindForm
from fablab.bookings.finding.search import Found, Sought
from fablab.bookings.knowing import known_in
from fablab.bookings.situation import Situation
from fablab.core import clock, formats, i18n
from fablab.core.errors import Problem, Refused
from fablab.core.words import N_
from fablab.machines.catalogue import MachineView
from fablab.members.queries import by_number
from fablab.members.viewer import Viewer
from fablab.web import forms
from fablab.web.auth import Asked, Here, Machines, SignedIn, signed_in
from fablab.web.pages import page
from fablab.web.sent import parsed

A_PAGE = 30


@dataclass(frozen=True, slots=True)
class LeftOut:
    machine: MachineView
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Results:
    """One page of openings by day; `more` tells whether there are others after them."""

    days: Sequence[tuple[date, Sequence[Found]]]
    left_out: Sequence[LeftOut]
    more: bool

    @property
    def first(self) -> date | None:
        return self.days[0][0] if self.days else None


@get("/find", name="find", guards=[signed_in])
async def show(request: Asked, viewer: SignedIn, place: Here, machines: Machines) -> Template:
    """The address keeps what was asked, so it may be sent to somebody or kept."""
    sent = parsed(request.scope["query_string"])
    problems: Sequence[Problem] = ()
    results, form, language = None, FindForm(), i18n.language.get()
    whom, member = viewer.id, None
    try:
        form = forms.read(FindForm, sent, place.zone)
        member = await looked_for(viewer, form)
        whom = member or viewer.id
        if sent:
            sought = form.sought(machines, place.calendar, clock.now())
            await settling.settle(view.id for view in sought.machines)
            situation = await known_in(place, machines, whom, clock.now())
            results = await found(situation, sought, form.page)
    except Refused as refused:
        problems = refused.problems
    return page(
        request,
        "bookings/find.html",
        status=422 if problems else 200,
        problems=problems,
        values={name: given if name == "machine" else given[-1] for name, given in sent.items()},
        asked=form,
        results=results,
        groups=machines.grouped(machines.visible()),
        families=[(each.slug, each.name.say(language)) for each in machines.categories],
        lengths=[
            (each, formats.duration(timedelta(minutes=each), language))
            for each in sorted({*LENGTHS, form.minutes})
        ],
        member=form.member if member else None,
        now=clock.now(),
        more=address(sent, form.page + 1),
        back=address(sent, form.page - 1),
        new_key=forms.new_key,
    )


async def looked_for(viewer: Viewer, form: FindForm) -> int | None:
    """The member staff look for; nobody else may name one."""
    if form.member is None or not viewer.is_staff:
        return None
    if somebody := await by_number(form.member):
        return somebody.id
    message = N_("There is no member of this number.")
    raise Refused(Problem("unknown_member", message, "member"))


async def found(situation: Situation, sought: Sought, number: int) -> Results:
    known = await looking.looked(situation, sought)
    all_of_them = search.search(known, sought)
    begin = (number - 1) * A_PAGE
    piece = list(islice(all_of_them, begin, begin + A_PAGE + 1))
    barred = search.barred(situation, sought)
    return Results(
        days=by_day(piece[:A_PAGE], situation),
        left_out=[LeftOut(view, barred[view.id]) for view in sought.machines if view.id in barred],
        more=len(piece) > A_PAGE,
    )


def by_day(of: Iterable[Found], situation: Situation) -> list[tuple[date, list[Found]]]:
    calendar = situation.place.calendar
    grouped = groupby(of, key=lambda each: calendar.day_of(each.period.start))
    return [(day, list(those)) for day, those in grouped]


def address(sent: forms.Sent, number: int) -> str:
    pairs: list[tuple[str, Any]] = [
        (name, value)
        for name, values in sent.items()
        if name != "page"
        for value in values
        if value
    ]
    return f"/find?{urlencode([*pairs, ('page', number)])}"


ROUTES = [show]
