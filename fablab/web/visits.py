"""What one request carries with it from the door to the log line."""

import secrets
from dataclasses import dataclass, field
from typing import Any

from litestar.datastructures import Cookie

from fablab.core.settings import settings


@dataclass(slots=True)
class Visit:
    """One request: its id, where it comes from, and the cookies its answer will set."""

    id: str
    address: str = ""
    cookies: dict[str, str] = field(default_factory=dict)
    csrf: str = ""
    sent: dict[str, list[str]] | None = None
    flashes: list[tuple[str, str]] = field(default_factory=list)


def new_id() -> str:
    return secrets.token_hex(8)


def visit_of(scope: Any) -> Visit:
    """The visit of a request; works on any scope that came through the door."""
    found: Visit = scope["state"]["visit"]
    return found


def cookie_name(name: str) -> str:
    """Behind TLS the browser itself guarantees that only this host could set it."""
    return f"__Host-{name}" if settings.secure else name


def set_cookie(scope: Any, name: str, value: str, max_age: int | None = None) -> None:
    """Let the answer set a cookie: for this site only, out of reach of scripts."""
    full = cookie_name(name)
    cookie = Cookie(
        key=full,
        value=value,
        path="/",
        max_age=max_age,
        httponly=True,
        samesite="lax",
        secure=settings.secure,
    )
    visit_of(scope).cookies[full] = cookie.to_header(header="")


def forget_cookie(scope: Any, name: str) -> None:
    set_cookie(scope, name, "", max_age=0)
