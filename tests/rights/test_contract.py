"""The API answers as its own document says, whatever it is sent.

The requests come from schemathesis, good ones and bad ones alike; they are sent in the test's own
loop and transaction, so that this needs no server and leaves nothing behind.
"""

import asyncio
from contextlib import AbstractContextManager, nullcontext, suppress
from typing import Any

import httpx
import hypothesis
import pytest
import requests
import schemathesis
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from fablab.members.rules import allowed_scopes
from fablab.web import openapi
from tests.rights.scene import a_scene, a_token, program

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
MODES = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]
ITS_OWN = ("Connection", "Content-Length", "User-Agent", "X-Schemathesis-TestCaseId")
# For each operation and each mode: about 400 requests every day, and 20,000 with bin/test --all.
EVERY_DAY, AT_LENGTH = 7, 330


async def asked(app: Any, who: str, examples: int) -> int:
    """Ask every operation so many times in either mode, as that person; how often it was."""
    scene = await a_scene()
    member = scene.members[who]
    await a_token(member, "fuzz", allowed_scopes(member.role))
    schema = schemathesis.openapi.from_dict(openapi.document_of(app))
    async with program(app) as client:
        client.headers["authorization"] = "Bearer fuzz"
        # The generator of requests knows no loop: it works in a thread and sends from here.
        return await asyncio.to_thread(walked, schema, client, asyncio.get_running_loop(), examples)


def walked(
    schema: Any, client: httpx.AsyncClient, loop: asyncio.AbstractEventLoop, examples: int
) -> int:
    count = 0
    settings = hypothesis.settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=examples == EVERY_DAY,
        suppress_health_check=list(hypothesis.HealthCheck),
    )

    def one(case: Any) -> None:
        nonlocal count
        count += 1
        sending = asyncio.run_coroutine_threadsafe(sent(client, case), loop)
        case.validate_response(sending.result(30), checks=CHECKS)

    for operation in operations(schema):
        for mode in MODES:
            strategy = operation.as_strategy(generation_mode=mode)
            with nothing_wrong(mode):
                settings(hypothesis.given(case=strategy)(one))()
    return count


def nothing_wrong(mode: GenerationMode) -> AbstractContextManager[None]:
    """Where a call takes nothing, or any text at all, nothing wrong can be sent."""
    return suppress(Unsatisfiable) if mode == GenerationMode.NEGATIVE else nullcontext()


def operations(schema: Any) -> list[Any]:
    return [found.ok() for found in schema.get_all_operations()]


def latin(text: str | bytes) -> bytes:
    """A header as it travels: any byte may be in it."""
    return text if isinstance(text, bytes) else text.encode("latin-1", "replace")


async def sent(client: httpx.AsyncClient, case: Any) -> httpx.Response:
    """The very bytes that schemathesis means, over the app's own door."""
    made = requests.Request(**case.as_transport_kwargs(base_url=str(client.base_url))).prepare()
    headers = [
        (latin(name), latin(value)) for name, value in made.headers.items() if name not in ITS_OWN
    ]
    return await client.request(made.method, made.url, content=made.body, headers=headers)


@pytest.mark.parametrize("who", ["owner", "manager"])
async def test_every_answer_is_documented(app: Any, who: str) -> None:
    assert await asked(app, who, EVERY_DAY) > 150


@pytest.mark.slow
@pytest.mark.parametrize("who", ["owner", "manager"])
async def test_every_answer_is_documented_at_length(app: Any, who: str) -> None:
    assert await asked(app, who, AT_LENGTH) > 5_000


async def test_an_undocumented_answer_is_noticed(app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The document without its 200s, as if a new answer had been forgotten in it."""
    document = openapi.document_of(app)
    for methods in document["paths"].values():
        for operation in methods.values():
            operation["responses"].pop("200", None)
    monkeypatch.setattr(openapi, "document_of", lambda _: document)
    with pytest.raises(BaseExceptionGroup, match="distinct failure"):
        await asked(app, "owner", EVERY_DAY)
