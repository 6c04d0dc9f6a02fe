"""A body that does not come is not waited for; a reader who says nothing is."""

import asyncio
from typing import Any

import pytest

from fablab.core.errors import Unreadable
from fablab.web import arriving
from fablab.web.arriving import in_time

BEGUN = {"type": "http.request", "body": b"{", "more_body": True}
REST = {"type": "http.request", "body": b"}", "more_body": False}
GONE = {"type": "http.disconnect"}


@pytest.fixture
def _a_database_for_those_who_wait() -> None:
    """None is needed."""


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arriving, "LONGEST_SILENCE", 0.02)


def sending(*messages: Any) -> Any:
    """Sends these, then nothing any more."""
    left = list(messages)

    async def receive() -> Any:
        return left.pop(0) if left else await asyncio.Event().wait()

    return receive


async def test_half_a_body_and_then_silence_is_not_waited_for() -> None:
    receive = in_time(sending(BEGUN))
    assert await receive() == BEGUN
    with pytest.raises(Unreadable):
        await receive()


async def test_a_byte_now_and_then_is_not_waited_for_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(arriving, "LONGEST", 0)
    receive = in_time(sending(*[BEGUN] * 1000))
    with pytest.raises(Unreadable):
        for _ in range(1000):
            await receive()
            await asyncio.sleep(0)


async def test_who_has_sent_all_may_stay_silent() -> None:
    receive = in_time(sending(BEGUN, REST))
    assert [await receive(), await receive()] == [BEGUN, REST]
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await receive()


async def test_who_leaves_is_heard() -> None:
    assert await in_time(sending(GONE))() == GONE
