"""Who stands at a tablet: known for half a minute after the last touch, ten minutes at most.

A signed cookie says who, at which tablet and since when. It opens the tablet's own pages alone.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from fablab.core import clock
from fablab.core.secrets import signature, signed_by_us

UNTOUCHED, LONGEST = timedelta(seconds=30), timedelta(minutes=10)
PURPOSE = "kiosk guest"
PARTS = 4


@dataclass(frozen=True, slots=True)
class Guest:
    """The member, at which tablet, since when."""

    kiosk_id: int
    member_id: int
    since: datetime


def sealed(guest: Guest) -> str:
    """For the cookie: as of now, so that half a minute begins anew."""
    times = (int(at.timestamp()) for at in (guest.since, clock.now()))
    text = ".".join(str(part) for part in (guest.kiosk_id, guest.member_id, *times))
    return f"{text}.{signature(PURPOSE, text)}"


def opened(cookie: str, kiosk_id: int) -> Guest | None:
    """Whoever identified at this very tablet, unless they are gone by now."""
    text, _, mark = cookie.rpartition(".")
    if not text or not signed_by_us(PURPOSE, text, mark):
        return None
    parts = [int(part) for part in text.split(".")]
    if len(parts) != PARTS or parts[0] != kiosk_id:
        return None
    _, member_id, since, touched = parts
    begun, now = datetime.fromtimestamp(since, UTC), clock.now()
    if now - datetime.fromtimestamp(touched, UTC) >= UNTOUCHED or now - begun >= LONGEST:
        return None
    return Guest(kiosk_id, member_id, begun)
