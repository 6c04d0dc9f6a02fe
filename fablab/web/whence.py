"""Where the form of an address stands that only takes what a form sends.

Such an address gets into the address line when a form is refused, and asked for again (Enter,
a bookmark, a window restored) there is nothing at it to show. People are led to the page of the
form: the handler's `stands_on`, else the nearest address above that shows a page.
"""

from typing import Any
from urllib.parse import quote

from litestar.exceptions import MethodNotAllowedException, NotFoundException
from litestar.utils import normalize_path

HOME = "/"


def page_of_form(app: Any, path: str) -> str | None:
    """The page to be shown instead, or None when no form is sent to this path."""
    try:
        found = app.asgi_router.handle_routing(path=normalize_path(path), method="POST")
    except (MethodNotAllowedException, NotFoundException):
        return None
    _, handler, whole, _, template = found
    if stands_on := handler.opt.get("stands_on"):
        return str(stands_on)
    return quote(above(shown(app), template, whole))


def shown(app: Any) -> set[str]:
    return {route.path_format for route in app.routes if "GET" in getattr(route, "methods", ())}


def above(pages: set[str], template: str, path: str) -> str:
    """The nearest of these pages above, with the ids that the path has in it."""
    names, parts = template.split("/"), path.split("/")
    while len(names) > 2:
        names.pop()
        parts.pop()
        if "/".join(names) in pages:
            return "/".join(parts)
    return HOME
