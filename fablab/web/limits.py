"""How much one token, or one address without any, may ask of the API.

A bucket of drops in this process's memory: it refills at `requests_a_minute` and holds BURST.
"""

import hashlib
import math
import time
from collections.abc import Callable

from fablab.core.errors import TooMany
from fablab.core.settings import settings

BURST = 200
MOST_BUCKETS = 20_000
LARGEST_BODY = 1_048_576


class Buckets:
    """A bucket each for whoever asks, as [drops, when they were counted]."""

    def __init__(
        self, a_minute: int, burst: int = BURST, now: Callable[[], float] = time.monotonic
    ) -> None:
        self.rate, self.burst, self.now = a_minute / 60, burst, now
        self.held: dict[bytes, tuple[float, float]] = {}

    def drops(self, key: bytes) -> float:
        left, at = self.held.get(key, (float(self.burst), self.now()))
        return min(float(self.burst), left + (self.now() - at) * self.rate)

    def look(self, name: str) -> None:
        """Refuse when nothing is left, and take nothing."""
        if self.rate and (left := self.drops(marked(name))) < 1:
            raise TooMany(retry_after=max(1, math.ceil((1 - left) / self.rate)))

    def take(self, name: str) -> None:
        """One request more, or `TooMany` with the seconds until there is one again."""
        if not self.rate:
            return
        self.look(name)
        key = marked(name)
        left = self.drops(key) - 1
        self.held.pop(key, None)
        self.held[key] = (left, self.now())  # at the end: the first one is the longest unseen
        if len(self.held) > MOST_BUCKETS:
            del self.held[next(iter(self.held))]

    def knows(self, name: str) -> bool:
        """Whether somebody asked under this name before and was found to be good."""
        return marked(name) in self.held


def marked(name: str) -> bytes:
    """Tokens are not kept as they are, not even in memory."""
    return hashlib.blake2b(name.encode("utf-8", "replace"), digest_size=16).digest()


api = Buckets(settings.requests_a_minute)
