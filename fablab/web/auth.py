"""Who is asking, where and in which language: known before any handler runs.

In a handler: `viewer: SignedIn` behind the guard `signed_in`, `viewer: Asker` where visitors may
come too (None), `place: Here`. A route with `opt={"plain": True}` asks for none of it.
"""

from collections.abc import Awaitable, Callable, Hashable
from typing import Any
from urllib.parse import urlsplit

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.di import NamedDependency
from litestar.handlers.base import BaseRouteHandler

from fablab.core import formats, i18n, versions
from fablab.core.errors import Forbidden, NotFound, Unauthorized
from fablab.core.words import N_
from fablab.lab import queries as lab
from fablab.lab.place import Place
from fablab.machines.catalogue import Catalogue
from fablab.machines.queries import catalogue
from fablab.members.viewer import Viewer
from fablab.web import language, limits, sessions, viewers
from fablab.web.headers import heard
from fablab.web.visits import cookie_name, visit_of

Connection = ASGIConnection[Any, Any, Any, Any]
Guard = Callable[[Connection, BaseRouteHandler], Awaitable[None]]  # a plain one would cost a thread
Asked = Request[Any, Any, Any]

SignedIn = NamedDependency[Viewer]
Asker = NamedDependency[Viewer | None]
Here = NamedDependency[Place]
Machines = NamedDependency[Catalogue]

LARGEST_ID = 2**31 - 1


class Reception:
    """The middleware that finds out. Two statements: the place's stamps, the person."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and not scope["route_handler"].opt.get("plain"):
            await receive_visitor(scope)
        await self.app(scope, receive, send)


async def receive_visitor(scope: Any) -> None:
    stamps = await versions.stamps()
    place = await lab.place(stamps)
    scope["state"] |= {"place": place, "stamps": stamps}
    formats.zone_in_use.set(place.zone)
    i18n.language.set(language.negotiated(scope, place.languages, place.default_language))
    api = language.is_api(scope)
    viewer = await (by_token if api else by_cookie)(scope, stamps.as_of)
    scope["user"] = viewer
    asks_for_another = api and any(name == b"accept-language" for name, _ in scope["headers"])
    if viewer and viewer.language in place.languages and not asks_for_another:
        i18n.language.set(viewer.language)
    given: dict[str, Any] = scope["path_params"]
    if any(isinstance(it, int) and not 0 <= it <= LARGEST_ID for it in given.values()):
        raise NotFound  # no row has such an id, and PostgreSQL would not even look


async def by_cookie(scope: Any, as_of: Hashable) -> Viewer | None:
    if not heard(scope, b"cookie"):
        return None
    cookies = Asked(scope).cookies
    return await viewers.by_session(cookies.get(cookie_name(sessions.COOKIE), ""), as_of)


async def by_token(scope: Any, as_of: Hashable) -> Viewer | None:
    """Programs come with a token; a bad one is an error and not a visitor."""
    scheme, _, token = heard(scope, b"authorization").partition(" ")
    address = visit_of(scope).address
    if not scheme:
        limits.api.take(address)
        return None
    if not limits.api.knows(token):
        limits.api.look(address)
    viewer = await viewers.by_token(token.strip(), as_of) if scheme.lower() == "bearer" else None
    limits.api.take(token if viewer else address)
    if viewer is None:
        raise Unauthorized
    return viewer


# Each needs the one before it: what needs nothing, the framework starts at once, as a task each.
async def provide_viewer(request: Asked) -> Viewer | None:
    viewer: Viewer | None = request.scope["user"]
    return viewer


async def provide_place(request: Asked, viewer: Asker) -> Place:
    place: Place = request.scope["state"]["place"]
    return place


async def provide_machines(request: Asked, place: Here) -> Catalogue:
    """As of the stamps read at the door: nothing is asked again unless it changed."""
    return await catalogue(request.scope["state"]["stamps"])


async def signed_in(connection: Connection, _: BaseRouteHandler) -> None:
    """Visitors are asked to sign in; programs are told 401."""
    if connection.scope["user"] is None:
        raise Unauthorized


async def staff_only(connection: Connection, handler: BaseRouteHandler) -> None:
    """Managers and administrators."""
    await signed_in(connection, handler)
    if not connection.scope["user"].is_staff:
        raise Forbidden(N_("This is for the lab's staff."))


async def admin_only(connection: Connection, handler: BaseRouteHandler) -> None:
    await signed_in(connection, handler)
    if not connection.scope["user"].is_admin:
        raise Forbidden(N_("This is for administrators."))


def scope(name: str) -> Guard:
    """What a program's token must allow: `guards=[scope("book")]`. Implies `signed_in`."""

    async def within_scope(connection: Connection, handler: BaseRouteHandler) -> None:
        await signed_in(connection, handler)
        if not connection.scope["user"].may(name):
            raise Forbidden(N_("This token may not do that: it lacks a scope."))

    within_scope.scope = name  # type: ignore[attr-defined]
    return within_scope


def safe_next(text: str | None, otherwise: str = "/") -> str:
    """Where to go on to: a path of this site, whatever the address said. Never another site."""
    wish = text or ""
    if not wish.startswith("/") or wish.startswith("//") or "\\" in wish or len(wish) > 1000:
        return otherwise
    if not wish.isprintable() or " " in wish:
        return otherwise
    try:
        parts = urlsplit(wish)
    except ValueError:
        return otherwise
    return otherwise if parts.scheme or parts.netloc else wish
