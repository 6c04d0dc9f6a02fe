"""Programs that ask for the week and the day again and again, and what changes meanwhile."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import httpx

from fablab.bookings.actions import Made
from fablab.core import clock, db
from fablab.core.secrets import digest, new_token
from fablab.core.settings import settings
from fablab.machines.tables import Machine
from fablab.members.tables import ApiToken
from fablab.members.viewer import Viewer
from tests import factories
from tests.bookings.conftest import Book, viewer
from tests.factories import hours
from tests.support.databases import Copy

DAY = "/schedule?date=2026-11-30"
WEEK = "/machines/{slug}/bookings?from=2026-11-30T00:00&to=2026-12-07T00:00"


class Scene:
    """A lab with one booking of Ada's; who asks, and how."""

    machine: Machine
    made: Made
    ada: Viewer
    ben: Viewer
    manager: Viewer

    def __init__(self, app: Any, book: Book) -> None:
        self.transport = httpx.ASGITransport(app=app)
        self.book = book
        self.keys: dict[int, str] = {}

    async def prepare(self) -> None:
        await factories.a_lab()
        quarters = {"granularity_minutes": 15, "min_minutes": 15}
        self.machine = await factories.a_machine(policy=quarters)
        self.ada = viewer(await factories.a_member())
        self.ben = viewer(await factories.a_member(given_name_latin="Ben"))
        self.manager = viewer(await factories.a_manager())
        for each in (self.ada, self.ben, self.manager):
            self.keys[each.id] = new_token()
            await ApiToken.objects().create(
                member=each.id,
                name="test",
                key_hash=digest(self.keys[each.id]),
                scopes='["read"]',
                made_at=clock.now(),
                last_used_at=clock.now(),
            )
        self.made = await self.book(self.ada, self.machine, hours(1))

    @property
    def paths(self) -> list[str]:
        return [DAY, WEEK.format(slug=self.machine.slug)]

    async def get(self, path: str, who: Viewer | None = None, **headers: str) -> httpx.Response:
        said = {"accept-language": "en", "accept-encoding": "identity"}
        if who:
            said["authorization"] = f"Bearer {self.keys[who.id]}"
        said |= {name.replace("_", "-"): text for name, text in headers.items()}
        client = httpx.AsyncClient(transport=self.transport, base_url="http://lab.test/api/v1")
        async with client:
            return await client.get(path, headers=said)


@asynccontextmanager
async def elsewhere(copy: Copy) -> AsyncIterator[None]:
    """In another process on the same database, as far as the database can tell."""
    here, there = db.engine(), db.engine_for(replace(settings, database_url=copy.url))
    db.use(there)
    try:
        async with db.connected():
            yield
    finally:
        db.use(here)
