"""What a machine that watches hears."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from fablab.core import heartbeat, schema
from fablab.core.errors import Unavailable, WrongSetup
from fablab.web import health
from tests.support.browser import Browser


async def test_alive(visitor: Browser) -> None:
    assert (await visitor.get("/health")).json() == {"status": "ok"}


async def test_ready_when_everything_is(visitor: Browser, travel: Callable[[Any], Any]) -> None:
    assert (await visitor.get("/ready")).json()["jobs"] == "silent"
    await heartbeat.beat(heartbeat.JOBS)
    answer = await visitor.get("/ready")
    assert answer.status_code == 200
    assert set(answer.json().values()) == {"ok"}
    travel(timedelta(minutes=2))
    answer = await visitor.get("/ready")
    assert (answer.status_code, answer.json()["jobs"]) == (503, "silent")


async def test_not_ready_without_the_database(
    visitor: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def unavailable() -> list[str]:
        raise Unavailable

    monkeypatch.setattr(schema, "pending", unavailable)
    answer = await visitor.get("/ready")
    assert (answer.status_code, answer.json()["database"]) == (503, "unavailable")


async def test_not_ready_on_an_old_schema_or_old_zones(
    visitor: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def one() -> list[str]:
        return ["a migration"]

    def old() -> None:
        raise WrongSetup("old")

    monkeypatch.setattr(schema, "pending", one)
    monkeypatch.setattr(health, "check_zone_data", old)
    told = (await visitor.get("/ready")).json()
    assert (told["schema"], told["time_zones"]) == ("old", "old")


async def test_what_was_answered_is_told(visitor: Browser) -> None:
    await visitor.get("/trial/secret/hunter2")
    answer = await visitor.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert 'route="/trial/secret/{code}",status="200"' in answer.text
    assert "hunter2" not in answer.text
