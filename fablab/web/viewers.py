"""Who is asking, found by the key their browser or their program sends: one statement each.

None where they asked a moment ago and nobody has committed anything since: whatever could make
them somebody else, or nobody, is a commit or the end of their session.
"""

import asyncio
import json
import logging
from collections.abc import Hashable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from fablab.core import clock, db
from fablab.core.errors import Unavailable
from fablab.core.kept import Lately
from fablab.core.secrets import digest
from fablab.members.rules import allowed_scopes
from fablab.members.tables import ApiToken, Role, Session
from fablab.members.viewer import Viewer

logger = logging.getLogger("fablab")
SEEN_EVERY = timedelta(minutes=5)
SECONDS_TO_NOTE = 0.5  # who only reads does not wait for somebody who writes
LONGEST_KEY = 200
MOST_REMEMBERED = 2_000

PERSON = """
m.id, m.number, m.role, m.language, m.given_name_ar, m.family_name_ar, m.given_name_latin,
m.family_name_latin, m.email, m.email_confirmed_at,
(SELECT max(c.version) FROM charter_acceptance c WHERE c.member = m.id) AS charter_version,
(SELECT count(*) FROM notification n WHERE n.member = m.id AND n.read_at IS NULL) AS unread
"""
BY_SESSION = f"""
SELECT s.id AS session_id, s.last_seen_at AS seen_at, s.expires_at, {PERSON}
FROM session s JOIN member m ON m.id = s.member
WHERE s.key_hash = {{}} AND s.expires_at > {{}} AND m.state = 'active'
"""  # noqa: S608 - both parts are ours
BY_TOKEN = f"""
SELECT t.id AS token_id, t.last_used_at AS seen_at, t.scopes, {PERSON}
FROM api_token t JOIN member m ON m.id = t.member
WHERE t.key_hash = {{}} AND t.revoked_at IS NULL AND m.state = 'active'
"""  # noqa: S608 - both parts are ours


@dataclass(frozen=True, slots=True)
class Remembered:
    """Whom a key belongs to, until then: the session ends, or their visit is to be noted again."""

    viewer: Viewer
    until: datetime


Memory = Lately[Remembered]  # who has asked since the last commit, by the digest of their key
_sessions, _tokens = Memory(MOST_REMEMBERED), Memory(MOST_REMEMBERED)


async def by_session(key: str, as_of: Hashable = None) -> Viewer | None:
    """The member signed in with that session key; None when it is unknown, over or closed.

    `as_of` (see `versions.Stamps`) was read before; without it, the database is asked.
    """
    if not key or len(key) > LONGEST_KEY:
        return None
    hashed = digest(key)
    if remembered := recall(_sessions, as_of, hashed):
        return remembered
    rows = await db.fetch(BY_SESSION, hashed, clock.now())
    if not rows:
        return None
    [row] = rows
    if is_due(row):
        await noted(Session, Session.last_seen_at, row["session_id"])
    found = viewer(row, session_id=row["session_id"])
    keep(_sessions, as_of, hashed, found, row)
    return found


async def by_token(token: str, as_of: Hashable = None) -> Viewer | None:
    """The member a program acts for; None when the token is unknown, revoked or closed."""
    if not token or len(token) > LONGEST_KEY:
        return None
    hashed = digest(token)
    if remembered := recall(_tokens, as_of, hashed):
        return remembered
    rows = await db.fetch(BY_TOKEN, hashed)
    if not rows:
        return None
    [row] = rows
    if is_due(row):
        await noted(ApiToken, ApiToken.last_used_at, row["token_id"])
    may = frozenset(json.loads(row["scopes"])) & frozenset(allowed_scopes(row["role"]))
    found = viewer(row, scopes=may)
    keep(_tokens, as_of, hashed, found, row)
    return found


def recall(memory: Memory, as_of: Hashable, hashed: str) -> Viewer | None:
    found = memory.get(as_of, hashed)
    return found.viewer if found and clock.now() < found.until else None


def keep(memory: Memory, as_of: Hashable, hashed: str, viewer: Viewer, row: dict[str, Any]) -> None:
    seen_at, expires_at = db.instant(row["seen_at"]), db.instant(row.get("expires_at"))
    if seen_at is not None:
        due = seen_at + SEEN_EVERY
        memory.put(as_of, hashed, Remembered(viewer, min(due, expires_at or due)))


def viewer(row: dict[str, Any], **came_by: Any) -> Viewer:
    return Viewer(
        id=row["id"],
        number=row["number"],
        role=Role(row["role"]),
        language=row["language"],
        given_name_ar=row["given_name_ar"],
        family_name_ar=row["family_name_ar"],
        given_name_latin=row["given_name_latin"],
        family_name_latin=row["family_name_latin"],
        email=row["email"],
        email_confirmed=row["email_confirmed_at"] is not None,
        charter_version=row["charter_version"] or 0,
        unread=row["unread"],
        **came_by,
    )


def is_due(row: dict[str, Any]) -> bool:
    """Whether the last look is long enough ago to be noted again: not at every request."""
    at = db.instant(row["seen_at"])
    return at is None or at < clock.now() - SEEN_EVERY


async def noted(table: Any, column: Any, row_id: int) -> None:
    """Write down that they were here. Nobody is turned away because that must wait."""
    try:
        async with asyncio.timeout(SECONDS_TO_NOTE):
            await seen(table, column, row_id)
    except (Unavailable, TimeoutError):
        logger.info("Not noted when %s %s was last seen.", table.__name__, row_id)


@db.transactional
async def seen(table: Any, column: Any, row_id: int) -> None:
    await table.update({column: clock.now()}).where(table.id == row_id)
