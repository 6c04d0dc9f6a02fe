"""A quota as staff set it, and what is wrong with one."""

from dataclasses import dataclass, field

from fablab.core.errors import Problem
from fablab.core.words import N_, Words
from fablab.quotas.measures import Hours, Measure, Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """Whom it binds, where, and how much. Nobody named: anyone; nothing named: the whole lab."""

    name: Words = field(default_factory=Words)
    measure: Measure
    most: int
    span: Span = Span.WEEK
    hours: Hours = Hours.OPENING
    plan_id: int | None = None
    role: str = ""
    machine_id: int | None = None
    category_id: int | None = None


def problems(limit: Limit) -> tuple[Problem, ...]:
    """A name in one language is enough."""
    found = []
    if not limit.name:
        found.append(Problem("required", N_("Give a name in one language at least."), "name_ar"))
    if limit.most <= 0:
        message = N_("A quota leaves something: give a number.")
        found.append(Problem("too_small", message, "most", limit=1))
    return tuple(found)
