"""Who sends what: a waiting row is leased, so that no two processes send it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fablab.core import clock, db
from fablab.core.facts import Facts, load
from fablab.members.viewer import joined
from fablab.notifications.rendering import Reader
from fablab.notifications.tables import Notification

DUE = """
    SELECT id FROM notification
    WHERE mail_state = 'waiting' AND next_try_at <= {}
        AND (leased_until IS NULL OR leased_until <= {})
    ORDER BY next_try_at, id LIMIT {}
"""
TAKE = """
    UPDATE notification SET leased_until = {}, attempts = attempts + 1
    WHERE id IN {} AND mail_state = 'waiting'
        AND (leased_until IS NULL OR leased_until <= {})
    RETURNING id, member, template, facts, written_at, address, attempts
"""
READERS = """
    SELECT id, language, state, given_name_ar, family_name_ar, given_name_latin,
        family_name_latin
    FROM member WHERE id IN {}
"""


@dataclass(frozen=True, slots=True)
class Taken:
    """A row that is ours to send until the lease ends. Without `reader` there is nobody left."""

    id: int
    template: str
    facts: Facts
    written_at: datetime
    address: str
    attempts: int
    reader: Reader | None


async def waiting(limit: int) -> list[int]:
    now = clock.now()
    return [row["id"] for row in await db.fetch(DUE, now, now, limit)]


@db.transactional
async def take(ids: Sequence[int], until: datetime) -> list[Taken]:
    """Lease those of the rows that nobody else has, with whom they are for."""
    rows = await db.fetch(TAKE, until, db.among(ids), clock.now())
    if not rows:
        return []
    members = sorted({row["member"] for row in rows})
    found = await db.fetch(READERS, db.among(members))
    readers = {row["id"]: reader(row) for row in found if row["state"] == "active"}
    return [taken(row, readers.get(row["member"])) for row in sorted(rows, key=by_id)]


def by_id(row: dict[str, Any]) -> int:
    return int(row["id"])


def reader(row: dict[str, Any]) -> Reader:
    arabic = joined(row["given_name_ar"], row["family_name_ar"])
    latin = joined(row["given_name_latin"], row["family_name_latin"])
    return Reader(row["id"], row["language"], arabic, latin)


def taken(row: dict[str, Any], whom: Reader | None) -> Taken:
    kept = {name: row[name] for name in ("id", "template", "address", "attempts")}
    written_at = db.instant(row["written_at"])
    assert written_at is not None
    return Taken(facts=load(row["facts"]), written_at=written_at, reader=whom, **kept)


@db.transactional
async def note(notice: Taken, *, error: str, **how: Any) -> None:
    """Write down how a try went, and end the lease."""
    changes = {"leased_until": None, "error": error[:500], **how}
    await Notification.update(changes).where(Notification.id == notice.id)  # type: ignore[arg-type]
