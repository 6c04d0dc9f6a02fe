"""Settle first: what was due at a machine happens before anybody's wish is judged."""

from collections.abc import Iterable

from fablab.bookings import expiry, release
from fablab.core import clock, db

# What is due is little, a machine's history long: `+ 0` keeps the index of machines out of it, and
# the order asks for that of the releases, of which PostgreSQL's statistics expect too much.
DUE = """
SELECT 1 AS due WHERE (
    SELECT id FROM booking WHERE machine + 0 IN {} AND status = 'confirmed' AND release_at <= {}
    ORDER BY release_at LIMIT 1
) IS NOT NULL OR EXISTS (
    SELECT 1 FROM booking WHERE machine IN {} AND status = 'pending'
        AND (decide_by <= {} OR (starts_at <= {} AND kind <> 'offer'))
)
"""
DUE_BESIDE = """
SELECT b.machine FROM booking b WHERE b.id = {} AND ((
    SELECT id FROM booking d WHERE d.machine + 0 = b.machine AND d.status = 'confirmed'
        AND d.release_at <= {} ORDER BY d.release_at LIMIT 1
) IS NOT NULL OR EXISTS (
    SELECT 1 FROM booking d WHERE d.machine = b.machine AND d.status = 'pending'
        AND (d.decide_by <= {} OR (d.starts_at <= {} AND d.kind <> 'offer'))
))
"""


async def settle_beside(booking_id: int) -> None:
    """The same for the machine of a booking: before its handling, in a transaction of its own."""
    now = clock.now()
    if rows := await db.fetch(DUE_BESIDE, booking_id, now, now, now):
        await settle([rows[0]["machine"]])


async def settle(machine_ids: Iterable[int]) -> None:
    """Release and expire what is due at these machines, committed on its own.

    A wish is judged afterwards in a second transaction, so that its refusal never undoes this.
    One indexed read when nothing is due.
    """
    now, ids = clock.now(), list(machine_ids)
    among = db.among(ids)
    if await db.fetch(DUE, among, now, among, now, now):
        await release.release_due(ids)
        await expiry.expire_due(ids)
