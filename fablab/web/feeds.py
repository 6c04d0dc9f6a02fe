"""Answers that are asked for again and again: kept as bytes until what they are made of changes.

    @get("/schedule", opt=feeds.described(asks=DayAsked, gives=DayShown))
    async def day(request: Asked) -> ASGIApp:
        return await feeds.answer(request.scope, what, made_of, make)

`what` says everything the bytes depend on but the data: what was asked, who may see as much (its
audience) and, where the bytes have words in them, the language. `made_of` are the stamps of the
data (see `core.versions`), read before it. The bytes are nobody's in particular; where some things
in them are the viewer's own, that is written in afterwards.
"""

import gzip
import hashlib
from collections.abc import Awaitable, Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.metadata import version
from typing import Any

from litestar.types import ASGIApp

from fablab.core import i18n, zones
from fablab.core.kept import Kept
from fablab.members.viewer import Viewer
from fablab.web import assets, describing
from fablab.web.headers import Headers, heard

LARGEST_SHELF = 32 * 2**20
WORTH_PACKING = 1_024
OVERHEAD = 400  # bytes that an entry takes beside what it holds
NOT_MINE, MINE = b'"mine":false', b'"mine":true'
VARY = b"Accept-Language, Authorization, Accept-Encoding"


@dataclass(frozen=True, slots=True)
class Made:
    """An answer in JSON for everybody of its audience, and whose the things in it are.

    `owners` has the ids of what a member owns; each is in the JSON as `{"id":7,..."mine":false`.
    """

    body: bytes
    owners: Mapping[int, Sequence[int]] = field(default_factory=dict)

    @property
    def size(self) -> int:
        return len(self.body) + sum(100 + 36 * len(ids) for ids in self.owners.values())

    def seen_by(self, viewer: Viewer) -> bytes:
        return owned(self.body, self.owners.get(viewer.id, ()))


Make = Callable[[], Awaitable[Made]]


@dataclass(frozen=True, slots=True)
class Placed:
    """What was made, what of, and the bytes that it takes."""

    thing: Any
    made_of: Hashable
    size: int


class Shelf:
    """What was made, the longest unasked-for first to go when there is no more room."""

    def __init__(self, room: int) -> None:
        self.held: Kept[Placed] = Kept(room, lambda placed: placed.size + OVERHEAD)

    def find(self, key: Hashable, made_of: Hashable) -> Any:
        """What was put there of the same data, if it still is."""
        found = self.held.get(key)
        return found.thing if found and found.made_of == made_of else None

    def put(self, key: Hashable, made_of: Hashable, thing: Any, size: int) -> None:
        self.held.put(key, Placed(thing, made_of, size))


shelf = Shelf(LARGEST_SHELF)


@dataclass(frozen=True, slots=True)
class Sent:
    """An answer that is ready to be sent."""

    status: int
    headers: Headers
    body: bytes

    async def __call__(self, _: Any, __: Any, send: Any) -> None:
        start = {"type": "http.response.start", "status": self.status, "headers": self.headers}
        await send(start)
        await send({"type": "http.response.body", "body": self.body, "more_body": False})


def described(*, asks: Any, gives: Any) -> dict[str, Any]:
    """The `opt` of a route that answers so. The compression of other routes leaves it alone."""
    return describing.described(asks=asks, gives=gives, tagged=True) | {"packed": True}


async def answer(scope: Any, what: Hashable, made_of: Hashable, make: Make) -> ASGIApp:
    """304 to whoever has this answer already, without a look at the data; else the answer."""
    viewer: Viewer | None = scope["user"]
    mark = mark_of(what, made_of, viewer)
    tagged = [(b"etag", f'W/"{mark}"'.encode()), (b"vary", VARY)]
    held = heard(scope, b"if-none-match")
    if held and assets.is_known(mark, held):
        return Sent(304, tagged, b"")
    key, body = await found(what, made_of, viewer, make)
    headers = [*tagged, (b"content-type", b"application/json")]
    if len(body) >= WORTH_PACKING and assets.accepts_gzip(heard(scope, b"accept-encoding")):
        body = packed(key, made_of, body)
        headers.append((b"content-encoding", b"gzip"))
    headers.append((b"content-length", b"%d" % len(body)))
    return Sent(200, headers, body)


async def found(
    what: Hashable, made_of: Hashable, viewer: Viewer | None, make: Make
) -> tuple[Hashable, bytes]:
    """The answer as this viewer gets it, and where it stands on the shelf."""
    made: Made | None = shelf.find(what, made_of)
    if made is None:
        made = await make()
        shelf.put(what, made_of, made, made.size)
    if viewer is None or viewer.id not in made.owners:
        return what, made.body
    key = (what, viewer.id)
    body: bytes | None = shelf.find(key, made_of)
    if body is None:
        body = made.seen_by(viewer)
        shelf.put(key, made_of, body, len(body))
    return key, body


def packed(key: Hashable, made_of: Hashable, body: bytes) -> bytes:
    """Compressed once for all who ask."""
    key = (key, "gzip")
    found: bytes | None = shelf.find(key, made_of)
    if found is None:
        found = gzip.compress(body, compresslevel=4, mtime=0)
        shelf.put(key, made_of, found, len(found))
    return found


def owned(body: bytes, ids: Iterable[int]) -> bytes:
    """The same JSON, these things in it the viewer's. Nothing that people wrote looks like one:
    a quotation mark of theirs has a backslash before it."""
    starts = sorted(at for each in ids if (at := body.find(b'{"id":%d,' % each)) >= 0)
    parts, end = [], 0
    for start in starts:
        at = body.index(NOT_MINE, start)
        parts += [body[end:at], MINE]
        end = at + len(NOT_MINE)
    return b"".join([*parts, body[end:]])


def mark_of(what: Hashable, made_of: Hashable, viewer: Viewer | None) -> str:
    """Another one for another viewer, role or language, and after an upgrade that may tell the
    same data in other words or other hours."""
    who = (viewer.id, viewer.role.value) if viewer else None
    whole = repr((edition(), what, made_of, who, i18n.language.get()))
    return hashlib.blake2b(whole.encode(), digest_size=12).hexdigest()


@lru_cache(maxsize=1)
def edition() -> tuple[str, str]:
    return version("fablab"), zones.tzdata_version()
