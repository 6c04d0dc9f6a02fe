"""Routes that exist only in tests: each shows one thing of the floor under every page."""

from datetime import datetime
from typing import Any

import msgspec
from litestar import Request, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Response, Template

from fablab.app import create_app
from fablab.core.errors import (
    Forbidden,
    NotFound,
    Problem,
    Refused,
    TooMany,
    Unauthorized,
    Unavailable,
    Unreadable,
)
from fablab.members.viewer import Viewer
from fablab.web import flash, forms
from fablab.web.auth import admin_only, scope, signed_in, staff_only
from fablab.web.bodies import body, query
from fablab.web.describing import described
from fablab.web.entrance import FabLab
from fablab.web.once import Answer, answer, once, once_form
from fablab.web.pages import go, page
from fablab.web.sessions import begin_session, end_session
from tests.factories import MONDAY

Asked = Request[Any, Any, Any]

FAILURES: dict[str, Exception] = {
    "refused": Refused(
        Problem("too_long", "At most {most}.", "ends_at", {"most": 3}, limit=3, nearest=[MONDAY]),
        Problem("notice", "Too late.", overridable=True),
    ),
    "taken": Refused(Problem("notice", "Too late."), Problem("taken", "Somebody has it.")),
    "unreadable": Unreadable(Problem("unreadable", "No number.", "machine")),
    "missing": NotFound("secret detail"),
    "forbidden": Forbidden("Not on a Monday."),
    "field": Forbidden("You may not set this.", field="role"),
    "unauthorized": Unauthorized(),
    "too-many": TooMany(retry_after=7),
    "unavailable": Unavailable(retry_after=3),
    "crash": RuntimeError("secret detail"),
    "number": OverflowError("Python int too large"),
}


class Wish(msgspec.Struct):
    """What the trial's POST takes."""

    machine: str
    starts_at: datetime
    seats: int = 1


class Search(msgspec.Struct):
    at: datetime | None = None
    limit: int | None = None


class Done(msgspec.Struct):
    number: int


@get("/trial/who")
async def who(viewer: NamedDependency[Viewer | None]) -> dict[str, Any]:
    if viewer is None:
        return {"id": None}
    scopes = None if viewer.scopes is None else sorted(viewer.scopes)
    return {"id": viewer.id, "charter": viewer.charter_version, "scopes": scopes}


@get("/trial/mine", guards=[signed_in])
async def mine(viewer: NamedDependency[Viewer]) -> dict[str, int]:
    return {"id": viewer.id}


@get("/trial/staff", guards=[staff_only], sync_to_thread=False)
def staff() -> str:
    return "staff"


@get("/trial/admin", guards=[admin_only], sync_to_thread=False)
def admin() -> str:
    return "admin"


@get("/trial/row/{row_id:int}", sync_to_thread=False)
def row(row_id: FromPath[int], wanted: FromQuery[int] = 0) -> str:
    return str(row_id + wanted)


@get("/trial/secret/{code:str}", sync_to_thread=False)
def secret(code: FromPath[str]) -> str:
    return code


@get("/trial/page")
async def a_page(request: Asked) -> Template:
    return page(request, "errors/error.html", title="Trial", advice="", code=200, request_id="1")


@get("/trial/long", sync_to_thread=False)
def long() -> str:
    return "a long story " * 500


@get("/trial/fail/{kind:str}", sync_to_thread=False)
def fail(kind: FromPath[str]) -> str:
    raise FAILURES[kind]


@post("/trial/sign-in/{member_id:int}")
async def sign_in(request: Asked, member_id: FromPath[int]) -> Redirect:
    await begin_session(request, member_id)
    return go(request, "/trial/flashes", "Welcome!")


@post("/trial/sign-out")
async def sign_out(request: Asked) -> Redirect:
    await end_session(request)
    return Redirect("/", status_code=303)


@get("/trial/flashes", sync_to_thread=False)
def flashes(request: Asked) -> list[list[str]]:
    return [[one.kind, one.text] for one in flash.shown(request)]


@post("/trial/echo", status_code=200)
async def echo(request: Asked) -> dict[str, list[str]]:
    return await forms.form_data(request)


acted: list[str] = []


@post("/trial/form", status_code=303)
async def a_form(request: Asked) -> Redirect:
    sent = await forms.form_data(request)

    async def act() -> str:
        acted.append("form")
        return f"/done/{len(acted)}"

    return Redirect(await once_form(1, "trial", forms.key_of(sent), act), status_code=303)


@get("/api/v1/trial/who", tags=["trial"])
async def api_who(viewer: NamedDependency[Viewer | None]) -> dict[str, Any]:
    """Who asks."""
    return {"id": viewer.id if viewer else None}


@post(
    "/api/v1/trial/wishes",
    tags=["trial"],
    guards=[scope("book")],
    opt=described(takes=Wish, gives=Done, status=201),
)
async def wish(request: Asked, viewer: NamedDependency[Viewer]) -> Response[bytes]:
    """Wish for a machine.

    The long explanation.
    """
    wished = await body(request, Wish)

    async def act() -> Answer:
        acted.append(wished.machine)
        if wished.machine == "taken":
            raise Refused(Problem("taken", "Somebody has it."))
        return answer(201, Done(len(acted)), f"/api/v1/trial/wishes/{len(acted)}")

    return await once(request, viewer.id, await request.body(), act)


@get("/api/v1/trial/search", tags=["trial"], opt=described(asks=Search, gives=list[Done]))
async def search(request: Asked) -> list[str]:
    """Search."""
    return [str(query(request, Search).at)]


@get("/api/v1/trial/fail/{kind:str}", tags=["trial"], sync_to_thread=False)
def api_fail(kind: FromPath[str]) -> str:
    """Fail."""
    raise FAILURES[kind]


PAGES = [
    *(who, mine, staff, admin, row, secret, a_page, long, fail),
    *(sign_in, sign_out, flashes, echo, a_form),
]
API = [api_who, wish, search, api_fail]


def trial_app() -> FabLab:
    """The real app with these routes beside its own."""
    app = create_app()
    app.register(Router("", route_handlers=PAGES))
    app.register(Router("", route_handlers=API, include_in_schema=True))
    return app
