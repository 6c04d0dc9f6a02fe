"""The load: wrk with our script, one thread beside the worker under test."""

import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from bench.processes import BenchError, end
from bench.target import Asked

SCRIPT = Path(__file__).with_name("wrk.lua")
LONGEST_ANSWER = 20  # seconds
MISSING = "wrk is not installed. On Debian: apt-get install wrk"


class Loaded(msgspec.Struct):
    """What came back. `next`: the first request that was not sent any more."""

    requests: int
    seconds: float
    bytes: int
    p50_ms: float
    p99_ms: float
    max_ms: float
    broken: int
    late: int
    next: int
    statuses: dict[int, int]

    @property
    def a_second(self) -> float:
        return self.requests / self.seconds

    def unexpected(self, expected: Sequence[int]) -> int:
        """Answers of another kind, broken connections, answers that never came."""
        others = sum(count for status, count in self.statuses.items() if status not in expected)
        return others + self.broken + self.late


def program() -> str:
    found = shutil.which("wrk")
    if found is None:
        raise BenchError(MISSING)
    return found


def load(
    url: str, requests: Sequence[Asked], *, connections: int, seconds: int, first: int = 0
) -> Loaded:
    """Send them in turn over so many connections; as soon as one is answered, the next."""
    with tempfile.NamedTemporaryFile(suffix=".requests") as file:
        for each in requests:
            sent = each.on_the_wire(urlsplit(url).netloc)
            file.write(b"%d\n%b" % (len(sent), sent))
        file.flush()
        command = [
            program(),
            "-t1",
            f"-c{connections}",
            f"-d{seconds}s",
            f"--timeout={LONGEST_ANSWER}s",
        ]
        command += ["-s", str(SCRIPT), url, "--", file.name, str(first)]
        return _told(command)


def _told(command: list[str]) -> Loaded:
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True
    )
    try:
        said = process.communicate()[0].decode()
    finally:
        end(process, 15)
    for line in said.splitlines():
        if line.startswith("BENCH "):
            return msgspec.json.decode(line.removeprefix("BENCH "), type=Loaded, strict=False)
    raise BenchError(f"wrk failed:\n{said[-2000:]}")
