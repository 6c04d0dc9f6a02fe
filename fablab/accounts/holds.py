"""Keep somebody from booking for a while, with a reason they are told; and lift that again."""

from datetime import datetime

from fablab.accounts.desk import record, somebody
from fablab.core import clock, db
from fablab.core.errors import NotFound, Problem, Refused
from fablab.core.words import N_
from fablab.members.tables import Hold, HoldKind
from fablab.notifications.actions import notify

BY_STAFF = (HoldKind.ADMINISTRATIVE, HoldKind.SAFETY)


@db.transactional
async def put(
    actor_id: int, member_id: int, kind: HoldKind, reason: str, until: datetime | None
) -> int:
    """From now on, until then or until it is lifted. Strikes put theirs on by themselves."""
    now = clock.now()
    check(kind, reason, until, now)
    await somebody(actor_id, member_id)
    hold = Hold(
        member=member_id,
        kind=kind,
        reason=reason.strip(),
        starts_at=now,
        ends_at=until,
        made_by=actor_id,
    )
    await hold.save()
    after = {"hold": hold.id, "kind": kind, "ends_at": until}
    await record("put_hold", actor_id, member_id, after=after, reason=reason)
    await notify(member_id, "accounts/held", kind=kind, reason=hold.reason, until_at=until)
    return int(hold.id)


def check(kind: HoldKind, reason: str, until: datetime | None, now: datetime) -> None:
    problems = []
    if kind not in BY_STAFF:
        problems.append(Problem("not_offered", N_("This is not one of the choices."), "kind"))
    if not reason.strip():
        problems.append(Problem("reason_needed", N_("Say why: the member reads it."), "reason"))
    if until is not None and until <= now:
        problems.append(Problem("in_the_past", N_("This day is past."), "until"))
    if problems:
        raise Refused(*problems)


@db.transactional
async def lift(actor_id: int, member_id: int, hold_id: int, reason: str) -> None:
    """They may book again, unless another hold is in force. `NotFound` when it is not theirs."""
    await somebody(actor_id, member_id)
    if not await Hold.exists().where(Hold.id == hold_id, Hold.member == member_id):
        raise NotFound
    rows = await db.fetch(
        "UPDATE hold SET lifted_at = {}, lifted_by = {}, lift_reason = {} "
        "WHERE id = {} AND lifted_at IS NULL RETURNING id",
        *(clock.now(), actor_id, reason.strip(), hold_id),
    )
    if rows:
        await record("lifted_hold", actor_id, member_id, after={"hold": hold_id}, reason=reason)
        await notify(member_id, "accounts/hold_lifted")
