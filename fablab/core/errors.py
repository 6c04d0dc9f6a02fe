"""Everything the app says no with.

Domain code raises these and knows nothing of HTTP. `fablab.web.errors` is the
only place that turns them into a page or a problem document.
"""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Problem:
    """One reason why not: a stable code, words for people, and the field to blame.

    `message` is English with {named} places, filled from `details` in the reader's language:
    datetimes, periods, timedeltas and `Words` may be given as they are. With `plural`, `count`
    chooses between `message` and `plural`. `limit` is what the rule allows, `nearest` the
    closest legal values (instants, or minutes for lengths); `overridable` tells whether staff
    may set the rule aside with a reason.
    """

    code: str
    message: str
    about: str | None = None
    details: dict[str, Any] = field(default_factory=dict)
    limit: Any = None
    nearest: Any = None
    overridable: bool = False
    plural: str | None = None
    count: int | None = None


class FablabError(Exception):
    """The base of every error a person may be shown."""


class NotFound(FablabError):
    """There is no such thing, or none that this person may see."""


class Unauthorized(FablabError):
    """Nobody is signed in, or the token is not good."""


class Forbidden(FablabError):
    """The person may see this, but not do it. `field` names a field they may not set."""

    def __init__(self, message: str = "", field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


class Refused(FablabError):
    """The wish breaks rules. It carries every reason, not only the first."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__(", ".join(problem.code for problem in problems))
        self.problems = problems

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(problem.code for problem in self.problems)


class Unreadable(Refused):
    """What was sent cannot be understood: wrong type, unknown field, broken JSON."""


class TooMany(FablabError):
    """Too many tries. Come back in `retry_after` seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__("too many tries")
        self.retry_after = retry_after


class Unavailable(FablabError):
    """The database cannot be reached or is too busy. Come back in `retry_after` seconds."""

    def __init__(self, retry_after: int = 2) -> None:
        super().__init__("the database is not available")
        self.retry_after = retry_after


class WrongSetup(FablabError):
    """The installation is not fit to run; the text says how to mend it."""
