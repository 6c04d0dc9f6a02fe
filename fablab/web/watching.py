"""Looks once a second whether something changed, for everybody in this process who waits for it.

One watch a process, not one a page: however many wait, a look is one statement (on SQLite a
PRAGMA) while nothing was committed, else two more: for all sessions, and for all members who have
their own page open.
"""

import asyncio
import itertools
import logging
from collections import Counter
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from contextvars import Context
from dataclasses import dataclass

from fablab.core import versions
from fablab.core.errors import TooMany, Unavailable
from fablab.core.secrets import signature
from fablab.core.versions import Stamps
from fablab.members.tables import Role
from fablab.web import own_pages

logger = logging.getLogger("fablab")
EVERY = 1.0  # seconds between two looks
PEOPLE_EVERY = 30  # looks without any change: sessions also end by time
MOST = 1_000  # streams of one process, so that connections are left for pages
OF_A_SESSION, OF_AN_ADDRESS = 2, 20
LATER = 60  # seconds


@dataclass(frozen=True, slots=True)
class Topic:
    """What a page shows: the whole schedule, one machine's, or a member's own page."""

    machine: int | None = None
    member: int | None = None

    @property
    def kind(self) -> str:
        if self.member is not None:
            return "me"
        return "schedule" if self.machine is None else "machine"

    def version(self, stamps: Stamps, own: object = None) -> str:
        """Changes with what the page shows, and tells nothing else: not even to whom."""
        common = stamps["lab"], stamps["machines"], stamps["people"]
        if self.member is not None:
            said: object = (self.member, stamps["lab"], stamps["machines"], own)
        elif self.machine is not None:
            said = (*common, stamps.of_machine(self.machine))
        else:
            said = (*common, stamps.of_bookings)
        return signature("live", repr(said))[:16]


@dataclass(frozen=True, slots=True)
class Watcher:
    """Who waits: a session with its role, or a visitor of whom only the address is known."""

    address: str
    session: int | None = None
    role: Role | None = None

    @property
    def owner(self) -> Hashable:
        return self.session if self.session is not None else self.address


class Stream:
    """One page that waits. It holds the newest version and never a queue of them."""

    def __init__(self, topic: Topic, watcher: Watcher, version: str) -> None:
        self.topic, self.watcher, self.version = topic, watcher, version
        self.news = asyncio.Event()
        self.is_over = self.is_sent_off = False

    def tell(self, version: str) -> None:
        if version != self.version:
            self.version = version
            self.news.set()

    def end(self, *, sent_off: bool = False) -> None:
        """`sent_off`: the page is told not to open another at once, but to ask now and then."""
        self.is_over, self.is_sent_off = True, sent_off
        self.news.set()

    async def wait(self, seconds: float) -> bool:
        """Whether there is news, or an end, within that time."""
        try:
            async with asyncio.timeout(seconds):
                await self.news.wait()
        except TimeoutError:
            return False
        self.news.clear()
        return True


class Watch:
    """All streams of this process."""

    def __init__(self) -> None:
        self.streams: dict[Stream, None] = {}  # in the order they came
        self.looks = itertools.count(1)
        self.seen: object = None
        self.is_away = self.is_closed = False
        self.looking: asyncio.Task[None] | None = None

    async def join(self, topic: Topic, watcher: Watcher) -> Stream:
        """A new stream, which begins with the version of now.

        A session's third ends its first: whoever looks at a page comes before one left open. A
        house full of visitors has one address, so there the newcomer must wait (`TooMany`).
        """
        version = await current(topic)
        if self.is_closed or len(self.streams) >= MOST:
            raise Unavailable(retry_after=LATER)
        theirs = [each for each in self.streams if each.watcher.owner == watcher.owner]
        if watcher.session is None and len(theirs) >= OF_AN_ADDRESS:
            raise TooMany(retry_after=LATER)
        if watcher.session is not None and len(theirs) >= OF_A_SESSION:
            self.leave(theirs[0])
            theirs[0].end(sent_off=True)
        stream = Stream(topic, watcher, version)
        self.streams[stream] = None
        self.seen = None  # what was committed since `current` looked
        self.begin()
        return stream

    def leave(self, stream: Stream) -> None:
        self.streams.pop(stream, None)

    def begin(self) -> None:
        """Look from now on, in the loop of the first who waits, until nobody does."""
        if self.looking is None or self.looking.done():
            self.looking = asyncio.create_task(self.look_on(), context=Context())

    async def look_on(self) -> None:
        while self.streams:
            await asyncio.sleep(EVERY)
            try:
                await self.look()
            except Exception:
                logger.exception("Nobody can be told of changes")
                self.end_all()

    async def look(self) -> None:
        """Tell those whose page changed. While the database is away, nothing is said."""
        try:
            stamps = await versions.stamps()
            moved = stamps.as_of is None or stamps.as_of != self.seen
            self.seen = stamps.as_of  # before the rest: who joins meanwhile asks for another look
            if moved:
                await self.tell_all(stamps)
            if moved or next(self.looks) % PEOPLE_EVERY == 0:
                await self.dismiss()
        except Unavailable:
            self.seen = None
            self.away(True)
        else:
            self.away(False)

    async def tell_all(self, stamps: Stamps) -> None:
        members = {s.topic.member for s in self.streams if s.topic.member is not None}
        own = await own_pages.marks(members) if members else {}
        for stream in list(self.streams):
            stream.tell(stream.topic.version(stamps, own.get(stream.topic.member or 0)))

    async def dismiss(self) -> None:
        """End the streams of sessions that are over, or whose member is somebody else by now."""
        sessions = {s.watcher.session for s in self.streams if s.watcher.session is not None}
        roles = await own_pages.roles(sessions) if sessions else {}
        for stream in list(self.streams):
            session = stream.watcher.session
            if session is not None and roles.get(session) != stream.watcher.role:
                stream.end(sent_off=True)

    def away(self, is_away: bool) -> None:
        if is_away != self.is_away:
            logger.warning("Changes are %s told", "not" if is_away else "again")
        self.is_away = is_away

    def end_all(self) -> None:
        for stream in list(self.streams):
            stream.end()

    @contextmanager
    def opened(self) -> Iterator[None]:
        """Around the server's life."""
        self.is_closed = False
        try:
            yield
        finally:
            self.close()

    def close(self) -> None:
        """The server stops: end all, take no more."""
        self.is_closed = True
        self.end_all()
        if self.looking:
            self.looking.cancel()

    def counted(self) -> dict[str, int]:
        """How many streams are open, by what they are about."""
        found = Counter(stream.topic.kind for stream in self.streams)
        return {kind: found[kind] for kind in ("machine", "me", "schedule")}


async def current(topic: Topic, stamps: Stamps | None = None) -> str:
    """The topic's version now, or as of stamps that were read before the page's data."""
    mine = topic.member
    if stamps is None:
        stamps = await versions.stamps()
    own = (await own_pages.marks({mine})).get(mine) if mine is not None else None
    return topic.version(stamps, own)


watch = Watch()
