"""The data the demo lab is made of: five JSON files beside this one, and their dates today."""

import json
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from fablab.core import zones

REFERENCE = date(2026, 11, 22)
"""The day the data speaks of. Certificates and people move with the day the demo is made."""

FOLDER = Path(__file__).parent / "data"
Row = Mapping[str, Any]


@cache
def read(name: str) -> Any:
    """One of `lab`, `machines`, `training`, `inventory`, `people`. Not to be changed."""
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


def as_json(value: Any) -> str:
    """As a JSON column stores it: names stay readable in the database."""
    return json.dumps(value, ensure_ascii=False)


class Almanac:
    """The days of the data, moved to the day on which the demo is made."""

    def __init__(self, now: datetime, tz: ZoneInfo) -> None:
        self.now = now
        self.zone = tz
        self.today = zones.local_date(now, tz)
        self.shift = self.today - REFERENCE

    def day(self, written: str | None) -> date | None:
        """A day as the data writes it, as long before or after today as it was then."""
        return date.fromisoformat(written) + self.shift if written else None

    def year(self, written: int) -> int:
        """A birth year that keeps people as old as the data has them."""
        return written + self.today.year - REFERENCE.year

    def at(self, day: date, clock_face: time) -> datetime:
        """That time on the wall. A face the zone shows twice means the first."""
        found = zones.candidates(datetime.combine(day, clock_face), self.zone)
        return found[0] if found else zones.midnight(day + timedelta(days=1), self.zone)
