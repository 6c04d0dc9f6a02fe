"""One case of requests: its load, and what its statements are."""

from collections.abc import Sequence
from dataclasses import asdict

import httpx

from bench import results, wrk
from bench.goals import goal
from bench.processes import inside
from bench.results import Result
from bench.target import Asked, Case, requests
from bench.wanted import RESTLESS, Place, Wanted

WARM_UP = 1  # seconds


def load(
    wanted: Wanted,
    result: Result,
    url: str,
    case: Case,
    asked: Sequence[Asked],
    *,
    restless: bool = False,
) -> Result:
    """Warm up, then the load. What is answered otherwise than expected is counted, and said."""
    first = 0
    if case.revalidate:
        asked, missing = revalidating(url, asked)
        if missing:
            result.note, result.errors = "no ETag", missing
            return results.judged(result)
    if restless and not changing(url, asked[0]):
        result.note = "NOT computed: the same ETag twice"
    first = wrk.load(url, asked, connections=wanted.connections, seconds=WARM_UP).next
    loaded = wrk.load(
        url, asked, connections=wanted.connections, seconds=wanted.seconds, first=first
    )
    if case.once and loaded.next > len(asked):
        result.note = "ran out of rows"
    if not loaded.requests:
        result.note = "no answer in time"
    result.figure = round(loaded.a_second, 2)
    result.p50_ms, result.p99_ms, result.max_ms = loaded.p50_ms, loaded.p99_ms, loaded.max_ms
    result.requests, result.statuses = loaded.requests, loaded.statuses
    result.seconds = round(loaded.seconds, 2)
    result.bytes_each = round(loaded.bytes / max(loaded.requests, 1))
    result.errors = loaded.unexpected(case.expect) + (not loaded.requests)
    result.connections = wanted.connections
    result.says = case.says or goal(result.case).says
    return results.judged(result)


def revalidating(url: str, asked: Sequence[Asked]) -> tuple[list[Asked], int]:
    """The same requests with the ETags of their answers, and how many answers had none."""
    found, missing = [], 0
    with httpx.Client(base_url=url, timeout=30) as client:
        for each in asked:
            answer = client.request(each.method, each.path, headers=dict(each.headers))
            tag = answer.headers.get("etag", "")
            missing += not tag
            headers = {**each.headers, "if-none-match": tag}
            found.append(Asked(each.method, each.path, headers, each.body))
    return found, missing


def changing(url: str, asked: Asked) -> bool:
    """Whether the same request is answered under another ETag each time, or under none."""
    with httpx.Client(base_url=url, timeout=30) as client:
        answers = [
            client.request(asked.method, asked.path, headers=dict(asked.headers)) for _ in range(2)
        ]
    tags = [answer.headers.get("etag") for answer in answers]
    return tags[0] is None or tags[0] != tags[1]


def statements(wanted: Wanted, place: Place, server: str) -> dict[str, int | None]:
    """A counting run of its own, in one process, before the load."""
    cases = {}
    for name, case in wanted.of(server).items():
        asked = requests(wanted.target, case, place.values, place.rows)
        # The last ones: the load begins with the first, and each wish comes true once.
        chosen = asked[-3:] if case.rows else asked * 3
        cases[name] = [asdict(each) for each in chosen]
    if not cases:
        return {}
    restless = server == RESTLESS
    found: dict[str, int | None] = inside(
        "statements", place.environment, cases=cases, restless=restless
    )
    return found
