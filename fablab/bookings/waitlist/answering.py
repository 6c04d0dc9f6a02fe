"""Answering an offer: accepting turns that very row into the booking, declining passes it on."""

from datetime import datetime
from typing import Any

from fablab.activity.actions import record
from fablab.bookings import guards, judging, making, rules, settling
from fablab.bookings.asking import Denied, Judged
from fablab.bookings.knowing import known
from fablab.bookings.rows import decide_by
from fablab.bookings.rules import Intent
from fablab.bookings.rules.awaiting import awaits
from fablab.bookings.tables import Booking, Kind, Status, Waiting, WaitingState
from fablab.bookings.telling import notice, requested
from fablab.bookings.waitlist.freed import freed
from fablab.bookings.waitlist.places import wish_of
from fablab.bookings.waitlist.queries import Entry, entry
from fablab.bookings.waitlist.rules import leaves_room
from fablab.core import clock, db
from fablab.core.errors import NotFound, Problem, Refused
from fablab.core.periods import Period
from fablab.core.words import N_
from fablab.machines.tables import Machine
from fablab.members.tables import Member
from fablab.members.viewer import Viewer
from fablab.notifications.actions import notify

ANSWERED = (Status.PENDING, Status.CONFIRMED, Status.CHECKED_IN, Status.COMPLETED)
BACK = """
UPDATE waiting SET state = {}, ended_at = {} WHERE id = {} AND state = 'offered'
"""


async def offer_of(viewer: Viewer, offer_id: int) -> Booking:
    """The row of an offer made to this viewer, whatever became of it. Strangers: NotFound."""
    row = await Booking.objects().where(Booking.id == offer_id).first()
    if row is None or row.waiting is None or row.member != viewer.id:
        raise NotFound("offer")
    return row


async def accept(actor: Viewer, offer_id: int, *, via: str = "web") -> Booking:
    """Take it. Refused when it is over, or when a rule stands against it by now.

    Accepted already, it is the booking that was made of it. Time that has begun is checked in.
    """
    row = await offer_of(actor, offer_id)
    await settling.settle([row.machine])
    return await _accept(actor, offer_id, row.machine, via)


@db.transactional
async def _accept(actor: Viewer, offer_id: int, machine_id: int, via: str) -> Booking:
    machine = await db.locked(Machine, machine_id)
    await db.locked(Member, actor.id)
    row = await db.locked(Booking, offer_id)
    if row.kind == Kind.USE and row.status in ANSWERED:
        return row
    must_be_open(row, clock.now())
    judgement = await judged(actor, row, machine)
    if judgement.problems:
        raise Denied(judgement)
    values = as_booking(actor, row, judgement, via)
    await turn(row, values)
    await settled(row, WaitingState.SERVED, judgement.situation.now)
    await told(actor, row, judgement)
    await freed([machine_id])
    return row


def must_be_open(row: Booking, now: datetime) -> None:
    """Silence, a refusal or somebody else may have ended it."""
    if row.kind == Kind.OFFER and row.status == Status.PENDING and now < row.decide_by:
        return
    message = N_("This offer is over.")
    if row.status == Status.EXPIRED or row.status == Status.PENDING:
        message = N_("This offer was held until {until} and has passed on.")
    raise Refused(Problem("offer_over", message, None, {"until": row.decide_by}))


async def judged(actor: Viewer, row: Booking, machine: Machine) -> Judged:
    """All rules again, under the locks, about the time as it was offered."""
    situation = await known(actor.id, clock.now(), locked={machine.id: machine})
    asked = await entry_of(row)
    wish = wish_of(asked, row.machine, row.period, situation.now, row.id)
    situation = await judging.surrounded(situation, [wish])
    facts = situation.facts(wish)
    found = rules.problems(wish, facts)
    return Judged(wish=wish, situation=situation, facts=facts, problems=found)


async def entry_of(row: Booking) -> Entry:
    found = await Waiting.select().where(Waiting.id == row.waiting).first()
    assert found is not None
    return entry(found)


def as_booking(actor: Viewer, row: Booking, judgement: Judged, via: str) -> dict[str, Any]:
    """The columns that make a use of the offer."""
    situation, facts = judgement.situation, judgement.facts
    now, limits = situation.now, facts.machine.limits
    begun = judgement.wish.intent == Intent.NOW
    start = max(row.starts_at, now.replace(second=0, microsecond=0)) if begun else row.starts_at
    values = {
        **making.columns(
            Period(start, row.ends_at),
            limits,
            situation.place.zone,
            now,
            released=not situation.person.is_staff,
        ),
        "kind": Kind.USE,
        "status": Status.CONFIRMED,
        "sequence": row.sequence + 1,
        "made_by": actor.id,
        "decided_at": now,
        "decided_by": actor.id,
        "decide_by": None,
    }
    if begun:
        return values | {
            "status": Status.CHECKED_IN,
            "operator": actor.id,
            "checked_in_at": now,
            "checked_in_by": actor.id,
            "checked_in_via": via,
            "remind_at": None,
        }
    if waits_for := awaits(judgement.wish, facts):
        until = decide_by(start, now, limits.approval_days)
        values |= {"status": Status.PENDING, "awaits": " ".join(waits_for), "decide_by": until}
    return values


async def turn(row: Booking, values: dict[str, Any]) -> None:
    """The one statement: whoever comes second finds no offer any more."""
    open_offer = (Booking.kind == Kind.OFFER) & (Booking.status == Status.PENDING)
    with guards.guarded():
        done = await (
            Booking.update(dict[Any, Any](values))
            .where((Booking.id == row.id) & open_offer)
            .returning(Booking.id)
        )
    if not done:
        must_be_open(row, row.decide_by)
    for name, value in values.items():
        setattr(row, name, value)


async def settled(row: Booking, state: WaitingState, now: datetime) -> None:
    """The entry goes back into its line, or ends."""
    ended = None if state == WaitingState.WAITING else now
    await db.execute(BACK, str(state.value), ended, row.waiting)


async def told(actor: Viewer, row: Booking, judgement: Judged) -> None:
    view = judgement.situation.view(row.machine)
    after = {"starts_at": row.starts_at, "ends_at": row.ends_at, "status": str(row.status)}
    before = {"kind": Kind.OFFER}
    member = row.member
    await record(
        "accepted", "booking", row.id, actor=actor.id, member=member, before=before, after=after
    )
    if row.status == Status.PENDING:
        await requested(row, view)
        return
    await notify(
        row.member,
        "bookings/made",
        **notice(row, view.name, view.tag),
        deadline_at=row.starts_at - view.policy.notice_to_cancel,
        release_at=row.release_at,
        by_staff=False,
    )


async def decline(actor: Viewer, offer_id: int) -> Booking:
    """Let it go: the next in line is asked at once. Declined already is declined.

    One keeps one's place in line where another time could still do.
    """
    row = await offer_of(actor, offer_id)
    await settling.settle([row.machine])
    return await _decline(actor, offer_id, row.machine)


@db.transactional
async def _decline(actor: Viewer, offer_id: int, machine_id: int) -> Booking:
    await db.locked(Machine, machine_id)
    row = await db.locked(Booking, offer_id)
    if row.kind == Kind.OFFER and row.status == Status.REJECTED:
        return row
    now = clock.now()
    must_be_open(row, now)
    await withdraw(row, actor.id, now)
    asked = await entry_of(row)
    stays = asked.machine_id is None or leaves_room(asked.window, row.period, asked.length)
    await settled(row, WaitingState.WAITING if stays else WaitingState.LEFT, now)
    await freed([machine_id])
    return row


async def withdraw(row: Booking, actor: int, now: datetime) -> None:
    """The row holds nothing any more. What becomes of the entry, and who is next, is theirs."""
    values = {
        "status": Status.REJECTED,
        "decided_at": now,
        "decided_by": actor,
        "sequence": row.sequence + 1,
    }
    await Booking.update(dict[Any, Any](values)).where(Booking.id == row.id)
    for name, value in values.items():
        setattr(row, name, value)
    after = {"status": Status.REJECTED}
    await record("declined", "booking", row.id, actor=actor, member=row.member, after=after)
