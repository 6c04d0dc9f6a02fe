"""What staff do on a member's page: each a form of one or two fields, back to that page."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import msgspec
from litestar import post
from litestar.params import FromPath
from litestar.response import Redirect, Template

from fablab.accounts import desk, holds, profile, roles
from fablab.accounts.controllers import Asked
from fablab.accounts.controllers_desk import member_page, somebody
from fablab.accounts.forms import (
    CharterForm,
    ConsentForm,
    EmailForm,
    HoldForm,
    LiftForm,
    PlanForm,
    RoleForm,
    SeenForm,
)
from fablab.core import zones
from fablab.core.errors import Refused
from fablab.core.i18n import gettext
from fablab.lab.place import Place
from fablab.members.viewer import Viewer
from fablab.web.auth import Here, SignedIn, admin_only, staff_only
from fablab.web.forms import form_data, read
from fablab.web.pages import go

F = TypeVar("F", bound=msgspec.Struct)
Answer = Template | Redirect
STAFF: dict[str, Any] = {"guards": [staff_only], "status_code": 303}
ADMIN: dict[str, Any] = {"guards": [admin_only], "status_code": 303}


async def done(
    request: Asked,
    viewer: Viewer,
    place: Place,
    number: int,
    kind: type[F],
    act: Callable[[int, F], Awaitable[Any]],
    told: str,
) -> Answer:
    """Read the form, act on that member, and back to their page with what happened."""
    member, sent = await somebody(number), await form_data(request)
    try:
        await act(member.id, read(kind, sent, place.zone))
    except Refused as no:
        return await member_page(request, viewer, place, number, no)
    return go(request, f"/desk/members/{number}", told)


@post("/desk/members/{number:int}/code", name="desk:code", status_code=200, guards=[staff_only])
async def make_code(
    request: Asked, viewer: SignedIn, place: Here, number: FromPath[int]
) -> Template:
    """A one-time sign-in code, shown on the page that answers and never again."""
    member = await somebody(number)
    code = await desk.make_code(viewer.id, member.id)
    return await member_page(request, viewer, place, number, code=code)


@post("/desk/members/{number:int}/seen", name="desk:seen", **STAFF)
async def mark_seen(request: Asked, viewer: SignedIn, place: Here, number: FromPath[int]) -> Answer:
    async def act(member: int, form: SeenForm) -> None:
        await desk.mark_seen(viewer.id, member, form.what)

    return await done(request, viewer, place, number, SeenForm, act, gettext("That is recorded."))


@post("/desk/members/{number:int}/charter", name="desk:charter", **STAFF)
async def read_out(request: Asked, viewer: SignedIn, place: Here, number: FromPath[int]) -> Answer:
    """The charter was read out to them, and they agreed."""

    async def act(member: int, form: CharterForm) -> None:
        await desk.check_allowed(viewer.id, member)
        await profile.accept_charter(member, form.version, place, recorded_by=viewer.id)

    return await done(
        request, viewer, place, number, CharterForm, act, gettext("That is recorded.")
    )


@post("/desk/members/{number:int}/email", name="desk:email", **STAFF)
async def set_email(request: Asked, viewer: SignedIn, place: Here, number: FromPath[int]) -> Answer:
    async def act(member: int, form: EmailForm) -> None:
        await desk.set_email(viewer.id, member, form.email)

    told = gettext("The e-mail address is changed.")
    return await done(request, viewer, place, number, EmailForm, act, told)


@post("/desk/members/{number:int}/plan", name="desk:plan", **STAFF)
async def set_plan(request: Asked, viewer: SignedIn, place: Here, number: FromPath[int]) -> Answer:
    async def act(member: int, form: PlanForm) -> None:
        await desk.set_plan(viewer.id, member, form.plan, form.plan_until, place)

    told = gettext("The plan is changed.")
    return await done(request, viewer, place, number, PlanForm, act, told)


@post("/desk/members/{number:int}/consent", name="desk:consent", **STAFF)
async def set_consent(
    request: Asked, viewer: SignedIn, place: Here, number: FromPath[int]
) -> Answer:
    async def act(member: int, form: ConsentForm) -> None:
        await desk.set_consent(viewer.id, member, form.guardian, form.consent_until, place)

    told = gettext("The guardian's consent is recorded.")
    return await done(request, viewer, place, number, ConsentForm, act, told)


@post("/desk/members/{number:int}/holds", name="desk:hold", **STAFF)
async def put_hold(request: Asked, viewer: SignedIn, place: Here, number: FromPath[int]) -> Answer:
    async def act(member: int, form: HoldForm) -> None:
        until = zones.day(form.until, place.zone).end if form.until else None
        await holds.put(viewer.id, member, form.kind, form.reason, until)

    return await done(request, viewer, place, number, HoldForm, act, gettext("The hold is on."))


@post("/desk/members/{number:int}/holds/{hold_id:int}/lift", name="desk:lift", **STAFF)
async def lift_hold(
    request: Asked, viewer: SignedIn, place: Here, number: FromPath[int], hold_id: FromPath[int]
) -> Answer:
    async def act(member: int, form: LiftForm) -> None:
        await holds.lift(viewer.id, member, hold_id, form.reason)

    return await done(request, viewer, place, number, LiftForm, act, gettext("The hold is lifted."))


@post("/desk/members/{number:int}/role", name="desk:role", **ADMIN)
async def give_role(request: Asked, viewer: SignedIn, place: Here, number: FromPath[int]) -> Answer:
    async def act(member: int, form: RoleForm) -> None:
        await roles.give_role(viewer.id, member, form.role)

    return await done(
        request, viewer, place, number, RoleForm, act, gettext("The role is changed.")
    )


ROUTES = [
    make_code,
    mark_seen,
    read_out,
    set_email,
    set_plan,
    set_consent,
    put_hold,
    lift_hold,
    give_role,
]
