"""The environment a test process works in. Applied before anything of `fablab` is imported."""

import os
import shutil
import tempfile
from pathlib import Path

KEPT = ("FABLAB_TEST_DATABASE", "FABLAB_TEST_POSTGRES", "FABLAB_TEST_REQUIRE")


def prepare() -> Path:
    """Point every setting at a folder of this process's own, and return the folder.

    What the developer's shell sets for a real lab is left out: tests never touch it.
    """
    for name in [name for name in os.environ if name.startswith("FABLAB_") and name not in KEPT]:
        del os.environ[name]
    folder = Path(tempfile.mkdtemp(prefix="fablab-tests-"))
    os.environ |= {
        "FABLAB_SECRET_KEY": "only for tests, never for a lab",
        "FABLAB_BASE_URL": "http://lab.test",
        "FABLAB_DATA_DIR": str(folder),
        "FABLAB_DATABASE_URL": f"sqlite:///{folder / 'unused.sqlite'}",
        "FABLAB_MAIL_URL": (folder / "mail").as_uri(),
        "FABLAB_API_RATE": "0",
    }
    return folder


def forget(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
