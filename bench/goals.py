"""What is to be reached, by case. SQLite's figures; on PostgreSQL at least half, creation alike."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Goal:
    """Reached from `figure` on, or up to it where less is better; and `p99_ms`, if there is one."""

    unit: str
    figure: float | None = None
    says: str = ""
    halved: bool = False
    p99_ms: float | None = None

    @property
    def less_is_better(self) -> bool:
        return self.unit != "/s"

    def on(self, database: str) -> float | None:
        if self.figure is None or not self.halved or database != "postgresql":
            return self.figure
        return self.figure * 2 if self.less_is_better else self.figure / 2

    def reached(self, database: str, figure: float, p99_ms: float | None) -> bool | None:
        """None where there is nothing to reach."""
        wanted = self.on(database)
        if wanted is None:
            return None
        if self.p99_ms is not None and (p99_ms is None or p99_ms >= self.p99_ms):
            return False
        return figure <= wanted if self.less_is_better else figure >= wanted


def _a_second(figure: float | None = None) -> Goal:
    return Goal("/s", figure, halved=True)


GOALS = {
    "plain": Goal("/s", says="plain text of the framework, the ceiling"),
    "week": _a_second(3000),
    "week-304": _a_second(3000),
    "week-computed": _a_second(700),
    "day": _a_second(2000),
    "day-304": _a_second(2000),
    "day-members": _a_second(),
    "day-computed": _a_second(250),
    "page": _a_second(250),
    "page-members": _a_second(250),
    "page-computed": _a_second(),
    "create": Goal("/s", 250, p99_ms=150),
    "sweep-idle": Goal("ms", 1, "release sweep, nothing due", halved=True),
    "sweep-due": Goal("ms", 150, "release sweep, 50 due: notice, strike, activity", halved=True),
    "series-preview": Goal("ms", 150, "52 weeks at one machine: every date judged", halved=True),
    "series-book": Goal("ms", 400, "52 weeks at one machine: all of them booked", halved=True),
    "find": Goal("ms", 50, "20 machines, 14 days: every opening that may be booked", halved=True),
    "memory": Goal("MB", 130, "memory of the worker after the reads, its peak"),
    "start-health": Goal("ms", 3000, "from the start to the first answer of /health"),
    "start-schedule": Goal("ms", 3000, "from the start to the first answer of /schedule"),
}
OTHERS = ("sweep", "series", "find", "memory", "start")
"""Cases of the bench itself; those that are requests are in the target's file."""
SIZES_ALIKE = ("week", "week-computed", "day", "day-computed", "page", "page-computed")
TIMES = 1.3
"""These are to stay within so many times the smallest database's, however much lies behind."""


def goal(case: str) -> Goal:
    return GOALS.get(case, Goal("/s"))
