"""Clients that begin and do not go on, or ask and never read: everybody else is served."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack

import httpx
import pytest

from tests.simulation.conftest import Scene
from tests.simulation.crowd import Crowd, wishes
from tests.support import processes
from tests.support.servers import Server, serving

pytestmark = pytest.mark.slow
EACH = 100  # connections of each kind
MANY = 40
MEGABYTES = 60  # what all of them together may cost
SENT = {
    "nothing": b"",
    "half a head": b"GET / HTTP/1.1\r\nHost: lab\r\nAccept: ",
    "half a body": b"POST /api/v1/bookings HTTP/1.1\r\nHost: lab\r\n{token}"
    b"Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{",
    "what it never reads": b"GET /machines HTTP/1.1\r\nHost: lab\r\n\r\n" * 12,
}


@pytest.fixture
def opened() -> Iterator[ExitStack]:
    with ExitStack() as opened:
        yield opened


def begin(opened: ExitStack, server: Server, sent: bytes) -> None:
    host, _, port = server.url.removeprefix("http://").partition(":")
    line = socket.socket()
    opened.enter_context(line)
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    line.settimeout(5)
    line.connect((host, int(port)))
    line.sendall(sent)


@pytest.mark.parametrize("kind", SENT)
async def test_others_are_served_meanwhile(scene: Scene, opened: ExitStack, kind: str) -> None:
    token = f"Authorization: Bearer {scene.tokens[0]}\r\n".encode()
    async with serving(scene.copy) as app:
        [worker] = app.workers
        async with httpx.AsyncClient(base_url=app.url, timeout=10) as client:
            assert (await client.get("/")).status_code == 200
            before = processes.megabytes(worker)
            for _ in range(EACH):
                begin(opened, app, SENT[kind].replace(b"{token}", token))
            assert (await client.get("/")).status_code == 200
        crowd = Crowd.of([app.url], await wishes(scene.tokens, MANY), at_once=4)
        await crowd.book()
        assert len(crowd.made) == MANY
        assert crowd.told.keys() <= {"201", "503"}, crowd.told  # 503: the machine is that busy
        assert crowd.longest < 10
        assert processes.megabytes(worker) - before < MEGABYTES
        assert app.process.returncode is None


async def test_what_is_too_large_is_refused_before_it_is_read(scene: Scene) -> None:
    """A head that promises it is enough."""
    async with serving(scene.copy) as app:
        host, _, port = app.url.removeprefix("http://").partition(":")
        with socket.create_connection((host, int(port)), timeout=10) as line:
            head = f"Authorization: Bearer {scene.tokens[0]}\r\nContent-Type: application/json\r\n"
            line.sendall(
                f"POST /api/v1/bookings HTTP/1.1\r\nHost: lab\r\n{head}"
                "Content-Length: 30000000\r\n\r\n{".encode()
            )
            assert line.recv(12) == b"HTTP/1.1 413"
