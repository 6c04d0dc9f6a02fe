"""What a form sent, field by field, before anybody understands it."""

from typing import Any
from urllib.parse import unquote_to_bytes

from litestar import Request
from litestar.exceptions.http_exceptions import RequestEntityTooLarge

from fablab.core.errors import Problem, Unreadable
from fablab.core.words import N_
from fablab.web.visits import visit_of

MOST_FIELDS = 1_000
LARGEST_FORM = 262_144
URL_ENCODED = "application/x-www-form-urlencoded"

Sent = dict[str, list[str]]


async def form_data(request: Request[Any, Any, Any]) -> Sent:
    """Every field with all its values, in the order they came; read once a request.

    `Unreadable` when it is not a URL-encoded form, has too many fields, or is not UTF-8.
    """
    visit = visit_of(request.scope)
    if visit.sent is None:
        body = await request.body()
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if len(body) > LARGEST_FORM:
            raise RequestEntityTooLarge
        if body and kind != URL_ENCODED:
            raise Unreadable(Problem("unreadable", N_("This is not a form of ours.")))
        visit.sent = parsed(body)
    return visit.sent


def parsed(body: bytes) -> Sent:
    if len(body) > LARGEST_FORM or body.count(b"&") >= MOST_FIELDS:
        raise Unreadable(Problem("unreadable", N_("This form is too large.")))
    sent: Sent = {}
    for pair in filter(None, body.split(b"&")):
        name, _, value = pair.partition(b"=")
        sent.setdefault(decoded(name), []).append(decoded(value))
    return sent


def decoded(text: bytes) -> str:
    try:
        return unquote_to_bytes(text.replace(b"+", b" ")).decode("utf-8")
    except UnicodeDecodeError as wrong:
        message = N_("This holds characters that cannot be read.")
        raise Unreadable(Problem("unreadable", message)) from wrong
