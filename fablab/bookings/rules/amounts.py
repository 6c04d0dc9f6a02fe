"""Rules about how much: the quotas of a plan, a role, a machine, a family or the whole lab."""

from fablab.bookings.rules.facts import Facts, Wish
from fablab.core import zones
from fablab.core.errors import Problem
from fablab.core.words import N_
from fablab.quotas.measures import Measure, Span
from fablab.quotas.rules import next_first

HOURS = {
    Span.DAY: N_("{quota}: {used} of {limit} are used on that day."),
    Span.WEEK: N_("{quota}: {used} of {limit} are used in that week."),
    Span.MONTH: N_("{quota}: {used} of {limit} are used in that month."),
}
BOOKINGS = {
    Span.DAY: N_("{quota}: bookings on that day, {used} of {limit}."),
    Span.WEEK: N_("{quota}: bookings in that week, {used} of {limit}."),
    Span.MONTH: N_("{quota}: bookings in that month, {used} of {limit}."),
}


def is_within_quotas(wish: Wish, facts: Facts) -> Problem | None:
    """The strictest is told: that which leaves least. Source: domain, `quota_exceeded`."""
    exceeded = [tally for tally in facts.tallies if tally.is_exceeded]
    if not exceeded:
        return None
    tally = min(exceeded, key=lambda each: (each.left, each.first))
    terms = tally.terms
    used, limit = terms.amount(tally.before), terms.amount(terms.most)
    details = {"quota": terms.name, "used": used, "limit": limit, "first": tally.first}
    if terms.measure == Measure.OPEN:
        message = N_("{quota}: open bookings, {used} of {limit}.")
        return Problem("quota_exceeded", message, "starts_at", details, limit, None, True)
    message = (HOURS if terms.measure == Measure.HOURS else BOOKINGS)[terms.span]
    later = zones.midnight(next_first(tally.first, terms.span), facts.zone)
    return Problem("quota_exceeded", message, "starts_at", details, limit, [later], True)
