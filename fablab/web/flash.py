"""What happened, told once on the next page: "Your booking is made."

It travels in a signed cookie, so that neither a redirect nor another server loses it.
"""

import base64
import json
from dataclasses import dataclass
from typing import Any, Literal

from litestar import Request

from fablab.core.secrets import signature, signed_by_us
from fablab.web.visits import cookie_name, forget_cookie, set_cookie, visit_of

COOKIE = "flash"
TEN_MINUTES = 600
LONGEST, MOST = 500, 4
BACKGROUND = "x-fragment"  # a script asks: what a person should read once waits for a real visit
Kind = Literal["ok", "warn", "stop", ""]


@dataclass(frozen=True, slots=True)
class Flash:
    kind: str
    text: str


def flash(request: Request[Any, Any, Any], text: str, kind: Kind = "ok") -> None:
    """Show `text`, already in the reader's language, on this page or the one redirected to."""
    waiting = visit_of(request.scope).flashes
    waiting.append((kind, text[:LONGEST]))
    set_cookie(request.scope, COOKIE, packed(waiting[-MOST:]), max_age=TEN_MINUTES)


def shown(request: Request[Any, Any, Any]) -> list[Flash]:
    """Everything to be told on this page, which is thereby told; nothing to a script."""
    sent = request.cookies.get(cookie_name(COOKIE))
    visit = visit_of(request.scope)
    if BACKGROUND in request.headers:
        return []
    waiting = [*unpacked(sent or ""), *visit.flashes]
    if sent or visit.flashes:
        visit.flashes.clear()
        forget_cookie(request.scope, COOKIE)
    return [Flash(kind, text) for kind, text in waiting]


def packed(waiting: list[tuple[str, str]]) -> str:
    content = json.dumps(waiting, ensure_ascii=False).encode()
    text = base64.urlsafe_b64encode(content).decode().rstrip("=")
    return f"{text}.{signature('flash', text)}"


def unpacked(cookie: str) -> list[tuple[str, str]]:
    """What we packed; nothing of what somebody else made up."""
    text, _, mark = cookie.partition(".")
    if not mark or not signed_by_us("flash", text, mark):
        return []
    content = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    return [(str(kind), str(said)) for kind, said in json.loads(content)]
