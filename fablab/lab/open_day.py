"""One day of the lab, decided."""

from dataclasses import dataclass
from datetime import date

from fablab.core.periods import Period
from fablab.core.words import Words


@dataclass(frozen=True, slots=True)
class OpenDay:
    """One day of the lab: when it is open, and what decided that.

    `reason` names the closure, exception or season in force, None in an ordinary week.
    `decided_by` is `week`, `season`, `closure` or `exception`. `unconfirmed` names a closure that
    is only expected ("probably closed"), `unconfirmed_season` hours that are only expected.
    """

    day: date
    windows: tuple[Period, ...]
    open_lab: tuple[Period, ...] = ()
    reason: Words | None = None
    decided_by: str = "week"
    unconfirmed: Words | None = None
    unconfirmed_season: Words | None = None

    @property
    def closed_by(self) -> str:
        """What keeps the lab closed all day; empty when it opens."""
        return "" if self.windows else self.decided_by
