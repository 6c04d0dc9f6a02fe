"""What tells that a member's own page changed, for all who have it open, in one statement."""

from collections.abc import Iterable
from typing import Any

from fablab.core import clock, db
from fablab.members.tables import Role

# Activity is only ever added to, so that its count changes with every change; the highest id would
# miss a transaction that ends after one with a higher id. It concerns themselves and those they
# share a project with.
MARKS = """
SELECT concerned.reader AS id,
    sum((SELECT count(*) FROM activity a WHERE a.member = concerned.member)) AS happened,
    (SELECT count(*) FROM notification n
        WHERE n.member = concerned.reader AND n.read_at IS NULL) AS unread,
    (SELECT max(n.written_at) FROM notification n WHERE n.member = concerned.reader) AS told
FROM (
    SELECT m.id AS reader, m.id AS member FROM member m WHERE m.id IN {}
    UNION SELECT mine.member, other.member FROM project_member mine
    JOIN project_member other ON other.project = mine.project WHERE mine.member IN {}
) concerned GROUP BY concerned.reader
"""
ROLES = """
SELECT s.id, m.role FROM session s JOIN member m ON m.id = s.member
WHERE s.id IN {} AND s.expires_at > {} AND m.state = 'active'
"""


async def marks(member_ids: Iterable[int]) -> dict[int, tuple[Any, ...]]:
    """By member, something that differs when their page may."""
    ids = db.among(sorted(member_ids))
    rows = await db.fetch(MARKS, ids, ids)
    return {row["id"]: (int(row["happened"]), row["unread"], row["told"]) for row in rows}


async def roles(session_ids: Iterable[int]) -> dict[int, Role]:
    """By session, the role of whoever is signed in; nothing for those that are over."""
    rows = await db.fetch(ROLES, db.among(sorted(session_ids)), clock.now())
    return {row["id"]: Role(row["role"]) for row in rows}
