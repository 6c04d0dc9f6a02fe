"""What the scenarios share: members with programs of their own, and machines in steps of fifteen.

Nothing here needs the test's one transaction, so that races may use a database of their own.
"""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import httpx
import pytest

from fablab.core import clock
from fablab.core.secrets import digest, new_token
from fablab.machines.tables import Machine
from fablab.members.tables import ApiToken, Member
from fablab.members.viewer import Viewer
from tests import factories
from tests.factories import hours

Program = Callable[..., Awaitable[httpx.AsyncClient]]
STEPS = {"granularity_minutes": 15, "min_minutes": 15}


@pytest.fixture
async def program(app: Any) -> AsyncIterator[Program]:
    """A client with a member's token: `await program(member, "read")`; all scopes unless said."""
    opened: list[httpx.AsyncClient] = []

    async def open_one(member: Member | Viewer | None, *scopes: str) -> httpx.AsyncClient:
        headers = {"accept-language": "en"}
        if member is not None:
            headers["authorization"] = f"Bearer {await a_token(member, scopes)}"
        client = httpx.AsyncClient(
            transport=httpx.ASGITransport(app=app),
            base_url="http://lab.test/api/v1",
            headers=headers,
        )
        opened.append(client)
        return client

    yield open_one
    for client in opened:
        await client.aclose()


async def a_token(member: Member | Viewer, scopes: tuple[str, ...]) -> str:
    token = new_token()
    await ApiToken.objects().create(
        member=member.id,
        name="scenario",
        key_hash=digest(token),
        scopes=json.dumps(list(scopes) or ["read", "book", "manage"]),
        made_at=clock.now(),
    )
    return token


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
