"""Tells open pages that something changed, by server-sent events: versions and nothing else.

The page then fetches itself with its reader's own rights. A browser asks for a stream; whoever
asks without `text/event-stream` is told the version once. A stream holds no connection to the
database, and no more than one version waits in it however slowly it is read.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

from litestar import get
from litestar.params import FromPath
from litestar.response.base import ASGIResponse
from litestar.types import ASGIApp

from fablab.core.errors import NotFound
from fablab.web.auth import Asked, Asker, Machines, SignedIn, signed_in
from fablab.web.headers import heard
from fablab.web.visits import visit_of
from fablab.web.watching import Stream, Topic, Watch, Watcher, current, watch

KIND = "text/event-stream"
BREATH = 20  # seconds after which a silent stream shows that it is there
PATIENCE = 10  # seconds for which a reader may read nothing while something is sent
HEADERS = {"cache-control": "no-store", "vary": "Accept, Cookie"}
STREAMED = [
    (b"content-type", KIND.encode()),
    (b"x-accel-buffering", b"no"),
    *((name.encode(), value.encode()) for name, value in HEADERS.items()),
]
PLAIN = {"packed": True}  # a packer would hold back what is to be sent now


@get("/live/schedule", name="live:schedule", opt=PLAIN)
async def whole_schedule(request: Asked) -> ASGIApp:
    return await told(request, Topic())


@get("/live/machines/{slug:str}", name="live:machine", opt=PLAIN)
async def one_machine(
    request: Asked, viewer: Asker, machines: Machines, slug: FromPath[str]
) -> ASGIApp:
    view = machines.seen(slug, staff=viewer is not None and viewer.is_staff)
    if view is None:
        raise NotFound("machine")
    return await told(request, Topic(machine=view.id))


@get("/live/me", name="live:me", guards=[signed_in], opt=PLAIN)
async def own_page(request: Asked, viewer: SignedIn) -> ASGIApp:
    return await told(request, Topic(member=viewer.id))


async def told(request: Asked, topic: Topic) -> ASGIApp:
    """A stream for those who want one, the version for the others."""
    scope = request.scope
    if KIND in heard(scope, b"accept"):
        return Telling(topic, watcher(scope), watch)
    version = await current(topic, scope["state"]["stamps"])
    return ASGIResponse(body=version, media_type="text/plain", headers=HEADERS)


def watcher(scope: Any) -> Watcher:
    address, viewer = visit_of(scope).address, scope["user"]
    if viewer is None:
        return Watcher(address)
    return Watcher(address, viewer.session_id, viewer.role)


class Telling:
    """The answer that goes on until its reader leaves, is crowded out, or the server stops."""

    def __init__(self, topic: Topic, watcher: Watcher, watch: Watch) -> None:
        self.topic, self.watcher, self.watch = topic, watcher, watch

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        stream = await self.watch.join(self.topic, self.watcher)
        gone = asyncio.ensure_future(left(receive))
        gone.add_done_callback(lambda _: stream.end())
        try:
            await send({"type": "http.response.start", "status": 200, "headers": STREAMED})
            async for text in messages(stream):
                if gone.done():
                    return
                await patiently(send, text.encode(), more=True)
            await patiently(send, b"", more=False)
        except TimeoutError:
            pass  # who reads nothing for so long is told nothing more
        finally:
            self.watch.leave(stream)
            gone.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await gone


async def messages(stream: Stream) -> AsyncIterator[str]:
    """What is sent: the version of now, each newer one, and a comment when there is none."""
    yield f"retry: 5000\n{event(stream.version)}"
    while not stream.is_over:
        news = await stream.wait(BREATH)
        if not stream.is_over:
            yield event(stream.version) if news else ":\n\n"
    if stream.is_sent_off:
        yield "event: enough\ndata:\n\n"


def event(version: str) -> str:
    return f"id: {version}\ndata: {version}\n\n"


async def patiently(send: Any, body: bytes, *, more: bool) -> None:
    async with asyncio.timeout(PATIENCE):
        await send({"type": "http.response.body", "body": body, "more_body": more})


async def left(receive: Any) -> None:
    """Until the reader is gone."""
    while (await receive())["type"] != "http.disconnect":
        pass


LIVE = [whole_schedule, one_machine, own_page]
