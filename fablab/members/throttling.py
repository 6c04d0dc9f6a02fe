"""Slow guessing down, without ever locking the owner out.

Every try is counted before it is judged, so that a hundred at once are a hundred; one that turns
out right is taken back. What is counted: an account with an address, an account, an address. From
a browser in which the account's owner signed in before, only that browser's own tries count.
"""

import ipaddress
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from math import ceil

from fablab.core import clock, db, secrets
from fablab.core.errors import TooMany
from fablab.lab.queries import place
from fablab.members.tables import Attempt

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Limit:
    """`free` tries within `window` cost nothing; each further one doubles the wait.

    Up to `longest`; without one, the try after the free ones waits for the end of the window.
    """

    free: int
    window: timedelta
    longest: timedelta | None = None

    def free_at(self, tries: int, first_at: datetime, now: datetime) -> datetime:
        """When the next try is heard, this being the `tries`-th since `first_at`."""
        if self.longest is None:
            return first_at + self.window if tries >= self.free else now
        if tries <= self.free:
            return now
        doublings = min(tries - self.free, 30)
        return now + min(timedelta(seconds=2**doublings), self.longest)


PAIR = Limit(4, DAY, timedelta(minutes=5))
ACCOUNT = Limit(20, DAY, timedelta(minutes=1))
ADDRESS = Limit(20, HOUR, timedelta(minutes=5))
SIGN_UPS = Limit(10, HOUR)
LETTERS = Limit(3, HOUR)
LETTERS_OF_ADDRESS = Limit(20, HOUR)

Counted = Mapping[str, Limit]


@db.transactional
async def count(counted: Counted) -> None:
    """Count one try for each of these. `TooMany`, and nothing counted, while one must wait."""
    if not counted:
        return
    now = clock.now()
    for subject, limit in sorted(counted.items()):
        await add(subject, limit, now)
    rows = await Attempt.objects().where(Attempt.subject.is_in(list(counted)))
    waits = [row.free_at for row in rows if row.free_at > now]
    if waits:
        raise TooMany(ceil((max(waits) - now).total_seconds()))
    for row in rows:
        free_at = counted[row.subject].free_at(row.failures, row.first_at, now)
        if free_at > now:
            await Attempt.update({Attempt.free_at: free_at}).where(Attempt.id == row.id)


async def add(subject: str, limit: Limit, now: datetime) -> None:
    """One more, atomically; a window that is over begins anew."""
    over = now - limit.window
    await db.execute(
        "INSERT INTO attempt (subject, failures, first_at, free_at) VALUES ({}, 1, {}, {}) "
        "ON CONFLICT (subject) DO UPDATE SET "
        "failures = CASE WHEN attempt.first_at < {} THEN 1 ELSE attempt.failures + 1 END, "
        "first_at = CASE WHEN attempt.first_at < {} THEN {} ELSE attempt.first_at END",
        *(subject, now, now, over, over, now),
    )


async def right(counted: Counted) -> None:
    """The try was right: it cost nothing, and its own line of failures is forgotten.

    An account with an address begins anew; an account, and an address, that others may be trying
    too only get back this try. Called inside the transaction of what the try was for.
    """
    own = [subject for subject, limit in counted.items() if limit is PAIR]
    shared = [subject for subject in counted if subject not in own]
    if own:
        await Attempt.delete().where(Attempt.subject.is_in(own))
    if shared:
        await Attempt.update(
            {Attempt.failures: Attempt.failures - 1, Attempt.free_at: clock.now()}
        ).where(Attempt.subject.is_in(shared), Attempt.failures > 0)


async def forget_old() -> None:
    """Rows that count for nothing any more."""
    await Attempt.delete().where(Attempt.free_at < clock.now() - 2 * DAY)


def subject(kind: str, *parts: object) -> str:
    """What is counted, as the database may keep it: nobody reads addresses out of it."""
    return secrets.signature(f"attempt {kind}", "\n".join(str(part) for part in parts))


async def guesses(account: object, address: str, device: int | None) -> dict[str, Limit]:
    """What a try at an account counts for. `device`: the known browser it comes from, if any."""
    if device is not None:
        return {subject("device", device, account): PAIR}
    counted = {
        subject("pair", account, network(address)): PAIR,
        subject("account", account): ACCOUNT,
    }
    return counted | await by_address("address", address, ADDRESS)


async def by_address(kind: str, address: str, limit: Limit) -> dict[str, Limit]:
    """Nothing for the lab's own addresses: thirty people may sit behind one of them."""
    if within(address, tuple((await place()).networks)):
        return {}
    return {subject(kind, network(address)): limit}


@lru_cache(maxsize=1024)
def network(address: str) -> str:
    """What one sender can change at will counts as one: the /64 of an IPv6 address."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if found.version == 4:
        return address
    return str(ipaddress.ip_network((int(found) >> 64 << 64, 64)))


@lru_cache(maxsize=1024)
def within(address: str, networks: Sequence[str]) -> bool:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(found in net for net in map(readable, networks) if net is not None)


def readable(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    """One of the lab's networks; one that staff mistyped exempts nobody."""
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None
