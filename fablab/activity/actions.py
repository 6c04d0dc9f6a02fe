"""Write down who did what. Called inside the transaction of the change itself."""

from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass, field
from datetime import datetime
from typing import Any

from fablab.core import clock, db, facts

LONGEST_REASON = 500
WRITE = """
INSERT INTO activity (at, actor, verb, thing, thing_id, member, before, after, reason) VALUES {}
"""


WRITE_UNLESS = """
INSERT INTO activity (at, actor, verb, thing, thing_id, member, before, after, reason)
SELECT {}, {}, {}, {}, {}, {}, {}, {}, {} WHERE NOT EXISTS (
    SELECT 1 FROM activity
    WHERE thing = {} AND thing_id = {} AND verb = {} AND actor = {} AND at > {})
"""


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that somebody did, or that happened by itself (no `actor`); see `record`."""

    verb: str
    thing: str
    thing_id: int
    _: KW_ONLY
    actor: int | None
    member: int | None = None
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)
    reason: str = ""


async def record(
    verb: str,
    thing: str,
    thing_id: int,
    *,
    actor: int | None,
    member: int | None = None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    reason: str = "",
) -> None:
    """One row for one change: `record("moved", "booking", 7, actor=3, before=..., after=...)`.

    No `actor`: it happened by itself. `member` is whom it concerns. `before` and `after` hold
    ids and numbers, and of personal fields only the name, never the value.
    """
    await record_all(
        [
            Change(
                verb,
                thing,
                thing_id,
                actor=actor,
                member=member,
                before=before or {},
                after=after or {},
                reason=reason,
            )
        ]
    )


async def record_all(changes: Sequence[Change]) -> None:
    """The same for many changes at once, in one statement."""
    now = clock.now()
    if changes:
        await db.execute(WRITE, db.every(row(change, now) for change in changes))


async def record_unless(change: Change, since: datetime) -> None:
    """The same for one, unless its actor did just that to the thing after `since`."""
    did = (change.thing, change.thing_id, change.verb, change.actor, since)
    await db.execute(WRITE_UNLESS, *row(change, clock.now()), *did)


def row(change: Change, now: datetime) -> tuple[Any, ...]:
    return (
        now,
        change.actor,
        change.verb,
        change.thing,
        change.thing_id,
        change.member,
        facts.dump(change.before),
        facts.dump(change.after),
        change.reason[:LONGEST_REASON],
    )
