"""Problem documents (RFC 9457): what a program hears when the answer is no."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any

import msgspec
from litestar import Response

from fablab.core import formats, i18n
from fablab.core.errors import Problem
from fablab.core.money import Money
from fablab.core.periods import Period
from fablab.core.words import N_, Words
from fablab.core.zones import iso

MEDIA_TYPE = "application/problem+json"
CONFLICTS = frozenset({"taken", "on_hold", "insufficient_stock", "idempotency_conflict"})

# status -> (code, title, what to do about it)
KNOWN: dict[int, tuple[str, str, str]] = {
    400: ("unreadable", N_("Unreadable request"), N_("The request could not be understood.")),
    401: ("unauthorized", N_("Not signed in"), N_("Sign in, or send a token that is in force.")),
    403: ("forbidden", N_("Not allowed"), N_("You may not do this.")),
    404: ("not_found", N_("Not found"), N_("There is nothing at this address, or not for you.")),
    405: ("wrong_method", N_("Wrong method"), N_("This address cannot be used in that way.")),
    409: ("conflict", N_("Conflict"), N_("Something else stands in the way.")),
    413: ("too_large", N_("Too large"), N_("What was sent is too large.")),
    415: ("wrong_type", N_("Wrong type"), N_("What was sent is of a type not understood here.")),
    422: ("refused", N_("Refused"), N_("The rules of the lab do not allow this.")),
    429: ("too_many", N_("Too many requests"), N_("That was too often. Try again in a moment.")),
    500: ("failed", N_("Something went wrong"), N_("This is our fault. Please try again later.")),
    503: ("unavailable", N_("Out of reach"), N_("The lab is busy. Try again in a moment.")),
}


def known(status: int) -> tuple[str, str, str]:
    return KNOWN.get(status) or KNOWN[500 if status >= 500 else 400]


def status_of(problems: Sequence[Problem]) -> int:
    """409 when somebody or something else is in the way, 422 for rules."""
    return 409 if any(problem.code in CONFLICTS for problem in problems) else 422


def leading(problems: Sequence[Problem]) -> Problem | None:
    """The problem a program should look at first: a conflict, else the first."""
    found = next((problem for problem in problems if problem.code in CONFLICTS), None)
    return found or next(iter(problems), None)


def document(
    status: int, request_id: str, problems: Sequence[Problem] = (), detail: str = ""
) -> dict[str, Any]:
    """The document in the language of `i18n.language`, its times with the lab's offset."""
    code, title, advice = known(status)
    first = leading(problems)
    said: dict[str, Any] = {
        "type": f"/api/docs#{first.code if first else code}",
        "title": i18n.gettext(title),
        "status": status,
        "detail": i18n.say(first) if first else i18n.gettext(detail or advice),
        "code": first.code if first else code,
        "request_id": request_id,
    }
    if problems:
        said["violations"] = [violation(problem) for problem in problems]
    return said


def violation(problem: Problem) -> dict[str, Any]:
    """One reason of several; `limit` and `nearest` only where the rule has them."""
    said: dict[str, Any] = {
        "code": problem.code,
        "field": problem.about,
        "message": i18n.say(problem),
        "overridable": problem.overridable,
    }
    if problem.limit is not None:
        said["limit"] = plain(problem.limit)
    if problem.nearest is not None:
        said["nearest"] = plain(problem.nearest)
    return said


def plain(value: Any) -> Any:
    """As JSON writes it here: instants with the lab's offset, lengths in minutes."""
    match value:
        case Enum():
            return value.value
        case bool() | int() | str() | None:
            return value
        case datetime():
            return iso(value, formats.lab_zone())
        case date():
            return value.isoformat()
        case timedelta():
            return int(value.total_seconds()) // 60
        case Period():
            return {"starts_at": plain(value.start), "ends_at": plain(value.end)}
        case Words():
            return value.say(i18n.language.get())
        case Money():
            return {"amount": value.amount, "currency": value.currency}
        case dict():
            return {str(name): plain(each) for name, each in value.items()}
        case list() | tuple() | set() | frozenset():
            return [plain(each) for each in value]
        case Decimal():
            return str(value)
        case _:
            return str(value)


def answer(document: dict[str, Any], headers: dict[str, str]) -> Response[bytes]:
    language = i18n.language.get()
    said = {"cache-control": "no-store", "vary": "Accept-Language", "content-language": language}
    return Response(
        msgspec.json.encode(document),
        status_code=document["status"],
        media_type=MEDIA_TYPE,
        headers=said | headers,
    )
