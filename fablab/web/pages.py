"""A page: a template with what every page knows.

    return page(request, "machines/show.html", machine=machine)
    return page(request, "bookings/new.html", status=422, problems=refused.problems, values=sent)
    return go(request, "/me", _("Your booking is made."))

Every template finds `lang`, `dir`, `place`, `viewer`, `unread`, `flashes`, `csrf_input`, `path`,
`again`, `stamps`, `problems`, `values`, `url(name, **params)` and the global `asset(name)`.
`place`, `stamps` and `viewer` are None on an error made before anybody was asked.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from litestar import Request
from litestar.response import Redirect, Template

from fablab.core import i18n
from fablab.core.errors import Problem
from fablab.web import csrf, flash
from fablab.web.sent import Sent

Asked = Request[Any, Any, Any]
HOME = "/"
PRIVATE = {"cache-control": "private, no-store", "vary": "Accept-Language, Cookie, X-Fragment"}


class Values(dict[str, Any]):
    """What was typed, to be shown again: one text a field, or a list where there were several."""

    @classmethod
    def of(cls, values: "Sent | Mapping[str, Any] | None") -> "Values":
        return cls({name: single(value) for name, value in (values or {}).items()})


def single(value: Any) -> Any:
    """One text of a field sent once; its last would not do for tick boxes, which send several."""
    if isinstance(value, list) and len(value) == 1:
        return value[0]
    return "" if value is None else value


class Page(Template):
    """A template that says only what we gave it: the framework's own context is left out."""

    def create_template_context(self, request: Asked) -> dict[str, Any]:
        return self.context


def page(
    request: Asked,
    template: str,
    *,
    status: int = 200,
    problems: Sequence[Problem] = (),
    values: "Sent | Mapping[str, Any] | None" = None,
    headers: Mapping[str, str] | None = None,
    **context: Any,
) -> Template:
    """The template with its context and the common one. Never cached unless `headers` say so."""
    said = {**PRIVATE, "content-language": i18n.language.get(), **(headers or {})}
    common = known_to_all(request)
    shown = {"problems": list(problems), "values": Values.of(values)}
    return Page(template, context={**common, **shown, **context}, status_code=status, headers=said)


def known_to_all(request: Asked) -> dict[str, Any]:
    """What every page knows without asking for it."""
    scope, lang = request.scope, i18n.language.get()
    viewer = scope["user"]
    return {
        "lang": lang,
        "dir": i18n.direction(lang),
        "place": scope["state"].get("place"),
        "stamps": scope["state"].get("stamps"),
        "viewer": viewer,
        "unread": viewer.unread if viewer else 0,
        "flashes": flash.shown(request),
        "csrf_input": csrf.CsrfInput(scope),
        "path": scope["path"],
        "again": again(request),
        "url": partial(address, request.app),
    }


def again(request: Asked) -> str:
    """Where this page is found again with GET. An address that only takes what a form sends is
    not: then it is the page on which the form stood, or home when that is not known."""
    scope = request.scope
    if scope["method"] in csrf.SAFE or shows_itself(request):
        query = scope["query_string"].decode("latin-1")
        return f"{quote(scope['path'])}?{query}" if query else quote(scope["path"])
    try:
        came = urlsplit(request.headers.get("referer", ""))
    except ValueError:
        return HOME
    if came.path in ("", scope["path"]):
        return HOME
    return f"{came.path}?{came.query}" if came.query else came.path


def shows_itself(request: Asked) -> bool:
    """Whether the address of a form that was sent also shows a page."""
    template = request.scope.get("path_template")
    return any(route.path == template and "GET" in route.methods for route in request.app.routes)


def address(app: Any, route: str, **params: Any) -> str:
    """The address of a named route; what its path does not take goes into the query."""
    index = app.get_handler_index_by_name(route)
    if index is None:
        raise LookupError(f"There is no route named {route!r}.")
    taken = {name for name in params if any(f"{{{name}:" in path for path in index["paths"])}
    reverse: Callable[..., str] = app.route_reverse
    path = reverse(route, **{name: params[name] for name in taken})
    rest = {name: value for name, value in params.items() if name not in taken}
    query = {name: value for name, value in rest.items() if value is not None}
    return f"{path}?{urlencode(query, doseq=True)}" if query else path


def go(request: Asked, to: str, text: str = "", kind: flash.Kind = "ok") -> Redirect:
    """On to another page (303), with something to tell there."""
    if text:
        flash.flash(request, text, kind)
    return Redirect(to, status_code=303)
