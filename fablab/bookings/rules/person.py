"""Rules about who: account, charter, age, certificates, and being in two places at once."""

from datetime import date, timedelta

from fablab.bookings.rules.facts import Facts, Intent, Need, PersonFacts, Wish
from fablab.core import zones
from fablab.core.errors import Problem
from fablab.core.words import N_, Phrase, Words

ADULT = 18
OPEN_TO_DECLARED_ADULTS = ("green", "yellow")


def account_is_not_held(wish: Wish, facts: Facts) -> Problem | None:
    if not facts.person.holds:
        return None
    hold = max(facts.person.holds, key=lambda hold: (hold.kind == "safety", hold.ends_at is None))
    message = {
        "no_show": N_("No new bookings after several missed ones."),
        "safety": N_("The lab has stopped this account for safety: ask the staff."),
    }.get(hold.kind, N_("The lab has paused this account: ask the staff."))
    if hold.kind == "no_show" and hold.ends_at:
        message = N_("No new bookings until {until}, after several missed ones.")
    details = {"until": hold.ends_at, "reason": hold.reason}
    nearest = [hold.ends_at] if hold.ends_at else None
    return Problem("account_held", message, None, details, None, nearest, hold.kind != "safety")


def charter_is_accepted(wish: Wish, facts: Facts) -> Problem | None:
    if facts.person.charter_accepted >= facts.charter_required:
        return None
    message = N_("The lab's charter comes first: read and accept it.")
    return Problem("charter_not_accepted", message, limit=facts.charter_required, overridable=True)


def email_is_verified(wish: Wish, facts: Facts) -> Problem | None:
    if not facts.person.email_unverified:
        return None
    message = N_("The e-mail address is not confirmed yet: follow the link in our message.")
    return Problem("email_unverified", message, overridable=True)


def plan_is_valid(wish: Wish, facts: Facts) -> Problem | None:
    until = facts.person.plan_until
    if until is None or zones.local_date(wish.period.end, facts.zone) <= until:
        return None
    message = N_("The plan “{plan}” ends on {until}.")
    details = {"plan": facts.person.plan, "until": until}
    return Problem("plan_expired", message, "starts_at", details, until, [until], True)


def age_allows(wish: Wish, facts: Facts) -> Problem | None:
    """Minors: a guardian's consent, staffed time only, never a red machine (domain: members)."""
    day = zones.local_date(wish.period.start, facts.zone)
    adulthood, machine = how_adult(facts.person, day), facts.machine
    if is_adult_for(adulthood, machine.safety_class):
        return None
    if adulthood == "declared":
        message = N_("For this machine the staff must see once that you are of age.")
        return Problem("minor_not_allowed", message)
    consent = facts.person.consent_until
    if consent is None or consent < zones.local_date(wish.period.end, facts.zone):
        message = N_("Under 18, a guardian's consent comes first: ask at the desk.")
    elif machine.safety_class == "red":
        message = N_("This machine is for adults only.")
    elif not facts.staffed:
        message = N_("Under 18, the whole booking must lie in staffed hours.")
    else:
        return None
    return Problem("minor_not_allowed", message)


def is_adult_for(adulthood: str, safety_class: str) -> bool:
    """Whoever only said so is taken at their word where little can happen."""
    return adulthood == "seen" or (
        adulthood == "declared" and safety_class in OPEN_TO_DECLARED_ADULTS
    )


def how_adult(person: PersonFacts, day: date) -> str:
    """`seen`: surely of age; `declared`: said so, or turning 18 that year; `minor`; as of a day."""
    if person.adult_seen or person.is_staff:
        return "seen"
    if person.birth_year is None:
        return "declared" if person.declared_adult else "minor"
    years = day.year - person.birth_year
    if years > ADULT:
        return "seen"
    return "declared" if years == ADULT else "minor"


def is_certified(wish: Wish, facts: Facts) -> Problem | None:
    """Valid at the start, at the level asked; the lab's base safety goes with every machine."""
    missing = [need for need in facts.needs if not need.held]
    if not missing:
        return None
    need = missing[0]
    details = {
        "needed": [named(each) for each in missing],
        "course": need.course,
        "certifications": ", ".join(each.slug for each in missing),
    }
    message = N_("This machine needs a certification first: {needed}.")
    if need.course:
        message = N_("This machine needs a certification first: {needed}. The course: {course}.")
    levels = {each.slug: each.level for each in missing}
    return Problem("not_certified", message, "machine", details, levels, None, True)


def named(need: Need) -> Words | Phrase:
    """The certification in the lab's words; its level is told where there are several."""
    if need.levels == 1:
        return need.name
    return Phrase(N_("{name}, level {level}"), {"name": need.name, "level": need.level})


def certificate_lasts(wish: Wish, facts: Facts) -> Problem | None:
    """The last valid day counts whole: a booking may end on it, lab time."""
    last_day = zones.local_date(wish.period.end - timedelta(microseconds=1), facts.zone)
    for need in facts.needs:
        if need.held and need.valid_until and need.valid_until < last_day:
            message = N_("The certificate “{name}” is valid until {until}: renew it first.")
            details = {"name": need.name, "until": need.valid_until}
            nearest = [need.valid_until]
            return Problem(
                "certificate_expires", message, "ends_at", details, need.valid_until, nearest, True
            )
    return None


def is_supervised(wish: Wish, facts: Facts) -> Problem | None:
    if not facts.machine.supervision or facts.supervised or facts.person.is_staff:
        return None
    message = N_("This machine is used under supervision: ask the staff to book it with you.")
    return Problem("supervision_required", message, "machine")


def has_a_buddy(wish: Wish, facts: Facts) -> Problem | None:
    """Named, fit and free; until they agreed the booking is pending (`awaiting`)."""
    if not facts.machine.buddy_required:
        return None
    buddy = facts.buddy
    suits = buddy and buddy.adult and buddy.certified and buddy.free
    if buddy and suits and (buddy.agreed or wish.intent != Intent.NOW):
        return None
    message = N_("This machine is used by two: name a second adult, certified and free then.")
    if suits:
        message = N_("The second person has not agreed yet.")
    return Problem("buddy_missing", message, "buddy")


def is_in_one_place(wish: Wish, facts: Facts) -> Problem | None:
    """Nobody stands at two attended machines at once; a party is several people."""
    if wish.kind != "use" or wish.party or not facts.machine.attended:
        return None
    for other in facts.own:
        if (
            other.id != wish.booking_id
            and other.kind == "use"
            and other.machine_id != wish.machine_id
            and other.machine_id in facts.attended_ids
            and other.busy.start < wish.period.end
            and wish.period.start < min(other.ends_at, other.busy.end)
        ):
            message = N_("You have {machine} until {until} at that time.")
            details = {
                "machine": facts.machine_names.get(other.machine_id, ""),
                "until": other.ends_at,
            }
            nearest = [other.ends_at]
            return Problem("already_booked", message, "starts_at", details, None, nearest, True)
    return None
