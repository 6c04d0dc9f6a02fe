"""Bookings that stand although something changed under them: marked, so that every page says so."""

from collections.abc import Collection, Mapping
from typing import Any

from fablab.activity.actions import Change, record_all
from fablab.core import db

HOURS, STOPPED, BLOCKED = "hours_changed", "machine_stopped", "machine_blocked"
# Whoever does not come to a closed lab or to a machine that does not work gets no strike.
KEEP = """
UPDATE booking SET attention = {}, spared = {} WHERE id IN {} RETURNING id, member
"""
CLEAR = "UPDATE booking SET attention = '' WHERE id IN {} AND attention = {}"


async def keep(booking_ids: Collection[int], attention: str, *, actor: int) -> None:
    """Let them stand, in the caller's transaction. Two statements, none for nothing."""
    if not booking_ids:
        return
    rows = await db.fetch(KEEP, attention, True, db.among(sorted(booking_ids)))
    await record_all([change(row, attention, actor) for row in rows])


def change(row: Mapping[str, Any], attention: str, actor: int) -> Change:
    after = {"attention": attention}
    return Change(
        "kept", "booking", row["id"], actor=actor, member=row["member"], after=after,
        reason=attention,
    )  # fmt: skip


async def clear(booking_ids: Collection[int], attention: str) -> None:
    """Nothing speaks against them any more. They stay spared."""
    if booking_ids:
        await db.execute(CLEAR, db.among(sorted(booking_ids)), attention)
