"""How long machines were really used: minutes on their counter, added once, when a use is over.

Call `add` in the transaction that completes the bookings, the machines' rows locked before.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from fablab.bookings.tables import Kind
from fablab.core import db

A_MINUTE = 60
COUNTED = (Kind.USE, Kind.TRAINING)
ADD = "UPDATE machine SET hours_counter = hours_counter + CASE id {} ELSE 0 END WHERE id IN {{}}"
CASE = "WHEN {} THEN CAST({} AS BIGINT)"


def minutes(
    starts_at: datetime, checked_in_at: datetime | None, finished_at: datetime | None
) -> int:
    """From its start, or from check-in if that came later, to its finish; whole minutes."""
    begun = max(starts_at, checked_in_at or starts_at)
    used = (finished_at - begun).total_seconds() if finished_at else 0
    return max(0, int(used // A_MINUTE))


def of_row(row: Mapping[str, Any]) -> int:
    """The minutes of a completed booking's row; none of what is no use, such as maintenance."""
    starts_at = db.instant(row["starts_at"])
    if starts_at is None or row["kind"] not in COUNTED:
        return 0
    return minutes(starts_at, db.instant(row["checked_in_at"]), db.instant(row["finished_at"]))


async def add(rows: Iterable[Mapping[str, Any]]) -> None:
    """Count completed bookings; of each, `machine`, `kind`, `starts_at`, `checked_in_at` and
    `finished_at` are read. One statement, none when nothing was used."""
    used: dict[int, int] = {}
    for row in rows:
        if found := of_row(row):
            used[row["machine"]] = used.get(row["machine"], 0) + found
    if not used:
        return
    cases = " ".join(CASE for _ in used)
    args = [value for pair in sorted(used.items()) for value in pair]
    await db.execute(ADD.format(cases), *args, db.among(sorted(used)))
