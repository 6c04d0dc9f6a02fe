"""What keeps a person from a machine whatever the time: the standing reasons, before any wish."""

from datetime import datetime, timedelta

from fablab.bookings.rules import Need, Wish, person, place
from fablab.bookings.situation import Situation
from fablab.core.errors import Problem
from fablab.core.periods import Period
from fablab.machines.catalogue import MachineView

STANDING = (
    place.machine_is_available,
    person.is_certified,
    person.account_is_not_held,
    person.charter_is_accepted,
    person.email_is_verified,
    person.plan_is_valid,
)


def reasons(situation: Situation, machine: MachineView, now: datetime) -> tuple[Problem, ...]:
    """Why this person may not book the machine at all; empty when only the time decides."""
    soon = Period(now, now + max(machine.policy.min_duration, timedelta(minutes=1)))
    wish = Wish(machine_id=machine.id, period=soon)
    facts = situation.facts(wish)
    return tuple(problem for rule in STANDING if (problem := rule(wish, facts)))


def missing(situation: Situation, machine: MachineView, at: datetime) -> tuple[Need, ...]:
    """The certifications this person would lack for a booking that starts then."""
    soon = Period(at, at + timedelta(minutes=1))
    return tuple(need for need in situation.needs(machine, soon) if not need.held)
