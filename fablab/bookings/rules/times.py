"""Rules about when: order, the grid, lengths, notice and horizon (domain: bookings)."""

from datetime import datetime, timedelta

from fablab.bookings.rules.facts import Facts, Intent, Wish
from fablab.core import zones
from fablab.core.errors import Problem
from fablab.core.words import N_, NN_

LONGEST_USE = timedelta(days=7)
TOLERANCE = timedelta(minutes=5)


def period_is_valid(wish: Wish, facts: Facts) -> Problem | None:
    if wish.period.end <= wish.period.start:
        return Problem("invalid_period", N_("The end must come after the start."), "ends_at")
    if wish.kind == "use" and wish.period.length > LONGEST_USE:
        message = N_("A booking lasts at most {longest}.")
        details = {"longest": LONGEST_USE}
        return Problem("invalid_period", message, "ends_at", details, limit=LONGEST_USE)
    return None


def sensible(wish: Wish) -> bool:
    """Whether opening hours can be asked about it: forwards, and no longer than a use may be."""
    return timedelta(0) < wish.period.length <= LONGEST_USE


def starts_in_the_future(wish: Wish, facts: Facts) -> Problem | None:
    """Staff may write down what was; what is moved into the past would be released at once."""
    if not wish.start_changes or wish.period.start >= (facts.asked_at or facts.now) - TOLERANCE:
        return None
    first = next_step(facts.now, facts)
    message = N_("This time has passed. The next possible start is {first}.")
    details, may = {"first": first}, wish.intent == Intent.NEW
    return Problem("in_the_past", message, "starts_at", details, facts.now, [first], may)


def is_on_grid(wish: Wish, facts: Facts) -> Problem | None:
    """Both ends on the machine's steps, counted from local midnight on the wall."""
    edges = [("ends_at", wish.period.end)]
    if wish.intent != "now" and wish.start_changes:
        edges.insert(0, ("starts_at", wish.period.start))
    for about, edge in edges:
        below, above = steps_around(edge, facts)
        if edge != below:
            message = N_("Times go in steps of {step}: {below} or {above}.")
            step = facts.machine.limits.granularity
            details = {"step": step, "below": below, "above": above}
            return Problem("off_grid", message, about, details, step, [below, above], True)
    return None


def is_long_enough(wish: Wish, facts: Facts) -> Problem | None:
    least = facts.machine.limits.min_duration
    if wish.period.length >= least or wish.period.length <= timedelta(0):
        return None
    nearest = wish.period.start + least
    message = N_("At least {least} at a time: until {nearest} or later.")
    details = {"least": least, "nearest": nearest}
    return Problem("too_short", message, "ends_at", details, least, [nearest], True)


def is_short_enough(wish: Wish, facts: Facts) -> Problem | None:
    most = facts.machine.limits.max_duration
    if wish.period.length <= most:
        return None
    nearest = wish.period.start + most
    message = N_("At most {most} at a time: until {nearest} at the latest.")
    details = {"most": most, "nearest": nearest}
    return Problem("too_long", message, "ends_at", details, most, [nearest], True)


def gives_notice(wish: Wish, facts: Facts) -> Problem | None:
    notice = facts.machine.limits.notice_to_book
    earliest = (facts.asked_at or facts.now) + notice
    if not notice or not wish.start_changes or wish.period.start >= earliest:
        return None
    first = next_step(earliest, facts)
    message = N_("Book at least {notice} ahead: from {first}.")
    details = {"notice": notice, "first": first}
    return Problem("too_soon", message, "starts_at", details, notice, [first], True)


def is_within_horizon(wish: Wish, facts: Facts) -> Problem | None:
    """Whole lab days: the booking ends by the end of today + n; the smaller of both counts."""
    days = facts.machine.limits.horizon
    if facts.person.plan_horizon is not None:
        days = min(days, facts.person.plan_horizon)
    today = zones.local_date(facts.asked_at or facts.now, facts.zone)
    last = today + timedelta(days=days)
    if wish.period.end <= zones.day(last, facts.zone).end:
        return None
    message, plural = NN_(
        "Bookings are open until {last}, one day ahead.",
        "Bookings are open until {last}, {count} days ahead.",
    )
    details = {"last": last}
    return Problem(
        "too_far", message, "starts_at", details, days, [last], True, plural=plural, count=days
    )


def is_not_too_late_to_move(wish: Wish, facts: Facts) -> Problem | None:
    """Both the old and the new start are asked."""
    notice = facts.machine.limits.notice_to_move
    if wish.was is None or not wish.start_changes:
        return None
    deadline = wish.was.start - notice
    if facts.now <= deadline and facts.now + notice <= wish.period.start:
        return None
    if facts.now <= deadline:
        first = next_step(facts.now + notice, facts)
        message = N_("A booking can be moved to a start at least {notice} ahead: from {first}.")
        details = {"notice": notice, "first": first}
        return Problem("change_too_late", message, "starts_at", details, notice, [first], True)
    message = N_("A booking can be moved up to {notice} before it starts: until {deadline}.")
    details = {"notice": notice, "deadline": deadline}
    return Problem("change_too_late", message, "starts_at", details, notice, None, True)


def steps_around(edge: datetime, facts: Facts) -> tuple[datetime, datetime]:
    """The steps at or before, and after: counted on the wall from local midnight."""
    step = facts.machine.limits.granularity
    face = edge.astimezone(facts.zone)
    into = timedelta(hours=face.hour, minutes=face.minute, seconds=face.second)
    into += timedelta(microseconds=face.microsecond)
    below = edge - (into % step)
    return below, below + step


def next_step(earliest: datetime, facts: Facts) -> datetime:
    below, above = steps_around(earliest, facts)
    return below if below == earliest else above
