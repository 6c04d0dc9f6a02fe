"""What a server hands to the app, for requests that no client of ours would send or wait for."""

from collections.abc import Iterable
from typing import Any


def asking(
    path: str, query: bytes, headers: Iterable[tuple[bytes, bytes]], at: str = "127.0.0.1"
) -> dict[str, Any]:
    """The scope of a GET from that address."""
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query,
        "root_path": "",
        "headers": [(b"host", b"lab.test"), *headers],
        "client": (at, 1),
        "server": ("lab.test", 80),
        "state": {},
    }
