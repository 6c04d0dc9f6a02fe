"""The desk's pages of quotas: how much one person may book, for whom, and where."""

from collections.abc import Mapping
from typing import Any

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template

from fablab.activity.queries import of_thing
from fablab.core import i18n
from fablab.core.errors import NotFound, Refused
from fablab.core.i18n import gettext
from fablab.core.words import N_, Words
from fablab.machines.catalogue import Catalogue
from fablab.members.queries import names, plans
from fablab.members.tables import Plan
from fablab.quotas import actions
from fablab.quotas.forms import QuotaForm, values_of
from fablab.quotas.measures import Hours, Measure, Span
from fablab.quotas.queries import Kept, listed, of_id, of_plan
from fablab.web.auth import Asked, Here, Machines, SignedIn, staff_only
from fablab.web.forms import form_data, key_of, new_key, read
from fablab.web.once import once_form
from fablab.web.pages import go, page

QUOTAS = "/desk/quotas"
NEW: Mapping[str, Any] = {"measure": "hours", "span": "week", "hours": "opening", "minutes": "0"}
STAFF: dict[str, Any] = {"guards": [staff_only]}
SAVE: dict[str, Any] = {"guards": [staff_only], "status_code": 303}
MEASURES = {
    Measure.HOURS: N_("Hours of use"),
    Measure.BOOKINGS: N_("Bookings"),
    Measure.OPEN: N_("Open bookings at a time"),
}
SPANS = {
    Span.DAY: N_("A day"),
    Span.WEEK: N_("A week, from Monday on"),
    Span.MONTH: N_("A month"),
}
HOURS = {
    Hours.OPENING: N_("Only opening hours: a night's print counts little"),
    Hours.ALL: N_("All hours"),
}


@get(QUOTAS, name="desk:quotas", **STAFF)
async def index(request: Asked, machines: Machines) -> Template:
    """Those in force first; the plans' own beneath."""
    found, known = await listed(), await plans()
    return page(
        request,
        "desk/quotas.html",
        quotas=sorted(found, key=lambda each: (not each.active, each.id)),
        plans=[(Words.parse(plan.name), terms) for plan in known if (terms := of_plan(plan))],
        places=places(machines),
        plan_names={plan.id: Words.parse(plan.name) for plan in known},
    )


def places(machines: Catalogue) -> dict[str, dict[int, Any]]:
    """What machines and categories are called, by id."""
    return {
        "machine": {each.id: each.name for each in machines.machines},
        "category": {each.id: each.name for each in machines.categories},
    }


@get("/desk/quotas/new", name="desk:new-quota", **STAFF)
async def new(request: Asked, machines: Machines) -> Template:
    return await form_page(request, machines, {**NEW, "key": new_key()})


@get("/desk/quotas/{quota_id:int}", name="desk:quota", **STAFF)
async def show(request: Asked, machines: Machines, quota_id: FromPath[int]) -> Template:
    kept = await called(quota_id)
    return await form_page(request, machines, values_of(kept.terms, await plans(), machines), kept)


async def called(quota_id: int) -> Kept:
    if found := await of_id(quota_id):
        return found
    raise NotFound("quota")


async def form_page(
    request: Asked,
    machines: Catalogue,
    values: Mapping[str, Any],
    kept: Kept | None = None,
    **more: Any,
) -> Template:
    entries = (await of_thing(actions.THING, kept.id)).items[:20] if kept else []
    known = await plans()
    return page(
        request,
        "desk/quota.html",
        values=values,
        kept=kept,
        whom=options_of_whom(known),
        where=options_of_where(machines),
        measures=[(each.value, gettext(name)) for each, name in MEASURES.items()],
        spans=[(each.value, gettext(name)) for each, name in SPANS.items()],
        hours=[(each.value, gettext(name)) for each, name in HOURS.items()],
        entries=entries,
        actors=await names(entry.actor for entry in entries) if entries else {},
        **more,
    )


def options_of_whom(known: list[Plan]) -> list[Any]:
    roles = [("role:member", gettext("Members")), ("role:trainer", gettext("Trainers"))]
    named = [(f"plan:{plan.slug}", said(plan.name)) for plan in known]
    return [
        {"label": gettext("Plans"), "options": named},
        {"label": gettext("Roles"), "options": roles},
    ]


def options_of_where(machines: Catalogue) -> list[Any]:
    categories = [(f"category:{each.slug}", said(each.name)) for each in machines.categories]
    single = [(f"machine:{each.slug}", said(each.name)) for each in machines.machines]
    return [
        {"label": gettext("Categories"), "options": categories},
        {"label": gettext("Machines"), "options": single},
    ]


def said(name: Any) -> str:
    return Words.parse(name).say(i18n.language.get())


@post("/desk/quotas/new", name="desk:add-quota", **SAVE)
async def add(
    request: Asked, viewer: SignedIn, place: Here, machines: Machines
) -> Template | Redirect:
    sent = await form_data(request)

    async def act() -> str:
        form = read(QuotaForm, sent, place.zone)
        await actions.add(form.limit(await plans(), machines), actor=viewer.id)
        return QUOTAS

    try:
        to = await once_form(viewer.id, "desk:add-quota", key_of(sent), act)
    except Refused as no:
        return await form_page(request, machines, sent, status=422, problems=no.problems)
    return go(request, to, gettext("The quota is saved. Bookings made before stand."))


@post("/desk/quotas/{quota_id:int}", name="desk:change-quota", **SAVE)
async def change(
    request: Asked,
    viewer: SignedIn,
    place: Here,
    machines: Machines,
    quota_id: FromPath[int],
) -> Template | Redirect:
    kept = await called(quota_id)
    sent = await form_data(request)
    try:
        form = read(QuotaForm, sent, place.zone)
        await actions.change(quota_id, form.limit(await plans(), machines), actor=viewer.id)
    except Refused as no:
        return await form_page(request, machines, sent, kept, status=422, problems=no.problems)
    return go(request, QUOTAS, gettext("The quota is saved. Bookings made before stand."))


@post("/desk/quotas/{quota_id:int}/off", name="desk:quota-off", **SAVE)
async def switch_off(request: Asked, viewer: SignedIn, quota_id: FromPath[int]) -> Redirect:
    await actions.switch(quota_id, on=False, actor=viewer.id)
    return go(request, QUOTAS, gettext("The quota is switched off: it limits nobody any more."))


@post("/desk/quotas/{quota_id:int}/on", name="desk:quota-on", **SAVE)
async def switch_on(request: Asked, viewer: SignedIn, quota_id: FromPath[int]) -> Redirect:
    await actions.switch(quota_id, on=True, actor=viewer.id)
    return go(request, QUOTAS, gettext("The quota is in force again."))


ROUTES = [index, new, show, add, change, switch_off, switch_on]
