"""The invitation that mails about bookings carry, so that a calendar needs no typing."""

from collections.abc import Callable, Collection, Sequence
from functools import partial

from fablab.calendars.ical import Entry, Person, invitation, method
from fablab.calendars.queries import Shown, of_ids
from fablab.core.letters import Attachment, sender_of
from fablab.core.settings import settings
from fablab.lab.queries import place
from fablab.machines.queries import catalogue
from fablab.notifications.leasing import Taken

# What makes, moves or ends a booking: reminders and the like say nothing new to a calendar.
TELLING = (
    "made",
    "requested",
    "approved",
    "rejected",
    "changed",
    "cancelled",
    "released",
    "expired",
    "called_off",
    "was_here",
    "party",
    "party_changed",
    "party_cancelled",
    "series_made",
    "series_changed",
    "series_cancelled",
    "zone_moved",
    "zone_cancelled",
)
CARRYING = frozenset(f"bookings/{name}" for name in TELLING)


async def attached(notices: Sequence[Taken]) -> dict[int, Callable[[], Attachment]]:
    """By notice, what goes with its mail, made when it is sent.

    One statement a language of the readers, none where no notice tells of a booking.
    """
    wanted: dict[str, set[int]] = {}
    for notice in notices:
        if notice.reader and (ids := booking_ids(notice)):
            wanted.setdefault(notice.reader.language, set()).update(ids)
    told = {language: await entries_of(ids, language) for language, ids in wanted.items()}
    found: dict[int, Callable[[], Attachment]] = {}
    for notice in notices:
        known = told.get(notice.reader.language, {}) if notice.reader else {}
        entries = [known[each] for each in booking_ids(notice) if each in known]
        if entries:
            found[notice.id] = partial(card, notice, entries)
    return found


async def entries_of(booking_ids: Collection[int], language: str) -> dict[int, Entry]:
    """As their own people see them, whoever they are."""
    shown = Shown(
        member_id=0,
        language=language,
        place=await place(),
        machines=await catalogue(),
        base_url=settings.base_url.rstrip("/"),
    )
    return await of_ids(shown, booking_ids)


def booking_ids(notice: Taken) -> tuple[int, ...]:
    """The bookings a notice tells of: one, the several of a party, the dates of a series, or
    the items of what was called off."""
    if notice.template not in CARRYING or notice.facts.get("to_staff"):
        return ()
    facts = notice.facts
    several = [each["booking"] for name in ("dates", "items") for each in facts.get(name) or ()]
    alone = [facts["booking"]] if facts.get("booking") else []
    return tuple(facts.get("bookings") or several or alone)


def card(notice: Taken, entries: Sequence[Entry]) -> Attachment:
    assert notice.reader is not None
    lab = sender_of(settings.mail_from)
    organizer = Person(lab.addr_spec, lab.display_name)
    attendee = Person(notice.address, notice.reader.name(notice.reader.language))
    return Attachment(
        name="booking.ics",
        kind="text/calendar",
        parameters={"method": method(entries), "charset": "utf-8"},
        content=invitation(entries, organizer, attendee),
    )
