"""kill -9 of a server, a worker or the parent while many book. `killing.py` does it at length."""

import pytest

from tests.simulation.conftest import Scene
from tests.simulation.killing import WAYS, kill_once

pytestmark = pytest.mark.slow
MANY = 120


@pytest.mark.parametrize("way", [way for way in WAYS if way != "everything of two"])
async def test_what_was_answered_is_there_once_and_whole(scene: Scene, way: str) -> None:
    tally = await kill_once(scene.copy, scene.tokens, MANY, way, after=MANY // 3)
    assert tally.is_fine, tally
    assert tally.answered >= MANY // 3
    assert tally.in_the_end == MANY
    assert tally.mailed == MANY + 1
