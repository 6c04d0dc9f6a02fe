"""The app with its trial routes, and a browser and a program that ask it."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import httpx
import pytest

from fablab.core import clock
from fablab.core.secrets import digest
from fablab.members.tables import ApiToken, Member
from tests.support.browser import Browser
from tests.web import trial

Program = Callable[..., Awaitable[httpx.AsyncClient]]


@pytest.fixture(scope="session")
def trial_app() -> Any:
    return trial.trial_app()


@pytest.fixture(autouse=True)
def _nothing_done_yet() -> None:
    trial.acted.clear()


@pytest.fixture
async def visitor(trial_app: Any) -> AsyncIterator[Browser]:
    """A browser at the trial app in which nobody is signed in."""
    async with Browser(trial_app) as browser:
        yield browser


@pytest.fixture
async def program(trial_app: Any) -> AsyncIterator[Program]:
    """`await program(member, "book")`: a client with a token of that member and those scopes."""
    clients: list[httpx.AsyncClient] = []

    async def made(member: Member | None = None, *scopes: str) -> httpx.AsyncClient:
        headers = {}
        if member:
            token = f"token-{member.id}-{'-'.join(scopes)}"
            await ApiToken.objects().create(
                member=member.id,
                name="trial",
                key_hash=digest(token),
                scopes=json.dumps(scopes),
                made_at=clock.now(),
            )
            headers = {"authorization": f"Bearer {token}"}
        transport = httpx.ASGITransport(app=trial_app)
        clients.append(
            httpx.AsyncClient(transport=transport, base_url="http://lab.test", headers=headers)
        )
        return clients[-1]

    yield made
    for client in clients:
        await client.aclose()
