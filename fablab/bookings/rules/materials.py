"""Rules about what goes into a machine: accepted, restricted, banned. Source: domain, machines."""

from fablab.bookings.rules.facts import Facts, Wish
from fablab.core.errors import Problem
from fablab.core.words import N_

UNKNOWN = "unknown"


def is_not_banned(wish: Wish, facts: Facts) -> Problem | None:
    """Nobody overrides this: what is banned is dangerous there."""
    if wish.material not in facts.machine.banned:
        return None
    message = N_("“{material}” must never go into this machine.")
    name = facts.material_names.get(wish.material, wish.material)
    accepted = [facts.material_names.get(each, each) for each in sorted(facts.machine.accepted)]
    details = {"material": name, "accepted": accepted}
    if accepted:
        message = N_("“{material}” must never go into this machine. It takes: {accepted}.")
    return Problem("material_banned", message, "material", details)


def needs_staff(wish: Wish, facts: Facts) -> bool:
    """Restricted, not known, or something the machine's lists do not name: staff decide."""
    machine = facts.machine
    if not wish.material:
        return False
    lists = machine.accepted or machine.restricted or machine.banned
    return wish.material in machine.restricted or (
        bool(lists) and wish.material not in machine.accepted | machine.banned
    )


def staff_have_agreed(wish: Wish, facts: Facts) -> Problem | None:
    """Asked of whoever starts this minute: others wait for the staff's word."""
    by_staff = facts.by_staff or facts.person.is_staff
    if by_staff or not needs_staff(wish, facts):
        return None
    message = N_("For this material the staff decide first: ask them.")
    return Problem("material_needs_staff", message, "material", overridable=True)
