"""Rules about where: opening hours, the machine itself, and who has it already."""

from datetime import datetime, timedelta

from fablab.bookings.rules.facts import Blocker, Facts, Wish
from fablab.core.errors import Problem
from fablab.core.periods import Period
from fablab.core.words import N_

NEVER = ("retired", "hidden")


def lab_is_open(wish: Wish, facts: Facts) -> Problem | None:
    """As the machine's `attendance` demands; names the closure, the hours, the next opening."""
    closing = facts.closing
    if closing is None:
        return None
    about = "ends_at" if closing.failure == "end" else "starts_at"
    opening = closing.next_opening
    nearest = [opening.start] if opening else None
    details = {
        "reason": closing.reason,
        "hours": list(closing.windows),
        "opens": opening.start if opening else None,
    }
    return Problem("closed", closed_words(facts), about, details, None, nearest, True)


def closed_words(facts: Facts) -> str:
    closing = facts.closing
    assert closing is not None
    if closing.next_opening is None:
        return N_("The lab is closed then.")
    if closing.reason:
        return N_("The lab is closed then: {reason}. It opens next on {opens}.")
    if not closing.windows:
        return N_("The lab is closed then. It opens next on {opens}.")
    if closing.failure == "end":
        return N_("It must end while the lab is open: {hours}.")
    if closing.failure == "through":
        return N_("The whole booking must lie in opening hours: {hours}.")
    return N_("It must start while the lab is open: {hours}.")


def plan_allows_the_hours(wish: Wish, facts: Facts) -> Problem | None:
    if not facts.person.plan_open_lab_only or facts.in_open_lab:
        return None
    following = facts.next_open_lab
    message = N_("The plan “{plan}” covers open-lab hours only.")
    if facts.open_lab:
        message = N_("The plan “{plan}” covers open-lab hours only: {hours}.")
    elif following:
        message = N_("The plan “{plan}” covers open-lab hours only; the next are {next}.")
    details = {
        "plan": facts.person.plan,
        "hours": list(facts.open_lab),
        "next": following.start if following else None,
    }
    nearest = [following.start] if following else None
    return Problem("outside_plan_hours", message, "starts_at", details, None, nearest, True)


def machine_is_available(wish: Wish, facts: Facts) -> Problem | None:
    """A stopped machine may be booked from its expected return on."""
    machine = facts.machine
    if machine.status == "available":
        return None
    gone = machine.status in NEVER or machine.dangerous
    back = None if gone else machine.expected_back_at
    if back and wish.period.start >= back:
        return None
    if machine.status in NEVER:
        return Problem(
            "machine_unavailable", N_("This machine can no longer be booked."), "machine"
        )
    message = {
        (False, True): N_("The machine is out of order. It is expected back on {back}."),
        (False, False): N_("The machine is out of order."),
        (True, True): N_("The machine is in maintenance until {back}."),
        (True, False): N_("The machine is in maintenance."),
    }[machine.status == "maintenance", back is not None]
    nearest = [back] if back else None
    return Problem(
        "machine_unavailable", message, "machine", {"back": back}, None, nearest, not gone
    )


def is_not_on_hold(wish: Wish, facts: Facts) -> Problem | None:
    """Another member was offered this time."""
    offers = [
        blocker
        for blocker in clashes(wish, facts)
        if blocker.kind == "offer" and blocker.member_id != facts.person.id
    ]
    if not offers or fits(wish, facts):
        return None
    until = max(offer.decide_by or offer.ends_at for offer in offers)
    message = N_("This time is offered to somebody on the waitlist until {until}.")
    return Problem("on_hold", message, "starts_at", {"until": until}, None, [until])


def is_free(wish: Wish, facts: Facts) -> Problem | None:
    """Peak use decides, never the numbering of units; the turnaround counts once.

    What is in the way may be the member's own: then the details name that `booking`.
    """
    taken = [
        blocker
        for blocker in clashes(wish, facts)
        if blocker.kind != "offer" or blocker.member_id == facts.person.id
    ]
    if not taken or fits(wish, facts):
        return None
    free_at = free_again(wish, facts)
    if own := next((each for each in taken if is_own_use(each, facts)), None):
        message = N_("You have booked this yourself: {booked}. It is free again at {free_at}.")
        booked = Period(own.busy.start, own.ends_at)
        details = {"booking": own.id, "booked": booked, "free_at": free_at}
        return Problem("taken", message, "starts_at", details, None, [free_at])
    if offered := next((each for each in taken if each.kind == "offer"), None):
        message = N_("This time is offered to you until {until}: accept the offer.")
        details = {"offer": offered.id, "until": offered.decide_by or offered.ends_at}
        return Problem("taken", message, "starts_at", details)
    message = N_("Somebody has booked this time. It is free again at {free_at}.")
    if all(blocker.status == "pending" for blocker in taken):
        message = N_("This time was asked for by somebody. It is free again at {free_at}.")
    elif any(blocker.kind == "maintenance" for blocker in taken):
        message = N_("The machine is kept for maintenance. It is free again at {free_at}.")
    elif any(blocker.kind == "training" for blocker in taken):
        message = N_("A training has this time. It is free again at {free_at}.")
    if free_at.year >= FOREVER:
        message = N_("The machine is kept for maintenance until further notice.")
        return Problem("taken", message, "starts_at", {"free_at": free_at})
    return Problem("taken", message, "starts_at", {"free_at": free_at}, None, [free_at])


def is_own_use(blocker: Blocker, facts: Facts) -> bool:
    return blocker.kind == "use" and blocker.member_id == facts.person.id


FOREVER = 9999


def busy(wish: Wish, facts: Facts) -> Period:
    """What the wish would keep from others: its time and the turnaround after it."""
    turnaround = facts.machine.limits.turnaround_after if wish.kind == "use" else timedelta(0)
    return Period(wish.period.start, max(wish.period.end + turnaround, wish.period.start))


def clashes(wish: Wish, facts: Facts) -> list[Blocker]:
    """What else of this machine is busy then, a changed booking itself left out."""
    wanted = busy(wish, facts)
    return [
        blocker
        for blocker in facts.blockers
        if blocker.id != wish.booking_id
        and blocker.busy.length > timedelta(0)
        and blocker.busy.overlaps(wanted)
    ]


def fits(wish: Wish, facts: Facts) -> bool:
    """Whether one more unit stays free all along."""
    return peak(clashes(wish, facts), busy(wish, facts)) < facts.machine.units


def peak(blockers: list[Blocker], during: Period) -> int:
    """How many units are in use at the busiest instant of a period."""
    edges = sorted(
        edge
        for blocker in blockers
        if (part := blocker.busy.cut(during))
        for edge in ((part.start, 1), (part.end, -1))
    )
    use = most = 0
    for _, change in edges:
        use += change
        most = max(most, use)
    return most


def free_again(wish: Wish, facts: Facts) -> datetime:
    """When, from the first clash on, a unit is free again."""
    wanted = busy(wish, facts)
    rows = [blocker for blocker in facts.blockers if blocker.id != wish.booking_id]
    at = min(max(blocker.busy.start, wanted.start) for blocker in clashes(wish, facts))
    full = True
    while full:
        using = [blocker for blocker in rows if blocker.busy.contains(at)]
        full = len(using) >= facts.machine.units
        if full:
            at = min(blocker.busy.end for blocker in using)
    return at
