"""One run: each database, each size, a copy of its own, the cases one after another."""

import shutil
import statistics
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import httpx

from bench import databases, results, servers, wrk
from bench.goals import goal
from bench.processes import BenchError, inside
from bench.results import Result
from bench.servers import AS_IT_IS
from bench.target import Asked, Case, Target, requests

Serving = AbstractContextManager[servers.Served]
WARM_UP = 1  # seconds
WISHES = 15_000
IDLE_TURNS, ROUNDS, DUE = 300, 5, 50
STARTS = 3


@dataclass(frozen=True)
class Wanted:
    """What to measure, and how long."""

    target: Target
    cases: Sequence[str]
    rows: Mapping[str, Sequence[Mapping[str, str]]] = field(default_factory=dict)
    sizes: Sequence[int] = ()
    kinds: Sequence[str] = ()
    seconds: int = 10
    connections: int = 16
    jobs: bool = True
    profile: bool = False

    def of(self, server: str) -> dict[str, Case]:
        """The chosen requests for which ours is served in that way; what writes comes last."""
        found = {name: each for name, each in self.target.case.items() if name in self.cases}
        mine = [(name, each) for name, each in found.items() if each.server == server]
        return dict(sorted(mine, key=lambda pair: pair[1].once))


@dataclass(frozen=True)
class Place:
    """One copy of a database: what is known of it, and how its processes are to be started."""

    kind: str
    size: int
    environment: Mapping[str, str]
    log: Path
    values: Mapping[str, str]
    rows: Mapping[str, Sequence[Mapping[str, str]]]


def run(wanted: Wanted) -> Iterator[Result]:
    """Measure all of it, in the order that disturbs least."""
    if wanted.target.base_url:
        yield from _elsewhere(wanted)
        return
    for kind in wanted.kinds:
        with databases.Databases(kind) as all_of_them:
            for size in wanted.sizes:
                with all_of_them.copy(size) as url:
                    yield from _at(wanted, _prepared(wanted, kind, size, url))


def _elsewhere(wanted: Wanted) -> Iterator[Result]:
    """Another system, which somebody started: its requests alone."""
    target = wanted.target
    for name in wanted.cases:
        case = target.case[name]
        asked = requests(target, case, {}, wanted.rows)
        yield _load(wanted, Result(**_about(wanted, name, "", 0)), target.base_url, case, asked)


def _prepared(wanted: Wanted, kind: str, size: int, url: str) -> Place:
    folder = databases.CACHE / "served"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    environment = databases.environment(url, folder, BENCH_PROFILE=str(folder / "profile"))
    writes = any(case.once for case in wanted.of(AS_IT_IS).values())
    found = inside("people", environment, wishes=WISHES if writes else 0)
    log = folder / "log"
    return Place(kind, size, environment, log, found["values"], found["rows"])


def _at(wanted: Wanted, place: Place) -> Iterator[Result]:
    ceiling = None
    if wanted.of(AS_IT_IS) or wanted.of("restless"):
        plain = _plain(wanted, place)
        ceiling = plain.figure
        yield plain
    costs = _statements(wanted, place)
    for server in ("restless", AS_IT_IS):
        for result in _served(wanted, place, server):
            result.ceiling, result.statements = ceiling, costs.get(result.case)
            yield result
    if "start" in wanted.cases:
        yield from _starts(wanted, place)
    if "sweep" in wanted.cases:
        yield from _sweep(wanted, place)


def _plain(wanted: Wanted, place: Place) -> Result:
    case = Case(path="/health")
    with _serving(wanted, place, "plain") as served:
        about = _about(wanted, "plain", place.kind, place.size)
        return _load(wanted, Result(**about), served.url, case, [Asked("GET", "/health")])


def _served(wanted: Wanted, place: Place, server: str) -> Iterator[Result]:
    cases = wanted.of(server)
    weighed = server == AS_IT_IS and "memory" in wanted.cases
    if not cases and not weighed:
        return
    how = server
    if wanted.profile:
        how = "profiled" if server == AS_IT_IS else "restless_profiled"
    with _serving(wanted, place, how) as served:
        for name, case in cases.items():
            asked = requests(wanted.target, case, place.values, place.rows)
            result = Result(**_about(wanted, name, place.kind, place.size))
            result = _load(wanted, result, served.url, case, asked, restless=server == "restless")
            memory = served.memory()
            result.memory_mb, result.memory_share_mb = memory.peak, memory.share
            yield result
        if weighed:
            memory = served.memory()
            result = Result(**_about(wanted, "memory", place.kind, place.size))
            result.figure = result.memory_mb = memory.peak
            result.memory_share_mb = memory.share
            yield results.judged(result)


def _serving(wanted: Wanted, place: Place, how: str, path: str = "/health") -> Serving:
    return servers.serving(how, place.environment, place.log, jobs=wanted.jobs, path=path)


def _load(
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


def _statements(wanted: Wanted, place: Place) -> dict[str, int]:
    """A counting run of its own, in one process, before the load."""
    found: dict[str, int] = {}
    for server in (AS_IT_IS, "restless"):
        cases = {}
        for name, case in wanted.of(server).items():
            asked = requests(wanted.target, case, place.values, place.rows)
            # The last ones: the load begins with the first, and each wish comes true once.
            chosen = asked[-3:] if case.rows else asked * 3
            cases[name] = [asdict(each) for each in chosen]
        if cases:
            counted: Any = inside(
                "statements", place.environment, cases=cases, restless=server == "restless"
            )
            found |= counted
    return found


def _starts(wanted: Wanted, place: Place) -> Iterator[Result]:
    for name, path in (("start-health", "/health"), ("start-schedule", "/schedule")):
        taken = []
        for _ in range(STARTS):
            with _serving(wanted, place, AS_IT_IS, path) as served:
                taken.append(served.first_answer * 1000)
        yield _of_times(wanted, place, name, taken)


def _sweep(wanted: Wanted, place: Place) -> Iterator[Result]:
    found: Any = inside("sweep", place.environment, idle_turns=IDLE_TURNS, rounds=ROUNDS, due=DUE)
    for name, taken in (("sweep-idle", found["idle"]), ("sweep-due", found["busy"])):
        result = _of_times(wanted, place, name, taken)
        result.statements = found[f"{'idle' if name == 'sweep-idle' else 'busy'}_statements"]
        yield result


def _of_times(wanted: Wanted, place: Place, name: str, taken: Sequence[float]) -> Result:
    """The median decides; p99 of few is the longest."""
    result = Result(**_about(wanted, name, place.kind, place.size))
    ordered = sorted(taken)
    result.figure = result.p50_ms = round(statistics.median(ordered), 3)
    result.p99_ms = round(ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))], 3)
    result.max_ms = round(ordered[-1], 3)
    return results.judged(result)


def _about(wanted: Wanted, name: str, kind: str, size: int) -> dict[str, Any]:
    case = wanted.target.case.get(name)
    return {
        "case": name,
        "database": kind,
        "size": size,
        "figure": 0.0,
        "unit": goal(name).unit,
        "date": results.now(),
        "commit": results.commit(),
        "target": wanted.target.name,
        "says": case.says if case else goal(name).says,
    }


def check(wanted: Wanted, known: Sequence[str]) -> None:
    """BenchError for what nobody can measure."""
    if unknown := sorted(set(wanted.cases) - set(known)):
        raise BenchError(f"Unknown cases: {', '.join(unknown)}. There are: {', '.join(known)}.")
