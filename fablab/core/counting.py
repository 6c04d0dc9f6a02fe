"""How many statements a piece of work sends to the database: what a page costs, asked by tests."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field


@dataclass(slots=True)
class Counted:
    """What was sent, in order. BEGIN, COMMIT and savepoints are not in it."""

    statements: list[str] = field(default_factory=list)

    @property
    def count(self) -> int:
        return len(self.statements)


_counted: ContextVar[Counted | None] = ContextVar("counted_statements", default=None)


def note(sql: str) -> None:
    """Both engines tell every statement here, just before they send it."""
    if (counted := _counted.get()) is not None:
        counted.statements.append(sql)


@contextmanager
def counting() -> Iterator[Counted]:
    """Count what this task, and the tasks it starts meanwhile, send to the database."""
    counted = Counted()
    token = _counted.set(counted)
    try:
        yield counted
    finally:
        _counted.reset(token)
