"""What a wish that breaks no rule still waits for before it is confirmed."""

from fablab.bookings.rules.facts import Facts, Intent, Wish
from fablab.bookings.rules.materials import needs_staff
from fablab.bookings.rules.times import steps_around
from fablab.core.errors import Problem
from fablab.core.words import N_

APPROVAL, MATERIAL, BUDDY = "approval", "material", "buddy"


def awaits(wish: Wish, facts: Facts) -> tuple[str, ...]:
    """In order: `approval`, `material` (both by staff), `buddy` (by the second person).

    What staff make themselves waits for no staff.
    """
    found, by_staff = [], facts.by_staff or facts.person.is_staff
    if facts.machine.needs_approval and not by_staff:
        found.append(APPROVAL)
    if needs_staff(wish, facts) and not by_staff:
        found.append(MATERIAL)
    if facts.machine.buddy_required and not (facts.buddy and facts.buddy.agreed):
        found.append(BUDDY)
    return tuple(found)


def has_time_to_wait(wish: Wish, facts: Facts) -> Problem | None:
    """A request expires at its start: one that begins now could be answered by nobody.

    Of who starts this minute the rules of buddies and materials say the same in their own words.
    """
    if wish.period.start > facts.now or not wish.start_changes:
        return None
    found = awaits(wish, facts)
    if not found or (wish.intent == Intent.NOW and APPROVAL not in found):
        return None
    message = N_("Somebody has to agree first: choose a start that is still ahead.")
    nearest = [steps_around(facts.now, facts)[1]]
    return Problem("too_soon", message, "starts_at", {}, None, nearest)
