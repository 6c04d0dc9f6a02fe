"""What a wish that breaks no rule still waits for before it is confirmed."""

from fablab.bookings.rules.facts import Facts, Intent, Wish
from fablab.bookings.rules.materials import needs_staff

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


def may_wait(wish: Wish) -> bool:
    """Whoever starts this minute cannot wait for anybody."""
    return wish.intent != Intent.NOW
