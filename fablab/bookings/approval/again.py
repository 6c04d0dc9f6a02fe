"""What a change asks for again: who agreed to one time or machine has not agreed to another."""

from dataclasses import replace
from typing import Any

from fablab.bookings.asking import Judged
from fablab.bookings.rows import decide_by
from fablab.bookings.rules import Facts
from fablab.bookings.rules.awaiting import APPROVAL, BUDDY, MATERIAL, awaits
from fablab.bookings.tables import Booking, Status


def asked_again(booking: Booking, judged: Judged) -> dict[str, Any]:
    """The columns that say what the changed booking waits for; none where nothing is asked.

    Giving time back asks nobody, and once it has begun nobody could answer before it expires.
    A second person alone may still answer until the new start.
    """
    begun = booking.status == Status.CHECKED_IN or judged.wish.period.start <= judged.situation.now
    if begun:
        return {}
    if not asks_more(booking, judged):
        return {"decide_by": judged.wish.period.start} if booking.awaits == BUDDY else {}
    waits_for = waits(booking, judged)
    if not waits_for:
        return {"status": Status.CONFIRMED, "awaits": "", "decide_by": None}
    days, now = judged.facts.machine.limits.approval_days, judged.situation.now
    found: dict[str, Any] = {
        "status": Status.PENDING,
        "awaits": " ".join(waits_for),
        "decide_by": decide_by(judged.wish.period.start, now, days, waits_for),
    }
    if BUDDY in waits_for:
        found["buddy_agreed_at"] = None
    if {APPROVAL, MATERIAL} & set(waits_for):
        found |= {"decided_at": None, "decided_by": None, "decision_note": ""}
    return found


def asks_more(booking: Booking, judged: Judged) -> bool:
    wish = judged.wish
    return (
        wish.machine_id != booking.machine
        or wish.material != booking.material
        or not wish.period.within(booking.period)
    )


def waits(booking: Booking, judged: Judged) -> list[str]:
    """Staff who move a request do not decide it by that, and what they move needs no new word."""
    needed = awaits(judged.wish, unagreed(judged.facts))
    before = set(booking.awaits.split())
    if judged.facts.by_staff:
        return [each for each in needed if each == BUDDY or each in before]
    if is_known(booking, judged):
        return [each for each in needed if each != MATERIAL or each in before]
    return list(needed)


def unagreed(facts: Facts) -> Facts:
    buddy = replace(facts.buddy, agreed=False) if facts.buddy else None
    return replace(facts, buddy=buddy, by_staff=False)


def is_known(booking: Booking, judged: Judged) -> bool:
    """Whether the same goes into the same machine as before."""
    wish = judged.wish
    return (wish.machine_id, wish.material) == (booking.machine, booking.material)
