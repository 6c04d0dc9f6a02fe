"""What the scenarios share: machines in steps of fifteen, wishes, and what is answered."""

from typing import Any

import httpx

from fablab.machines.tables import Machine
from tests import factories
from tests.bookings.conftest import Program as Program
from tests.factories import hours

STEPS = {"granularity_minutes": 15, "min_minutes": 15}


async def a_fine_machine(policy: dict[str, Any] | None = None, **values: Any) -> Machine:
    """Of the scenarios' grid: steps of a quarter of an hour."""
    return await factories.a_machine(policy=STEPS | (policy or {}), **values)


def times(start: float, length: float = 1) -> dict[str, str]:
    """Hours after MONDAY nine o'clock, as a body says them."""
    period = hours(start, length)
    return {"starts_at": period.start.isoformat(), "ends_at": period.end.isoformat()}


def wish(machine: Machine, start: float = 1, length: float = 1, **more: Any) -> dict[str, Any]:
    return {"machine": machine.slug, **times(start, length), **more}


def codes(answer: httpx.Response) -> set[str]:
    return {violation["code"] for violation in answer.json()["violations"]}


def said(answer: httpx.Response, code: str) -> dict[str, Any]:
    """The violation of that code."""
    found: dict[str, Any] = next(v for v in answer.json()["violations"] if v["code"] == code)
    return found
