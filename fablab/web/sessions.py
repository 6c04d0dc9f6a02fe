"""Signing in and out, as the browser sees it: a key in a cookie, its hash in a row."""

from datetime import timedelta
from typing import Any

from litestar import Request

from fablab.core import clock, db
from fablab.core.secrets import digest, new_token
from fablab.members.tables import Session
from fablab.web import wording
from fablab.web.visits import cookie_name, forget_cookie, set_cookie, visit_of

COOKIE = "session"
LIFETIME = timedelta(days=30)
Asked = Request[Any, Any, Any]


async def begin_session(request: Asked, member_id: int) -> int:
    """Sign the member in on this browser and return the session's id.

    Always under a new key, so that a key somebody planted before is worth nothing; the session
    the browser had until now ends. The cookie goes out with whatever answer follows.
    """
    key = new_token()
    session_id = await opened(request, member_id, key)
    set_cookie(request.scope, COOKIE, key, max_age=int(LIFETIME.total_seconds()))
    return session_id


async def end_session(request: Asked) -> None:
    """Sign out: the row goes, the cookie goes."""
    await close(request)
    forget_cookie(request.scope, COOKIE)


@db.transactional
async def opened(request: Asked, member_id: int, key: str) -> int:
    now = clock.now()
    await close(request)
    row = Session(
        key_hash=digest(key),
        member=member_id,
        made_at=now,
        last_seen_at=now,
        expires_at=now + LIFETIME,
        agent=wording.shown(request.headers.get("user-agent", ""))[:300],
        address=visit_of(request.scope).address,
    )
    await row.save()
    return int(row.id)


@db.transactional
async def close(request: Asked) -> None:
    if key := request.cookies.get(cookie_name(COOKIE)):
        await Session.delete().where(Session.key_hash == digest(key))
