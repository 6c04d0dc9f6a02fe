"""Members as staff see them: the list, a new account, one person."""

from typing import Any

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template

from fablab.accounts import desk
from fablab.accounts.controllers import Asked, again, offered
from fablab.accounts.forms import NewMemberForm, PersonForm
from fablab.bookings import strikes
from fablab.core import clock, zones
from fablab.core.errors import NotFound, Refused
from fablab.core.i18n import gettext, language
from fablab.core.words import Words
from fablab.lab.place import Place
from fablab.members import directory, queries, rules
from fablab.members.tables import Member, Plan
from fablab.members.viewer import Viewer
from fablab.training.queries import certificates_of
from fablab.web.auth import Here, SignedIn, staff_only
from fablab.web.forms import form_data, key_of, new_key, read
from fablab.web.once import once_form
from fablab.web.pages import go, page

NEW, PROFILE = "desk/members_new.html", "desk/members_profile.html"
LONGEST_SEARCH = 100
STAFF: dict[str, Any] = {"guards": [staff_only]}


@get("/desk/members", name="desk:members", **STAFF)
async def listed(request: Asked) -> Template:
    """`q`: what to look for; `below`: where the page before ended."""
    text = request.query_params.get("q", "")[:LONGEST_SEARCH]
    people = await directory.listed(text, place_of(request.query_params.get("below", "")))
    return page(request, "desk/members.html", people=people, q=text)


def place_of(below: str) -> int | None:
    """Where the page before ended; None for what no page of ours said."""
    if not below.isdecimal() or len(below) > len(str(queries.LARGEST_NUMBER)):
        return None
    return min(int(below), queries.LARGEST_NUMBER)


@get("/desk/members/new", name="desk:new-member", **STAFF)
async def new(request: Asked, place: Here) -> Template:
    values = {"language": place.default_language, "key": new_key()}
    return page(request, NEW, values=values, **await of_new(place))


async def of_new(place: Place) -> dict[str, Any]:
    return {"plans": plans_named(await queries.plans()), **offered(place)}


def plans_named(plans: list[Plan]) -> list[tuple[int, str]]:
    return [(plan.id, Words.parse(plan.name).say(language.get())) for plan in plans]


@post("/desk/members/new", name="desk:make-member", status_code=200, **STAFF)
async def make(request: Asked, viewer: SignedIn, place: Here) -> Template:
    """The number and a code to come in with. Sent twice: one account, and the newer code holds."""
    sent = await form_data(request)

    async def act() -> str:
        form = read(NewMemberForm, sent, place.zone)
        made = await desk.make_account(viewer.id, form.person(), form.plan, place)
        return str(made.number)

    try:
        number = int(await once_form(viewer.id, "desk:make-member", key_of(sent), act))
    except Refused as no:
        return again(request, NEW, no, sent, **await of_new(place))
    found = await somebody(number)
    code = await desk.make_code(viewer.id, found.id)
    return page(request, "desk/members_made.html", member=found, code=code)


@get("/desk/members/{number:int}", name="desk:member", **STAFF)
async def show(request: Asked, viewer: SignedIn, place: Here, number: FromPath[int]) -> Template:
    return await member_page(request, viewer, place, number)


async def member_page(
    request: Asked,
    viewer: Viewer,
    place: Place,
    number: int,
    no: Refused | None = None,
    **more: Any,
) -> Template:
    """One person, as staff may see and help them; `no`: why something was not possible."""
    now = clock.now()
    today = zones.local_date(now, place.zone)
    found = await directory.at_the_desk(number)
    await desk.note_look(viewer.id, found.member.id)
    context = {
        "who": found,
        "member": found.member,
        "holds": await queries.holds_of(found.member.id),
        "plans": plans_named(await queries.plans()),
        "certificates": await certificates_of(found.member.id, today, place.zone),
        "strikes": await strikes.of_member(found.member.id, place.policy, now),
        "may_help": rules.may_help(viewer.role, found.member.role),
        "now": now,
        "named": names_of(found.member, place),
        **more,
    }
    template = "desk/member.html"
    return again(request, template, no, {}, **context) if no else page(request, template, **context)


def names_of(member: Member, place: Place) -> dict[str, str]:
    """What the lab calls their profile, commune and gender."""
    lists = offered(place)
    kinds = {"profile": "profiles", "commune": "communes", "gender": "genders"}
    return {
        field: dict(lists[kind]).get(getattr(member, field), "") for field, kind in kinds.items()
    }


async def somebody(number: int) -> Member:
    """`NotFound` when there is no account of that number."""
    found = await queries.by_number(min(number, queries.LARGEST_NUMBER))
    if found is None:
        raise NotFound
    return found


@get("/desk/members/{number:int}/profile", name="desk:member-profile", **STAFF)
async def show_profile(request: Asked, place: Here, number: FromPath[int]) -> Template:
    found = await somebody(number)
    return page(request, PROFILE, values=found.to_dict(), member=found, **offered(place))


@post("/desk/members/{number:int}/profile", name="desk:correct", status_code=303, **STAFF)
async def correct(
    request: Asked, viewer: SignedIn, place: Here, number: FromPath[int]
) -> Template | Redirect:
    found, sent = await somebody(number), await form_data(request)
    try:
        form = read(PersonForm, sent, place.zone)
        await desk.correct(viewer.id, found.id, form.person(), place)
    except Refused as no:
        return again(request, PROFILE, no, sent, member=found, **offered(place))
    return go(request, f"/desk/members/{number}", gettext("The profile is changed."))


ROUTES = [listed, new, make, show, show_profile, correct]
