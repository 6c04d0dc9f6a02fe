"""What must hold of every stored booking, looked at as a whole (`fablab check`)."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from fablab.core import db, zones

Check = Callable[[], Awaitable[int]]

BLOCKING = "('pending', 'confirmed', 'checked_in', 'completed')"
# A row overlaps an earlier one of its unit when it starts before the latest end until then.
OVERLAPPING = f"""
    SELECT count(*) AS wrong FROM (
        SELECT starts_at, max(busy_until) OVER (
            PARTITION BY machine, unit ORDER BY starts_at, id
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS taken_until
        FROM booking WHERE status IN {BLOCKING} AND busy_until > starts_at
    ) AS row WHERE row.taken_until > row.starts_at
"""  # noqa: S608 - both parts are ours
BACKWARDS = """
    SELECT count(*) AS wrong FROM booking WHERE busy_until < starts_at OR ends_at <= starts_at
"""
BEYOND_THE_UNITS = """
    SELECT count(*) AS wrong FROM booking b JOIN machine m ON m.id = b.machine
    WHERE b.status IN ('pending', 'confirmed', 'checked_in') AND (b.unit < 1 OR b.unit > m.units)
"""
UNRECORDED = """
    SELECT count(*) AS wrong FROM booking b WHERE NOT EXISTS (
        SELECT 1 FROM activity a WHERE a.thing = 'booking' AND a.thing_id = b.id)
"""
# An entry is offered exactly while one offer of its own is live.
OFFERED_OTHERWISE = """
    SELECT count(*) AS wrong FROM (
        SELECT w.state, (SELECT count(*) FROM booking o WHERE o.waiting = w.id
            AND o.kind = 'offer' AND o.status = 'pending') AS live FROM waiting w
    ) AS row WHERE row.live <> CASE WHEN row.state = 'offered' THEN 1 ELSE 0 END
"""
WALLS = "SELECT starts_at, ends_at, starts_wall, ends_wall, zone, tzdata FROM booking"


def counted(sql: str) -> Check:
    async def count() -> int:
        [row] = await db.offload(sql)
        return int(row["wrong"])

    return count


async def walls_astray() -> int:
    """Bookings whose wall-clock times and instants are not the same moment."""
    return count_astray(await db.offload(WALLS), zones.tzdata_version())


def count_astray(rows: Iterable[Mapping[str, Any]], tzdata: str) -> int:
    return sum(any(is_astray(row, side, tzdata) for side in ("starts", "ends")) for row in rows)


def is_astray(row: Mapping[str, Any], side: str, tzdata: str) -> bool:
    """With the zone data it was agreed under, the wall must show what was agreed."""
    agreed, at = datetime.fromisoformat(row[f"{side}_wall"]), db.instant(row[f"{side}_at"])
    if at is None or agreed != at:
        return True
    shown = at.astimezone(zones.zone(row["zone"]))
    return row["tzdata"] == tzdata and shown.utcoffset() != agreed.utcoffset()


CHECKS: dict[str, Check] = {
    "bookings that overlap on one unit": counted(OVERLAPPING),
    "bookings that end before they start": counted(BACKWARDS),
    "bookings on a unit their machine does not have": counted(BEYOND_THE_UNITS),
    "bookings whose wall-clock times and instants differ": walls_astray,
    "bookings without any activity": counted(UNRECORDED),
    "places in line that are offered otherwise than they say": counted(OFFERED_OTHERWISE),
}
