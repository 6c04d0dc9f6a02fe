"""Staff forgive a strike. It stays on record, counts no more, and a hold that stood on it ends."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from fablab.activity.actions import record
from fablab.bookings.tables import Strike
from fablab.core import clock, db
from fablab.core.errors import Forbidden, NotFound, Problem, Refused
from fablab.core.words import N_
from fablab.lab.queries import place
from fablab.members.tables import Member
from fablab.members.viewer import Viewer
from fablab.notifications.actions import notify

FORGIVE = """
UPDATE strike SET forgiven_at = {}, forgiven_by = {}, forgiven_reason = {}
WHERE %s = {} AND forgiven_at IS NULL RETURNING id, member, booking
"""
OF_BOOKING, OF_ID = FORGIVE % "booking", FORGIVE % "id"
HOLDS = """
SELECT id, starts_at FROM hold WHERE member = {} AND kind = 'no_show' AND lifted_at IS NULL
    AND ends_at > {} ORDER BY id
"""
COUNTED = """
SELECT COALESCE(sum(halves), 0) AS halves FROM strike
WHERE member = {} AND forgiven_at IS NULL AND at > {} AND at <= {}
"""
LIFT = """
UPDATE hold SET lifted_at = {}, lifted_by = {}, lift_reason = {} WHERE id IN {} RETURNING id
"""


NUMBER = "SELECT m.number FROM strike s JOIN member m ON m.id = s.member WHERE s.id = {}"


@dataclass(frozen=True, slots=True)
class Forgiven:
    """Whether there was a strike to forgive, and whether a hold ended with it."""

    strike: bool = False
    hold: bool = False


async def number_of(strike_id: int) -> int:
    """The number of the member it is of. `NotFound` when there is none."""
    if rows := await db.fetch(NUMBER, strike_id):
        return int(rows[0]["number"])
    raise NotFound("strike")


async def forgive(actor: Viewer, strike_id: int, reason: str) -> Forgiven:
    """The strike counts no more; the member is told. `Refused` without a reason.

    Whoever was struck hears of it; forgiven twice it is forgiven once.
    """
    if not actor.acts_as_staff:
        raise Forbidden(N_("Only staff forgive an absence."))
    if not reason.strip():
        message = N_("Say why: it is kept with the absence.")
        raise Refused(Problem("required", message, "reason"))
    return await _forgive(actor, strike_id, reason.strip())


@db.transactional
async def _forgive(actor: Viewer, strike_id: int, reason: str) -> Forgiven:
    found = await Strike.select(Strike.member).where(Strike.id == strike_id).first()
    if found is None:
        raise NotFound("strike")
    await db.locked(Member, found["member"])
    rows = await db.fetch(OF_ID, clock.now(), actor.id, reason, strike_id)
    forgiven = await settled(actor, rows, reason, (await place()).policy)
    if forgiven.strike:
        await notify(
            found["member"], "bookings/forgiven", key=f"forgiven:{strike_id}", hold=forgiven.hold
        )
    return forgiven


async def of_booking(
    actor: Viewer, booking_id: int, reason: str, policy: Mapping[str, Any]
) -> Forgiven:
    """The same for the strike of a booking, in the transaction of the caller, who tells of it."""
    rows = await db.fetch(OF_BOOKING, clock.now(), actor.id, reason, booking_id)
    return await settled(actor, rows, reason, policy)


async def settled(
    actor: Viewer, rows: list[dict[str, Any]], reason: str, policy: Mapping[str, Any]
) -> Forgiven:
    if not rows:
        return Forgiven()
    [row] = rows
    await record(
        "forgave",
        "strike",
        row["id"],
        actor=actor.id,
        member=row["member"],
        after={"booking": row["booking"]},
        reason=reason,
    )
    return Forgiven(strike=True, hold=await lift(actor, row["member"], reason, policy))


async def lift(actor: Viewer, member_id: int, reason: str, policy: Mapping[str, Any]) -> bool:
    """End the holds for absences that no longer have enough strikes under them.

    A hold stands on those that counted when it began, or on those that count by now.
    """
    now, groundless = clock.now(), []
    for hold in await db.fetch(HOLDS, member_id, now):
        began = db.instant(hold["starts_at"])
        assert began is not None
        most = max([await counted(member_id, at, policy) for at in (began, now)])
        if most < 2 * policy["strikes"]:
            groundless.append(hold["id"])
    if not groundless:
        return False
    await db.fetch(LIFT, now, actor.id, reason, db.among(groundless))
    after = {"hold": groundless[0]}
    await record("lifted_hold", "member", member_id, actor=actor.id, member=member_id,
                 after=after, reason=reason)  # fmt: skip
    return True


async def counted(member_id: int, at: datetime, policy: Mapping[str, Any]) -> int:
    """Half strikes that counted at that instant, forgiven ones left out."""
    window = at - timedelta(days=policy["strike_window_days"])
    [row] = await db.fetch(COUNTED, member_id, window, at)
    return int(row["halves"])
