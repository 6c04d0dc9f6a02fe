"""The front door: every request comes in here and every answer goes out here.

Around the whole framework, so that answers made before any of our middleware runs (an unknown
path, a wrong verb) carry an id, the same headers and a line in the log like any other.
"""

import logging
import re
import time
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from litestar import Litestar

from fablab.core import formats, i18n
from fablab.web import addresses, headers, language, logs, problems
from fablab.web.arriving import in_time
from fablab.web.measures import measures
from fablab.web.visits import Visit, new_id

Scope = Any
Message = Any
App = Callable[[Any, Any, Any], Awaitable[None]]

logger = logging.getLogger("fablab")
GIVEN_ID = re.compile(r"[\w-]{8,64}", re.ASCII)
STREAM = (b"content-type", b"text/event-stream")
NUL = re.compile(rb"\x00|%00")
UNKEPT = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")


class FabLab(Litestar):
    """Litestar behind our front door."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            await let_in(super().__call__, scope, receive, send)
        else:
            await super().__call__(scope, receive, send)


async def let_in(app: App, scope: Scope, receive: Any, send: Any) -> None:
    """Serve one request. Whatever happens inside, there is one answer and one line in the log."""
    way_out = Door(scope, send)
    spoken = i18n.language.set(language.negotiated(scope))
    zone = formats.zone_in_use.set(formats.lab_zone())
    numbered = logs.request_id.set(way_out.visit.id)
    try:
        if unreadable(scope):
            await way_out.unreadable()
        else:
            await app(scope, in_time(receive), way_out)
    except Exception:
        logger.exception("No answer could be made")
        if not way_out.status:
            await way_out.plain(500, b"Something went wrong. Request " + way_out.visit.id.encode())
    finally:
        way_out.close()
        logs.request_id.reset(numbered)
        formats.zone_in_use.reset(zone)
        i18n.language.reset(spoken)


def unreadable(scope: Scope) -> bool:
    """Control characters and half characters, which no page means and no database keeps."""
    return bool(UNKEPT.search(scope["path"])) or bool(NUL.search(scope["query_string"]))


class Door:
    """The way out of one request: adds what every answer carries and notes how it went."""

    def __init__(self, scope: Scope, send: Any) -> None:
        self.scope, self.send, self.status = scope, send, 0
        self.started, self.is_noted = time.perf_counter(), False
        self.visit = Visit(id=given_id(scope) or new_id(), address=addresses.client(scope))
        scope["state"] = {**scope.get("state", {}), "visit": self.visit}
        scope["user"] = scope["auth"] = None
        self.method, self.path = scope["method"], scope["path"]
        self.bodiless = self.method == "HEAD"
        if self.bodiless:  # answered by the page itself, without its body
            scope["method"] = "GET"

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            message["headers"] = self.dressed(list(message.get("headers", ())))
            if STREAM in message["headers"]:
                self.note()  # when it begins: how long somebody listens is not how long we took
        elif self.bodiless and message["type"] == "http.response.body":
            message["body"] = b""
        await self.send(message)

    def dressed(self, given: headers.Headers) -> headers.Headers:
        cookies = [(b"set-cookie", text.encode()) for text in self.visit.cookies.values()]
        request_id = (b"x-request-id", self.visit.id.encode())
        return [*headers.completed(given, headers.STANDING), request_id, *cookies]

    async def unreadable(self) -> None:
        """A program is told in the form of every other error of the API."""
        if language.is_api(self.scope):
            told = msgspec.json.encode(problems.document(400, self.visit.id))
            await self.plain(400, told, problems.MEDIA_TYPE)
        else:
            await self.plain(400, b"This address cannot be read.\n")

    async def plain(
        self, status: int, text: bytes, kind: str = "text/plain; charset=utf-8"
    ) -> None:
        """The last resort: an answer that needs nothing else of ours to work."""
        start = [(b"content-type", kind.encode()), (b"cache-control", b"no-store")]
        length = (b"content-length", str(len(text)).encode())
        await self({"type": "http.response.start", "status": status, "headers": [*start, length]})
        await self({"type": "http.response.body", "body": text})

    def close(self) -> None:
        if not self.is_noted:
            self.note()

    def note(self) -> None:
        """The line in the log and the counters, once a request."""
        self.is_noted = True
        seconds = time.perf_counter() - self.started
        template = self.scope.get("path_template") or ""
        measures.note(self.method, template, self.status, seconds)
        path = logs.shown_path(self.scope, self.path)
        logs.access(self.method, path, self.status, seconds, self.visit)


def given_id(scope: Scope) -> str:
    """The id a proxy of ours gave the request already; one from a stranger is not believed."""
    if not addresses.is_ours(addresses.peer(scope)):
        return ""
    given = headers.heard(scope, b"x-request-id")
    return given if GIVEN_ID.fullmatch(given) else ""
