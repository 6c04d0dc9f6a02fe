"""Bookings as iCalendar (RFC 5545): for feeds, for invitations. Values in, bytes out.

Times are UTC, so that no program needs the zone's law of ours.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from icalendar import Calendar, Event, vCalAddress, vText

from fablab.core.letters import one_line
from fablab.core.periods import Period

PRODUCT = "-//Fab Lab//bookings//EN"
REFRESH = timedelta(minutes=15)
TENTATIVE, CONFIRMED, CANCELLED = "TENTATIVE", "CONFIRMED", "CANCELLED"
STATES = {
    "pending": TENTATIVE,
    "confirmed": CONFIRMED,
    "checked_in": CONFIRMED,
    "completed": CONFIRMED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Something in a calendar. `sequence` grows with every change, `uid` never changes."""

    uid: str
    sequence: int
    state: str
    period: Period
    title: str
    place: str = ""
    link: str = ""
    written_at: datetime


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of an invitation: an address and a name."""

    address: str
    name: str


def state_of(status: str) -> str:
    """A booking's status as calendars know it: what is no longer coming is cancelled."""
    return STATES.get(status, CANCELLED)


def feed(entries: Iterable[Entry], name: str) -> bytes:
    """A calendar that other programs ask for again and again."""
    calendar = empty()
    calendar.add("x-wr-calname", plain(name))
    calendar.add("name", plain(name))
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", REFRESH)
    for entry in entries:
        calendar.add_component(event(entry))
    return bytes(calendar.to_ical())


def invitation(entries: Iterable[Entry], organizer: Person, attendee: Person) -> bytes:
    """What a mail carries: calendars take it in, and take it out again when it is cancelled."""
    found = tuple(entries)
    calendar = empty()
    calendar.add("method", method(found))
    for entry in found:
        made = event(entry)
        made.add("organizer", address(organizer))
        made.add("attendee", address(attendee, PARTSTAT="ACCEPTED", RSVP="FALSE"))
        calendar.add_component(made)
    return bytes(calendar.to_ical())


def method(entries: Iterable[Entry]) -> str:
    """One method a file: a single cancelled entry makes no cancellation of the others."""
    return "CANCEL" if all(entry.state == CANCELLED for entry in entries) else "REQUEST"


def empty() -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    return calendar


def event(entry: Entry) -> Event:
    made = Event()
    made.add("uid", entry.uid)
    made.add("dtstamp", entry.written_at)
    made.add("dtstart", entry.period.start)
    made.add("dtend", entry.period.end)
    made.add("sequence", entry.sequence)
    made.add("status", entry.state)
    made.add("summary", plain(entry.title))
    if entry.place:
        made.add("location", plain(entry.place))
    if entry.link:
        made.add("url", entry.link)
    if entry.state == CANCELLED:
        made.add("transp", "TRANSPARENT")
    return made


def address(person: Person, **more: str) -> vCalAddress:
    made = vCalAddress(f"mailto:{person.address}")
    # A name in quotes may hold none itself.
    made.params["CN"] = vText(plain(person.name).replace('"', "'"))
    for name, value in more.items():
        made.params[name] = vText(value)
    return made


def plain(text: str) -> str:
    """One line, turning nothing round beside it."""
    return one_line(text)
