"""Told to stop while many book: what is under way is answered, and then it is over."""

import time

import pytest

from tests.simulation import whole
from tests.simulation.conftest import Scene
from tests.simulation.crowd import Crowd, wishes
from tests.simulation.killing import answered
from tests.support.servers import serving, until

pytestmark = pytest.mark.slow
MANY = 400
WITHIN = 5


@pytest.mark.parametrize("workers", [1, 2])
async def test_requests_under_way_are_answered(scene: Scene, workers: int) -> None:
    crowd = Crowd.of([], await wishes(scene.tokens, MANY))
    async with serving(scene.copy, workers=workers) as app:
        crowd.urls = [app.url]
        async with crowd.at_work():
            await until(answered(crowd, MANY // 10))
            began = time.monotonic()
            app.process.terminate()
            await app.process.wait()
            took = time.monotonic() - began
    assert took < WITHIN
    assert app.process.returncode == 0
    assert len(crowd.made) < MANY
    assert set(crowd.made.values()) == await whole.stored()
    assert await whole.halves() == []
    print(f"\nended after {took:.1f} s, {dict(crowd.told)}")  # noqa: T201
