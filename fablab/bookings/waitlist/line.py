"""The line itself: who goes back into it, and whose waiting is over."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from fablab.activity.actions import Change, record_all
from fablab.bookings.rules.times import TOLERANCE
from fablab.bookings.waitlist.queries import category_of, period
from fablab.core import clock, db
from fablab.machines.catalogue import Catalogue
from fablab.machines.queries import catalogue
from fablab.notifications.actions import Notice, notify_all

MOST_AT_ONCE = 200
BACK = """
UPDATE waiting SET state = 'waiting', silent = silent + 1 WHERE id IN {} AND state = 'offered'
"""
# The last instant at which the length still fits, in seconds: each database counts its own way.
LAST = {
    True: "unixepoch(window_end) - minutes * 60",
    False: "EXTRACT(EPOCH FROM window_end) - minutes * 60",
}
# Whose offer is gone by another way than an answer (the law of the zone) waits again.
UNOFFERED = """state = 'offered' AND NOT EXISTS (
    SELECT 1 FROM booking o WHERE o.waiting = waiting.id AND o.kind = 'offer'
        AND o.status = 'pending')"""
DUE = """
SELECT id FROM waiting WHERE state IN ('waiting', 'offered')
    AND ((state = 'waiting' AND {last} < {{}}) OR ({unoffered})) LIMIT {{}}
"""
AGAIN = f"UPDATE waiting SET state = 'waiting' WHERE id IN {{}} AND {UNOFFERED}"  # noqa: S608
LAPSE = """
UPDATE waiting SET state = 'lapsed', ended_at = {{}}
WHERE id IN {{}} AND state = 'waiting' AND {last} < {{}}
RETURNING id, member, machine, category, window_start, window_end
"""


async def unanswered(entry_ids: Iterable[int]) -> None:
    """They keep their place in line; the time they let go is not offered to them again."""
    if ids := sorted(set(entry_ids)):
        await db.execute(BACK, db.among(ids))


async def lapse_due() -> int:
    """End the waiting for what can no longer be, and say so. One read when nothing is due."""
    now = clock.now()
    last = int((now - TOLERANCE).timestamp())
    sql = DUE.format(last=LAST[db.is_sqlite()], unoffered=UNOFFERED)
    due = await db.fetch(sql, last, MOST_AT_ONCE)
    return await _lapse([row["id"] for row in due], now, last) if due else 0


@db.transactional
async def _lapse(ids: list[int], now: datetime, last: int) -> int:
    """Judged again as the row is now: it may have been offered something since it was read."""
    machines = await catalogue()
    await db.execute(AGAIN, db.among(ids))
    sql = LAPSE.format(last=LAST[db.is_sqlite()])
    rows = await db.fetch(sql, now, db.among(ids), last)
    await record_all([change("lapsed", row["id"], row["member"], None) for row in rows])
    await notify_all([lapsed(row, machines) for row in rows])
    return len(rows)


def change(verb: str, entry_id: int, member_id: int, actor: int | None, **after: Any) -> Change:
    """What happened to a place in line."""
    return Change(verb, "waiting", entry_id, actor=actor, member=member_id, after=after)


def lapsed(row: Mapping[str, Any], machines: Catalogue) -> Notice:
    view = machines.by_id(row["machine"]) if row["machine"] else None
    category = category_of(row["category"], machines)
    window = period(row["window_start"], row["window_end"])
    known = {
        "what": view.name if view else category.name if category else "",
        "window_start_at": window.start,
        "window_end_at": window.end,
    }
    return Notice(row["member"], "bookings/waiting_lapsed", f"lapsed:{row['id']}", known)
