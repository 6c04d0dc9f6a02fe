"""How a piece of work is asked by `bench.processes.inside`: JSON in, a file of JSON out."""

import asyncio
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import msgspec


def answer(work: Callable[..., Coroutine[Any, Any, Any]]) -> None:
    asked = msgspec.json.decode(sys.stdin.buffer.read())
    found = asyncio.run(work(**asked))
    Path(sys.argv[1]).write_bytes(msgspec.json.encode(found))
