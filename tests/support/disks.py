"""Small disks in memory, which a test may fill."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support import needs

MEGABYTE = 2**20


@dataclass(frozen=True)
class Disk:
    folder: Path

    def fill(self, *, but: int = 0) -> None:
        """Until so many bytes are left."""
        with (self.folder / "filler").open("ab") as filler:
            while (free := self.free() - but) > 0:
                filler.write(bytes(min(free, MEGABYTE)))
                filler.flush()

    def make_room(self) -> None:
        (self.folder / "filler").unlink()

    def free(self) -> int:
        found = os.statvfs(self.folder)
        return found.f_bavail * found.f_frsize


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Disk]:
    """Mounted there meanwhile. Skips with a reason, or fails where FABLAB_TEST_REQUIRE says so."""
    folder.mkdir(mode=0o700)
    mount = ("mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=700", "none", str(folder))
    tried = subprocess.run(mount, capture_output=True, check=False)
    if tried.returncode and "root" in needs.required():
        pytest.fail(needs.SENTENCES["root"])
    if tried.returncode:
        pytest.skip(needs.SENTENCES["root"])
    try:
        yield Disk(folder)
    finally:
        subprocess.run(("umount", "--lazy", str(folder)), check=True)
