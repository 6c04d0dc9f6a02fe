"""From the app's errors to answers: a page for people, a problem document for programs.

The only place where an error of the domain meets a status code. Handlers are plain functions:
the framework cannot await them.
"""

import logging
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

import asyncpg
from litestar import Request, Response
from litestar.exceptions import HTTPException
from litestar.response import Redirect

from fablab.core import i18n
from fablab.core.errors import (
    FablabError,
    Forbidden,
    NotFound,
    Problem,
    Refused,
    TooMany,
    Unauthorized,
    Unavailable,
    Unreadable,
)
from fablab.web import problems
from fablab.web.auth import safe_next
from fablab.web.csrf import SAFE
from fablab.web.language import is_api
from fablab.web.pages import page
from fablab.web.visits import visit_of
from fablab.web.whence import page_of_form

Asked = Request[Any, Any, Any]
logger = logging.getLogger("fablab")
GONE = "client disconnected prematurely"


@dataclass(frozen=True, slots=True)
class Verdict:
    """How an error is told: the status, the reasons, what else the headers say."""

    status: int
    problems: Sequence[Problem] = ()
    detail: str = ""
    headers: dict[str, str] = field(default_factory=dict)


def verdict(error: Exception) -> Verdict:
    """What an error means to whoever asked."""
    match error:
        case Unreadable():
            return Verdict(400, error.problems)
        case Refused():
            return Verdict(problems.status_of(error.problems), error.problems)
        case NotFound():
            return Verdict(404)
        case Forbidden():
            return forbidden(error)
        case Unauthorized():
            return Verdict(401, headers={"www-authenticate": 'Bearer realm="fablab"'})
        case TooMany():
            return Verdict(429, headers={"retry-after": str(error.retry_after)})
        case Unavailable():
            return Verdict(503, headers={"retry-after": str(error.retry_after)})
        case HTTPException():
            return of_the_framework(error)
        case sqlite3.OperationalError() | asyncpg.DiskFullError():
            return of_the_disk(error)
        case asyncpg.DataError() | OverflowError():
            return Verdict(400)  # a number no column holds
        case _:
            return Verdict(500)


def forbidden(error: Forbidden) -> Verdict:
    if error.field is None:
        return Verdict(403, detail=str(error))
    message = str(error) or problems.KNOWN[403][2]
    return Verdict(403, (Problem("forbidden", message, error.field),))


def of_the_framework(error: HTTPException) -> Verdict:
    """Its sentences are English and for programmers: only the status and some headers are told."""
    kept = {"allow", "retry-after", "www-authenticate"}
    said = {name: text for name, text in (error.headers or {}).items() if name.lower() in kept}
    return Verdict(error.status_code, fields_of(error), headers=said)


def fields_of(error: HTTPException) -> tuple[Problem, ...]:
    """The parameters of an address that could not be read, by name."""
    if error.status_code != 400 or not isinstance(error.extra, list):
        return ()
    names = [str(one.get("key", "")) for one in error.extra if isinstance(one, dict)]
    message = problems.KNOWN[400][2]
    return tuple(Problem("unreadable", message, name or None) for name in names)


def of_the_disk(error: Exception) -> Verdict:
    """No room, no answer from the disk, or too many who write: nothing kept, nothing broken."""
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_FULL) & 0xFF
    seconds = {sqlite3.SQLITE_FULL: 60, sqlite3.SQLITE_IOERR: 60, sqlite3.SQLITE_CANTOPEN: 60}
    seconds |= {sqlite3.SQLITE_BUSY: 2, sqlite3.SQLITE_LOCKED: 2}
    if code not in seconds:
        return Verdict(500)
    return Verdict(503, headers={"retry-after": str(seconds[code])})


def show(request: Asked, error: Exception) -> Response[Any]:
    """The answer to an error."""
    found = verdict(error)
    if is_ours(error, found):
        log(error, request, outage=found.status == 503)
    if not wants_page(request):
        told = problems.document(
            found.status, visit_of(request.scope).id, found.problems, found.detail
        )
        return problems.answer(told, found.headers)
    if found.status == 401:
        return ask_to_sign_in(request)
    asks_to_see = found.status == 405 and request.scope["method"] == "GET"
    if asks_to_see and (to := page_of_form(request.app, request.scope["path"])):
        return Redirect(to, status_code=303)
    return error_page(request, found)


def log(error: Exception, request: Asked, *, outage: bool) -> None:
    """An outage is a line a request, with its cause; what we did not expect, a whole traceback."""
    name, route = type(error).__name__, route_of(request)
    if outage:
        logger.warning("%s at %s: %r", name, route, error.__cause__ or error)
    else:
        logger.error("%s at %s", name, route, exc_info=error)


def is_ours(error: Exception, found: Verdict) -> bool:
    """Whether the operator should hear of it; not of visitors who went away while sending."""
    if GONE in str(getattr(error, "detail", "")):
        return False
    return found.status >= 500 or not isinstance(error, FablabError | HTTPException)


def route_of(request: Asked) -> str:
    return f"{request.scope['method']} {request.scope.get('path_template') or 'no route'}"


def wants_page(request: Asked) -> bool:
    """People get pages; programs, and our own scripts that ask for JSON, get documents."""
    if is_api(request.scope):
        return False
    accepts = request.headers.get("accept", "")
    return "json" not in accepts or "text/html" in accepts


def ask_to_sign_in(request: Asked) -> Redirect:
    """After signing in one finds the page again; after a form, the page it stood on."""
    path = request.url.path
    if request.scope["method"] in SAFE:
        target = f"{path}?{request.url.query}" if request.url.query else path
    else:
        target = urlsplit(request.headers.get("referer", "")).path or "/"
    return Redirect("/sign-in?" + urlencode({"next": safe_next(target)}), status_code=303)


def error_page(request: Asked, found: Verdict) -> Response[Any]:
    _, title, advice = problems.known(found.status)
    return page(
        request,
        "errors/error.html",
        status=found.status,
        problems=found.problems,
        headers=found.headers,
        title=i18n.gettext(title),
        advice=i18n.gettext(found.detail or advice),
        code=found.status,
        request_id=visit_of(request.scope).id,
    )


HANDLERS: dict[type[Exception] | int, Any] = {
    FablabError: show,
    HTTPException: show,
    Exception: show,
}
