"""A browser without a screen: keeps cookies, fills in forms, and follows nothing by itself."""

from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx

from fablab.core import clock
from fablab.core.secrets import digest, new_token, signature
from fablab.members.tables import Member, Session
from fablab.web import csrf, sessions
from tests.support.forms import Form, forms


class Browser(httpx.AsyncClient):
    """`submit` sends a page's own form, token and one-time key included, as a person would.

    `post` and its like bring the token along in a header; `{csrf.HEADER: ""}` leaves it out.
    """

    def __init__(self, app: Any, **options: Any) -> None:
        transport = httpx.ASGITransport(app=app)
        super().__init__(transport=transport, base_url="http://lab.test", **options)
        self.cookies.set(csrf.COOKIE, "secret-of-this-browser", domain="lab.test")

    async def sign_in(self, member: Member | int) -> None:
        """As that member from now on, without the sign-in page."""
        key, now = new_token(), clock.now()
        await Session.objects().create(
            key_hash=digest(key),
            member=member if isinstance(member, int) else member.id,
            made_at=now,
            last_seen_at=now,
            expires_at=now + sessions.LIFETIME,
        )
        self.cookies.set(sessions.COOKIE, key, domain="lab.test")

    def sign_out(self) -> None:
        """Forget who one was; the session itself goes on."""
        self.cookies.delete(sessions.COOKIE)

    async def request(self, method: str, url: Any, **options: Any) -> httpx.Response:
        if method not in csrf.SAFE:
            options["headers"] = {csrf.HEADER: self.token()} | dict(options.get("headers") or {})
        return await super().request(method, url, **options)

    def token(self) -> str:
        secret = next(cookie.value for cookie in self.cookies.jar if cookie.name == csrf.COOKIE)
        mark = signature("csrf", f"{secret}\nsalt")
        return f"salt.{mark}"

    async def submit(self, page: str, action: str | None = None, **fields: Any) -> httpx.Response:
        """Open the page, fill in its form, send it. See `send_form`."""
        shown = await self.get(page)
        assert shown.status_code == 200, f"{page} answered {shown.status_code}"
        return await self.send_form(shown, action, **fields)

    async def send_form(
        self, shown: httpx.Response, action: str | None = None, **fields: Any
    ) -> httpx.Response:
        """Send the form of a page one has, with these fields changed; None leaves a field out.

        With `action`, the form that goes to that path; without, the page's only posted form.
        """
        form = _chosen(shown, action)
        values = form.fields | fields
        return await self.post(
            urljoin(str(shown.url), form.action),
            data={name: value for name, value in values.items() if value is not None},
            headers={csrf.HEADER: ""},
        )


def _chosen(shown: httpx.Response, action: str | None) -> Form:
    posted = [form for form in forms(shown.text) if form.method == "post"]
    fitting = [
        form
        for form in posted
        if (form.is_main if action is None else urlsplit(form.action).path == action)
    ]
    actions = [form.action for form in posted]
    assert len(fitting) == 1, f"{shown.url} has forms to {actions}; wanted {action or 'one'}"
    return fitting[0]
