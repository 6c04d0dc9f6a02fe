"""Write down who did what. Called inside the transaction of the change itself."""

from typing import Any

from fablab.activity.tables import Activity
from fablab.core import clock, facts

LONGEST_REASON = 500


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
    await Activity.insert(
        Activity(
            at=clock.now(),
            actor=actor,
            verb=verb,
            thing=thing,
            thing_id=thing_id,
            member=member,
            before=facts.dump(before or {}),
            after=facts.dump(after or {}),
            reason=reason[:LONGEST_REASON],
        )
    )
