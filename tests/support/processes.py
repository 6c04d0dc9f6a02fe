"""Other processes, as Linux shows them: whose child, how much memory, stopped for a while."""

import os
import signal
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


def children(parent: int) -> list[int]:
    """The processes this one has started and that are still there, the oldest first."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            after_name = (place / "stat").read_text().rpartition(")")[2].split()
            if int(after_name[1]) == parent and after_name[0] != "Z":
                found.append(int(place.name))
    return sorted(found)


def family(parent: int) -> list[int]:
    """The process, its children, and theirs."""
    return [parent, *(each for child in children(parent) for each in family(child))]


def megabytes(process: int) -> float:
    """How much memory the process holds for itself and shares."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    [held] = [line.split()[1] for line in lines if line.startswith("VmRSS:")]
    return int(held) / 1024


def kill(processes: Iterable[int], how: int = signal.SIGKILL) -> None:
    for process in processes:
        with suppress(ProcessLookupError):
            os.kill(process, how)


@contextmanager
def paused(process: int) -> Iterator[None]:
    """It and its children are there meanwhile, and do nothing."""
    kill([process], signal.SIGSTOP)  # first, so that it starts no other meanwhile
    asleep = family(process)
    kill(asleep, signal.SIGSTOP)
    try:
        yield
    finally:
        kill(asleep, signal.SIGCONT)
