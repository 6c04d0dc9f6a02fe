"""What one process of `fablab serve` runs."""

import ctypes
import signal
import sys

from fablab.app import create_app
from fablab.web.entrance import FabLab

END_WITH_PARENT = 1  # PR_SET_PDEATHSIG


def pages_and_jobs() -> FabLab:
    end_with_parent()
    return create_app()


def pages_alone() -> FabLab:
    """For a node beside which `fablab jobs` runs."""
    end_with_parent()
    return create_app(jobs=False)


def end_with_parent() -> None:
    """If the command is killed hard, so that it cannot stop us, we stop: else the port stays taken.

    Only Linux offers this; elsewhere nothing changes.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(END_WITH_PARENT, signal.SIGTERM)
