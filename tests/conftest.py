"""The world every test starts in: nine o'clock on MONDAY, an empty lab, nothing left behind."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.support import environment

FOLDER = environment.prepare()  # before anything of fablab is imported

from fablab.core import clock
from tests.factories import MONDAY

Travel = Callable[[datetime | timedelta], datetime]


@pytest.fixture(autouse=True)
def travel(monkeypatch: pytest.MonkeyPatch) -> Travel:
    """Every test starts at MONDAY; `travel(instant)` or `travel(timedelta(...))` goes on."""
    here = MONDAY

    def go(to: datetime | timedelta) -> datetime:
        nonlocal here
        here = here + to if isinstance(to, timedelta) else to
        return here

    monkeypatch.setattr(clock, "now", lambda: here)
    return go


@pytest.fixture(scope="session", autouse=True)
def folder() -> Iterator[Path]:
    yield FOLDER
    environment.forget(FOLDER)
