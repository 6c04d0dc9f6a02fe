"""One backup a night, and which of the older ones are kept."""

import logging
from collections.abc import Iterable
from datetime import date
from functools import cache
from pathlib import Path

from fablab.core import backup, db
from fablab.core.backup import postgres
from fablab.core.settings import settings

log = logging.getLogger(__name__)
DAILY, WEEKLY = 7, 4
PREFIX = "fablab-"


async def back_up(today: date) -> Path | None:
    """Save to the data folder's `backups`, then delete what is too old; None where it cannot be."""
    if not db.is_sqlite() and not postgres.is_equipped():
        say_that_tools_are_missing()
        return None
    folder = settings.folder / "backups"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    ending = "sqlite" if db.is_sqlite() else "dump"
    made = folder / f"{PREFIX}{today.isoformat()}.{ending}"
    await backup.save(made)
    forget_old(folder, ending)
    return made


@cache
def say_that_tools_are_missing() -> None:
    """Once a process is enough."""
    log.warning("No nightly backup: %s", postgres.MISSING.format(tool="pg_dump"))


def forget_old(folder: Path, ending: str) -> None:
    dated = {day: path for path in folder.glob(f"*.{ending}") if (day := day_of(path))}
    for day in dated.keys() - kept(dated):
        dated[day].unlink()


def day_of(path: Path) -> date | None:
    """The day it was taken; None for a file of somebody else's."""
    try:
        return date.fromisoformat(path.stem.removeprefix(PREFIX))
    except ValueError:
        return None


def kept(days: Iterable[date]) -> set[date]:
    """The last seven, and of the weeks before them the last day of each of the last four."""
    listed = sorted(days)
    daily = set(listed[-DAILY:])
    last_of_week = {day.isocalendar()[:2]: day for day in listed}
    weekly = [day for day in last_of_week.values() if day not in daily]
    return daily | set(weekly[-WEEKLY:])
