"""What makes a booking acceptable.

A rule looks at a wish and at the facts, and gives a problem or nothing. It reads neither clock
nor database, so pages, API, checks and imports all ask the same rules.
"""

from collections.abc import Callable
from functools import cache

from fablab.bookings.rules import amounts, awaiting, materials, person, place, times
from fablab.bookings.rules.facts import (
    Blocker,
    BuddyFacts,
    Closing,
    Facts,
    HoldFacts,
    Intent,
    Limits,
    MachineFacts,
    Need,
    PersonFacts,
    Wish,
)
from fablab.core.errors import Problem

__all__ = [
    "ASKED",
    "Blocker",
    "BuddyFacts",
    "Closing",
    "Facts",
    "HoldFacts",
    "Intent",
    "Limits",
    "MachineFacts",
    "Need",
    "PersonFacts",
    "Rule",
    "Wish",
    "may_set_aside",
    "problems",
    "without_overridden",
]

Rule = Callable[[Wish, Facts], Problem | None]

NEW, MOVE, EXTEND = Intent.NEW, Intent.MOVE, Intent.EXTEND
APPROVE, OFFER, NOW, IMPORT = Intent.APPROVE, Intent.OFFER, Intent.NOW, Intent.IMPORT
ALL = frozenset(Intent)
PRESENT = ALL - {IMPORT}
CHOSEN = frozenset({NEW, MOVE, EXTEND, OFFER})

# In the order a person wants to hear them: each rule with the intents that ask it.
# Approval asks about lateness as of the instant the wish was made (`Facts.asked_at`).
ASKED: tuple[tuple[Rule, frozenset[Intent]], ...] = (
    (times.period_is_valid, ALL),
    (times.starts_in_the_future, frozenset({NEW, MOVE, OFFER, APPROVE})),
    (place.machine_is_available, PRESENT),
    (place.is_not_on_hold, ALL),
    (place.is_free, ALL),
    (place.lab_is_open, PRESENT),
    (place.plan_allows_the_hours, PRESENT),
    (times.is_on_grid, frozenset({NEW, MOVE, EXTEND, NOW})),
    (times.is_long_enough, PRESENT),
    (times.is_short_enough, PRESENT),
    (times.gives_notice, frozenset({NEW, MOVE, APPROVE})),
    (awaiting.has_time_to_wait, frozenset({NEW, MOVE, NOW, OFFER})),
    (times.is_within_horizon, CHOSEN | {APPROVE}),
    (times.is_not_too_late_to_move, frozenset({MOVE})),
    (person.is_certified, PRESENT),
    (person.certificate_lasts, PRESENT),
    (person.is_supervised, PRESENT),
    (person.has_a_buddy, PRESENT),
    (person.age_allows, PRESENT),
    (person.is_in_one_place, PRESENT),
    (materials.is_not_banned, PRESENT),
    (materials.staff_have_agreed, frozenset({NOW})),
    (amounts.is_within_quotas, PRESENT),
    (person.account_is_not_held, PRESENT),
    (person.charter_is_accepted, PRESENT),
    (person.email_is_verified, PRESENT),
    (person.plan_is_valid, PRESENT),
)

CERTIFICATION = frozenset({"not_certified", "certificate_expires"})


def problems(wish: Wish, facts: Facts) -> tuple[Problem, ...]:
    """Every reason why not, in the order a person would want to hear them.

    A period that runs backwards or for weeks is the only reason told: nothing else can be judged.
    """
    if wrong := times.period_is_valid(wish, facts):
        return (wrong,)
    return tuple(problem for rule in asked_of(wish.intent) if (problem := rule(wish, facts)))


@cache
def asked_of(intent: Intent) -> tuple[Rule, ...]:
    return tuple(rule for rule, intents in ASKED if intent in intents)


def without_overridden(
    found: tuple[Problem, ...], codes: frozenset[str], role: str
) -> tuple[Problem, ...]:
    """What is left when staff set rules aside."""
    return tuple(
        problem
        for problem in found
        if problem.code not in codes or not may_set_aside(problem, role)
    )


def may_set_aside(problem: Problem, role: str) -> bool:
    """Staff may, never the safe ones; certificates only an admin (domain: bookings)."""
    return problem.overridable and (
        role == "admin" or (role == "manager" and problem.code not in CERTIFICATION)
    )
