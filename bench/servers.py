"""The system served, one worker, and what the worker weighs."""

import http.client
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.processes import ROOT, BenchError, free_port, running
from bench.wanted import AS_IT_IS

LONGEST_START = 60


@dataclass(frozen=True)
class Memory:
    """Of one process, in MB of 1,000,000 bytes: the most it ever held, and its share now."""

    peak: float
    share: float


@dataclass(frozen=True)
class Served:
    """A server that answers, and since when: seconds from its start."""

    url: str
    process: int
    first_answer: float

    def memory(self) -> Memory:
        return memory_of(worker_of(self.process))


@contextmanager
def serving(
    how: str, environment: Mapping[str, str], log: Path, *, jobs: bool = True, path: str = "/health"
) -> Iterator[Served]:
    """Serve until the block ends. `as_it_is` is `fablab serve`; else see `bench.inside.worker`."""
    port = free_port()
    command = [sys.executable, "-m", "bench.inside.serving", how, str(port)]
    if how == AS_IT_IS:
        command = [sys.executable, "-m", "fablab", "serve", "--port", str(port)]
        command += [] if jobs else ["--no-jobs"]
    surroundings = {**environment, "BENCH_JOBS": "yes" if jobs else ""}
    began = time.perf_counter()
    with running(command, log, env=surroundings, cwd=ROOT) as process:
        while not answers(port, path):
            if process.poll() is not None or time.perf_counter() - began > LONGEST_START:
                raise BenchError(f"The server did not start:\n{log.read_text()[-2000:]}")
            time.sleep(0.005)
        yield Served(f"http://127.0.0.1:{port}", process.pid, time.perf_counter() - began)


def answers(port: int, path: str) -> bool:
    """Whether the path is answered 200 by now."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def worker_of(process: int) -> int:
    """The largest child: the server's own process only watches its workers."""
    children = [
        int(path.parent.name)
        for path in Path("/proc").glob("[0-9]*/stat")
        if parent_of(path) == process
    ]
    return max(children, key=lambda child: memory_of(child).share, default=process)


def parent_of(stat: Path) -> int:
    try:
        return int(stat.read_text().rpartition(")")[2].split()[1])
    except (FileNotFoundError, ProcessLookupError):
        return 0


def memory_of(process: int) -> Memory:
    folder = Path("/proc") / str(process)
    peak = kilobytes(folder / "status", "VmHWM")
    return Memory(peak, kilobytes(folder / "smaps_rollup", "Pss"))


def kilobytes(file: Path, name: str) -> float:
    """A line such as `Pss:  81920 kB`, in MB; 0 when the process is gone or the kernel mute."""
    try:
        lines = file.read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    [found] = [line for line in lines if line.startswith(f"{name}:")] or [f"{name}: 0 kB"]
    return round(int(found.split()[1]) * 1024 / 1e6, 1)
