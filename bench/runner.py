"""One run: each database, each size, a copy of its own, the cases one after another."""

import shutil
import statistics
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any

from bench import databases, postgres, results, servers, wrk
from bench.loads import load, statements
from bench.processes import BenchError, inside
from bench.results import Result
from bench.target import Asked, Case, requests
from bench.wanted import AS_IT_IS, RESTLESS, Place, Wanted, about

FAILED = "failed"
Serving = AbstractContextManager[servers.Served]
WISHES = 15_000
IDLE_TURNS, ROUNDS, DUE = 300, 5, 50
YEARS = 10
STARTS = 3
FIND = {"turns": 20, "machines": 20, "days": 14, "minutes": 60}


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
        yield load(wanted, Result(**about(wanted, name, "", 0)), target.base_url, case, asked)


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
    for part in (_plain, _restless, _as_it_is, _starts, _find, _sweep, _series):
        try:
            for result in part(wanted, place):
                result.ceiling = ceiling = result.figure if part is _plain else ceiling
                yield result
        except BenchError as failed:  # the others are worth knowing all the same
            yield _failed(wanted, place, part.__name__.strip("_"), failed)


def _failed(wanted: Wanted, place: Place, name: str, why: BenchError) -> Result:
    result = Result(**about(wanted, f"{name} {FAILED}", place.kind, place.size))
    result.errors, result.note = 1, " ".join(str(why).splitlines()[:1] + str(why).splitlines()[-1:])
    return result


def _plain(wanted: Wanted, place: Place) -> Iterator[Result]:
    if not wanted.of(AS_IT_IS) and not wanted.of(RESTLESS):
        return
    case = Case(path="/health")
    with _serving(wanted, place, "plain") as served:
        result = Result(**about(wanted, "plain", place.kind, place.size))
        yield load(wanted, result, served.url, case, [Asked("GET", "/health")])


def _restless(wanted: Wanted, place: Place) -> Iterator[Result]:
    return _served(wanted, place, RESTLESS)


def _as_it_is(wanted: Wanted, place: Place) -> Iterator[Result]:
    return _served(wanted, place, AS_IT_IS)


def _served(wanted: Wanted, place: Place, server: str) -> Iterator[Result]:
    cases = wanted.of(server)
    weighed = server == AS_IT_IS and "memory" in wanted.cases
    if not cases and not weighed:
        return
    how = server
    if wanted.profile:
        how = "profiled" if server == AS_IT_IS else "restless_profiled"
    costs = statements(wanted, place, server)
    with _serving(wanted, place, how) as served:
        for name, case in cases.items():
            asked = requests(wanted.target, case, place.values, place.rows)
            result = Result(**about(wanted, name, place.kind, place.size))
            result = load(wanted, result, served.url, case, asked, restless=server == RESTLESS)
            memory, result.statements = served.memory(), costs.get(name)
            result.memory_mb, result.memory_share_mb = memory.peak, memory.share
            yield result
        if weighed:
            memory = served.memory()
            result = Result(**about(wanted, "memory", place.kind, place.size))
            result.figure = result.memory_mb = memory.peak
            result.memory_share_mb = memory.share
            yield results.judged(result)


def _serving(wanted: Wanted, place: Place, how: str, path: str = "/health") -> Serving:
    return servers.serving(how, place.environment, place.log, jobs=wanted.jobs, path=path)


def _starts(wanted: Wanted, place: Place) -> Iterator[Result]:
    if "start" not in wanted.cases:
        return
    for name, path in (("start-health", "/health"), ("start-schedule", "/schedule")):
        taken = []
        for _ in range(STARTS):
            with _serving(wanted, place, AS_IT_IS, path) as served:
                taken.append(served.first_answer * 1000)
        yield _of_times(wanted, place, name, taken)


def _sweep(wanted: Wanted, place: Place) -> Iterator[Result]:
    if "sweep" not in wanted.cases:
        return
    found: Any = inside("sweep", place.environment, idle_turns=IDLE_TURNS, rounds=ROUNDS, due=DUE)
    for name, taken in (("sweep-idle", found["idle"]), ("sweep-due", found["busy"])):
        result = _of_times(wanted, place, name, taken)
        result.statements = found[f"{'idle' if name == 'sweep-idle' else 'busy'}_statements"]
        yield result


def _series(wanted: Wanted, place: Place) -> Iterator[Result]:
    if "series" not in wanted.cases:
        return
    found: Any = inside("series", place.environment, rounds=YEARS)
    for name in ("preview", "book"):
        result = _of_times(wanted, place, f"series-{name}", found[name])
        result.statements = found[f"{name}_statements"]
        yield result


def _find(wanted: Wanted, place: Place) -> Iterator[Result]:
    if "find" not in wanted.cases:
        return
    found: Any = inside("finding", place.environment, **FIND)
    result = _of_times(wanted, place, "find", found["taken"])
    result.statements, result.note = found["statements"], f"{found['openings']} openings"
    yield result


def _of_times(wanted: Wanted, place: Place, name: str, taken: Sequence[float]) -> Result:
    """The median decides; p99 of few is the longest."""
    result = Result(**about(wanted, name, place.kind, place.size))
    ordered = sorted(taken)
    result.figure = result.p50_ms = round(statistics.median(ordered), 3)
    result.p99_ms = round(ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))], 3)
    result.max_ms = round(ordered[-1], 3)
    return results.judged(result)


def check(wanted: Wanted, known: Sequence[str]) -> None:
    """BenchError for what nobody can measure, before anything is."""
    wrk.program()
    if "postgresql" in wanted.kinds and not wanted.target.base_url:
        postgres.binaries()
    if unknown := sorted(set(wanted.cases) - set(known)):
        raise BenchError(f"Unknown cases: {', '.join(unknown)}. There are: {', '.join(known)}.")
