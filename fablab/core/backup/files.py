"""Files that are there whole or not at all, and what a backup must be."""

import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from fablab.core import schema
from fablab.core.errors import WrongSetup

Tell = Callable[[float], None]
"""Hears how much is done, up to 1.0. May be called from another thread."""

NOT_OURS = "{name} is no backup of a lab, or of the other kind of database."
NEWER = "{name} is of a newer version of fablab. Install that one, then restore."
NOT_EMPTY = "The database holds something. To have it replaced for good: --replace"
IN_USE = (
    "The database is in use. Stop what works on it (fablab serve, fablab jobs), then try again."
)

IDLE = frozenset({"migration", "version", "heartbeat", "job_run", "sqlite_sequence"})
"""Tables that say nothing of a lab: a database with rows in no others is empty."""


def silent(part: float) -> None:
    """Nobody watches."""


@contextmanager
def written_whole(target: Path) -> Iterator[Path]:
    """A file beside `target` to write to, 0600, which takes its name once it is on the disk."""
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".part", dir=target.parent)
    os.close(handle)
    part = Path(name)
    try:
        yield part
        keep(part)
        part.replace(target)
        keep(target.parent)
    finally:
        for left in target.parent.glob(f"{part.name}*"):
            left.unlink()


def keep(path: Path) -> None:
    """Wait until the disk has it: what was answered survives a power cut."""
    if os.name == "nt" and path.is_dir():
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def check_schema(name: Path, ran: Iterable[str]) -> None:
    """The migrations that had run when it was taken: ours, and none we do not know."""
    known, done = set(schema.known()), set(ran)
    if not known & done:
        raise WrongSetup(NOT_OURS.format(name=name))
    if done - known:
        raise WrongSetup(NEWER.format(name=name))
