"""Which language a request speaks, and where a person chooses it.

The member's own choice, then the cookie, then Accept-Language, then the lab's. A program at the
API is a reader without a cookie: it is heard by its Accept-Language first.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from litestar import Request

from fablab.core.words import LANGUAGES
from fablab.web.headers import heard
from fablab.web.visits import cookie_name

COOKIE = "language"
A_YEAR = 365 * 24 * 3600
Asked = Request[Any, Any, Any]


@lru_cache(maxsize=1024)
def accepted(header: str, offered: tuple[str, ...] = LANGUAGES) -> str | None:
    """The language of Accept-Language that we speak and its reader likes best, if any.

    `fr-MA` is French; `*` is whatever comes first of ours; `q=0` is a language not wanted.
    """
    wishes = [wish for part in header[:1000].split(",") if (wish := weighed(part))]
    unwanted = {tag for tag, weight in wishes if weight <= 0}
    for tag, weight in sorted(wishes, key=lambda wish: -wish[1]):
        if weight <= 0:
            break
        if tag in offered:
            return tag
        if tag == "*":
            return next((name for name in offered if name not in unwanted), None)
    return None


def weighed(part: str) -> tuple[str, float] | None:
    """`fr-CH;q=0.8` is ("fr", 0.8); what cannot be read is left out."""
    tag, _, rest = part.strip().partition(";")
    primary = tag.strip().lower().partition("-")[0]
    if not rest:
        return (primary, 1.0) if primary else None
    name, _, number = rest.strip().partition("=")
    try:
        weight = float(number)
    except ValueError:
        return None
    if name.strip() != "q" or not 0 <= weight <= 1:
        return None
    return primary, weight


def chosen(candidates: Iterable[str | None], offered: Sequence[str]) -> str | None:
    """The first of these that the lab speaks."""
    return next((name for name in candidates if name and name in offered), None)


def negotiated(scope: Any, offered: Sequence[str] = LANGUAGES, default: str = "en") -> str:
    """What the request's own headers ask for, without knowing yet who asks."""
    cookie = None if is_api(scope) or not heard(scope, b"cookie") else cookie_of(scope)
    wish = accepted(heard(scope, b"accept-language"), tuple(offered))
    return chosen([cookie, wish, default], offered) or default


def cookie_of(scope: Any) -> str | None:
    request: Asked = Request(scope)
    return request.cookies.get(cookie_name(COOKIE))


def is_api(scope: Any) -> bool:
    path: str = scope["path"]
    return path == "/api" or path.startswith("/api/v")
