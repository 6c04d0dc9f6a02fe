"""A form is heard only from our own pages.

The browser holds a random secret in a cookie no script can read; every form carries a token made
of it that only we can make. A new one a page, so that compressing pages betrays nothing. The API
knows no cookies and needs none of this.
"""

import hmac
import secrets
from typing import Any

from litestar import Request
from markupsafe import Markup

from fablab.core.errors import Forbidden
from fablab.core.secrets import signature
from fablab.core.words import N_
from fablab.web import language
from fablab.web.sent import form_data
from fablab.web.visits import cookie_name, set_cookie, visit_of

COOKIE, FIELD, HEADER = "csrf", "_csrf_token", "x-csrf-token"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
A_YEAR = 365 * 24 * 3600
Asked = Request[Any, Any, Any]


class ForeignForm(Forbidden):
    """The form came without our token, or with another browser's."""

    def __init__(self) -> None:
        super().__init__(
            N_("This form was open for too long, or cookies are off. Go back, reload, try again.")
        )


class OwnForms:
    """The middleware that refuses what another site made the browser send."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and scope["method"] not in SAFE and not is_spared(scope):
            await check(Request(scope, receive))
        await self.app(scope, receive, send)


def is_spared(scope: Any) -> bool:
    return language.is_api(scope) or bool(scope["route_handler"].opt.get("plain"))


async def check(request: Asked) -> None:
    """Reads the form, also of a route that asks for none: what is no form of ours ends here."""
    sent = await form_data(request)
    given = request.headers.get(HEADER) or sent.get(FIELD, [""])[-1]
    secret = request.cookies.get(cookie_name(COOKIE), "")
    salt, _, mark = given.partition(".")
    expected = signature("csrf", f"{secret}\n{salt}")
    if not secret or not hmac.compare_digest(mark.encode(), expected.encode()):
        raise ForeignForm


def token(scope: Any) -> str:
    """A token for a form on this page; the browser is given its secret if it has none yet."""
    visit = visit_of(scope)
    if not visit.csrf:
        secret = Request[Any, Any, Any](scope).cookies.get(cookie_name(COOKIE))
        if not secret:
            secret = secrets.token_urlsafe(24)
            set_cookie(scope, COOKIE, secret, max_age=A_YEAR)
        salt = secrets.token_urlsafe(9)
        visit.csrf = f"{salt}.{signature('csrf', f'{secret}{chr(10)}{salt}')}"
    return visit.csrf


class CsrfInput:
    """The hidden field for a form. A page that shows none leaves visitors without a cookie."""

    def __init__(self, scope: Any) -> None:
        self.scope = scope

    def __html__(self) -> str:
        return Markup('<input type="hidden" name="{}" value="{}">').format(FIELD, token(self.scope))

    __str__ = __html__
