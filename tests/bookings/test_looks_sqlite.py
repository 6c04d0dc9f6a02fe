"""Looking for what is due, or in the way, reads what is due and in the way, never a history.

SQLite keeps no statistics until it is asked to, and takes the first index that fits: each of
these statements is worded so that it is the right one, however much has been.
PostgreSQL plans by its statistics.
"""

import pytest

from fablab.bookings import completion, expiry, release, reminders, settling, taken
from fablab.core import db

NOW, IDS, MOST = db.instant("2026-11-30 09:00:00+00:00"), db.among([7]), 200
SPAN = (NOW, NOW, NOW)


async def plan(sql: str, *args: object) -> str:
    rows = await db.fetch(f"EXPLAIN QUERY PLAN {sql}", *args)
    return "\n".join(row["detail"] for row in rows)


@pytest.mark.parametrize(
    ("sql", "args", "index"),
    [
        (release.DUE, (NOW, MOST), "booking_release"),
        (release.DUE_AT, (NOW, IDS, MOST), "booking_release"),
        (completion.DUE, (NOW, MOST), "booking_end"),
        (reminders.DUE, (NOW, MOST), "booking_reminder"),
        (settling.DUE, (IDS, NOW, IDS, NOW, NOW), "booking_release"),
        (settling.DUE, (IDS, NOW, IDS, NOW, NOW), "booking_pending"),
        (settling.DUE_BESIDE, (5, NOW, NOW, NOW), "booking_release"),
        (settling.DUE_BESIDE, (5, NOW, NOW, NOW), "booking_pending"),
        (expiry.DUE, (NOW, NOW, MOST), "booking_pending"),
        (expiry.DUE_AT, (IDS, NOW, NOW, MOST), "booking_pending"),
        (taken.AROUND, (IDS, *SPAN, IDS, NOW, NOW, 3, *SPAN, IDS), "booking_other"),
    ],
)
async def test_a_look_goes_by_the_index_made_for_it(
    sql: str, args: tuple[object, ...], index: str
) -> None:
    found = await plan(sql, *args)
    assert f"USING INDEX {index}" in found
    assert "SCAN booking" not in found.replace("SCAN booking USING INDEX booking_pending", "")
