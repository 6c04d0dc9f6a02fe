"""What was measured: a line of JSON each, and a table of the newest."""

import subprocess
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from bench.goals import GOALS, SIZES_ALIKE, TIMES, goal
from bench.processes import ROOT

FOLDER = ROOT / "bench" / "results"
TABLE = ROOT / "bench" / "results.md"


class Result(msgspec.Struct, kw_only=True):
    """One case on one database. `figure` is requests a second, milliseconds or megabytes.

    `errors`: answers of another status than expected, broken connections, answers that never came.
    """

    case: str
    database: str
    size: int
    figure: float
    unit: str
    date: str
    commit: str
    target: str = "fablab"
    p50_ms: float | None = None
    p99_ms: float | None = None
    max_ms: float | None = None
    statements: int | None = None
    memory_mb: float | None = None
    memory_share_mb: float | None = None
    ceiling: float | None = None
    goal: float | None = None
    reached: bool | None = None
    connections: int | None = None
    seconds: float | None = None
    requests: int | None = None
    bytes_each: int | None = None
    statuses: dict[int, int] = {}
    errors: int = 0
    api_rate: str = "off"
    says: str = ""
    note: str = ""


def judged(result: Result) -> Result:
    """The same with its goal. Nothing that went wrong is reached."""
    wanted = goal(result.case)
    result.goal = wanted.on(result.database)
    result.reached = wanted.reached(result.database, result.figure, result.p99_ms)
    if result.reached and result.errors:
        result.reached = False
    return result


def commit() -> str:
    """The one measured, with a plus where the checkout holds more than it."""
    asked = ["git", "describe", "--always", "--abbrev=10", "--dirty=+", "--exclude=*"]
    told = subprocess.run(asked, capture_output=True, text=True, cwd=ROOT, check=False)
    return told.stdout.strip() or "unknown"


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def append(result: Result, file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("ab") as lines:
        lines.write(msgspec.json.encode(result) + b"\n")


def read(files: Iterable[Path]) -> list[Result]:
    return [
        msgspec.json.decode(line, type=Result)
        for file in files
        for line in file.read_bytes().splitlines()
    ]


def newest(results: Iterable[Result]) -> list[Result]:
    """The last of each case, database, size and target, in the order of the goals."""
    found = {
        (each.target, each.database, each.size, each.case): each
        for each in sorted(results, key=lambda each: each.date)
    }
    return sorted(found.values(), key=place)


def place(result: Result) -> tuple[str, int, int, str, str]:
    names = list(GOALS)
    at = names.index(result.case) if result.case in names else len(names)
    return result.target, result.size, at, result.case, result.database


HEAD = (
    "| what | database | figure | goal | | p50 | p99 | statements | plain text | errors |\n"
    "|---|---|--:|--:|---|--:|--:|--:|--:|--:|"
)
LEGEND = """\
Written by `python -m bench table`; how each was measured: [README](README.md). Requests a second
per worker at {connections} connections unless a unit is said; p50 and p99 in ms. *Plain text* is
the framework's least answer in the same run. The API's rate limit is off.
"""


def table(results: Sequence[Result]) -> str:
    """Markdown: a table for each size, then how much the sizes differ."""
    latest = newest(results)
    connections = sorted({each.connections for each in latest if each.connections})
    parts = ["# Figures", LEGEND.format(connections=" or ".join(map(str, connections)) or 16)]
    for target, size in sorted({(each.target, each.size) for each in latest}):
        chosen = [each for each in latest if (each.target, each.size) == (target, size)]
        runs = sorted({(each.commit, each.date[:10]) for each in chosen})
        told = ", ".join(f"{commit} on {day}" for commit, day in runs)
        parts += [f"## {target}: {size:,} bookings" if size else f"## {target}", f"At {told}."]
        parts.append("\n".join([HEAD, *map(row, chosen)]))
    if compared := ratios(latest):
        parts += [f"## More behind the same day: at most {TIMES}×", compared]
    return "\n\n".join(part.strip() for part in parts) + "\n"


def row(result: Result) -> str:
    verdict = {True: "reached", False: "**missed**", None: ""}[result.reached]
    cells = [
        f"{result.case}: {result.says}" if result.says else result.case,
        result.database,
        amount(result.figure, result.unit) + (f" ({result.note})" if result.note else ""),
        amount(result.goal, result.unit),
        verdict,
        *map(number, (result.p50_ms, result.p99_ms)),
        "" if result.statements is None else str(result.statements),
        number(result.ceiling),
        str(result.errors) if result.connections else "",
    ]
    return "| " + " | ".join(cells) + " |"


def amount(figure: float | None, unit: str) -> str:
    return "" if figure is None else f"{number(figure)}{'' if unit == '/s' else f' {unit}'}"


def number(figure: float | None) -> str:
    if figure is None:
        return ""
    return f"{figure:,.{0 if figure >= 100 else 1 if figure >= 10 else 2 if figure >= 1 else 3}f}"


def ratios(latest: Sequence[Result]) -> str:
    """How many times the smallest database's time each larger one takes; empty with one size."""
    lines = []
    of = {(each.target, each.case, each.database, each.size): each for each in latest}
    for target, case, database, size in sorted(of):
        sizes = sorted(key[3] for key in of if key[:3] == (target, case, database))
        base, mine = of[target, case, database, sizes[0]], of[target, case, database, size]
        if case in SIZES_ALIKE and size > sizes[0] and mine.figure:
            times = base.figure / mine.figure
            verdict = "reached" if times <= TIMES else "**missed**"
            lines.append(f"| {case} | {database} | {size:,} | {times:.2f} | {verdict} |")
    head = ["| what | database | bookings | times | |", "|---|---|--:|--:|---|"]
    return "\n".join([*head, *lines]) if lines else ""
