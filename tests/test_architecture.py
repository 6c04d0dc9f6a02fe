"""The shape of the house, kept by tests. Each check also fails on a bad sample, so it can fail.

Why it is this shape: docs/decisions/001-one-piccolo-app-packages-by-domain.md.
"""

import ast
import re
from collections.abc import Callable

import pytest

from tests.support.sources import ROOT, imported, modules, own, told

ORDER = [
    "core",
    "lab",
    "members",
    "activity",
    "notifications",
    "accounts",
    "machines",
    "training",
    "inventory",
    "quotas",
    "bookings",
    "calendars",
    "kiosk",
    "maintenance",
    "reports",
]
EDGE, ROOF = len(ORDER), len(ORDER) + 1
LONGEST = 220

Check = Callable[[str, str], list[str]]


def level(module: str) -> int:
    """How far up the house a module lies: a package's place in ORDER, the web's edge, the roof."""
    parts = module.split(".")
    if len(parts) == 1:
        return 0
    if speaks_http(module) and parts[1] not in ("app", "cli"):
        return EDGE
    if parts[1] in ("web", "demo"):
        return EDGE
    return ORDER.index(parts[1]) if parts[1] in ORDER else ROOF


def speaks_http(module: str) -> bool:
    parts = module.split(".")
    named = any(part.startswith(("controllers", "api")) for part in parts[2:])
    return named or parts[1:2] in (["web"], ["app"], ["cli"])


def out_of_order(source: str, module: str) -> list[str]:
    names = sorted(own(imported(source, module)))
    return [f"{module} imports {name}" for name in names if level(name) > level(module)]


def impure(source: str, module: str) -> list[str]:
    """What keeps a module from being a pure function's home: waiting, a database, HTTP, a clock."""
    foreign = {name.split(".")[0] for name in imported(source, module)}
    problems = [f"imports {name}" for name in ("asyncio", "litestar", "piccolo") if name in foreign]
    if "fablab.core.clock" in imported(source, module):
        problems.append("imports the clock: a rule is told the time")
    waits = (ast.Await, ast.AsyncFunctionDef, ast.AsyncWith, ast.AsyncFor)
    if any(isinstance(node, waits) for node in ast.walk(ast.parse(source))):
        problems.append("awaits")
    return [f"{module} {problem}" for problem in problems]


def impure_within(source: str, module: str) -> list[str]:
    """A rule's impurities and those of every module of ours it leans on, however far down."""
    problems, seen, waiting = impure(source, module), {module}, [(source, module)]
    while waiting:
        for name in own(imported(*waiting.pop())) - seen:
            seen.add(name)
            text = modules()[name].read_text()
            problems += [f"{module} leans on: {found}" for found in impure(text, name)]
            waiting.append((text, name))
    return problems


def is_rules(module: str) -> bool:
    return "rules" in module.split(".")[2:]


def http_words(source: str, module: str) -> list[str]:
    names = {name.split(".")[0] for name in imported(source, module)}
    return [f"{module} imports litestar"] if "litestar" in names and not speaks_http(module) else []


def clock_readings(source: str, module: str) -> list[str]:
    """Where Python's or the database's own clock is read instead of `core.clock`."""
    asked = r"(?:datetime\.)?(?:datetime|date)\.(?:now|utcnow|today)|time\.time(?:_ns)?"
    in_sql = r"CURRENT_TIMESTAMP|(?<![.\w])now\(\)|[(,]\s*'now'"
    problems = []
    for node in ast.walk(ast.parse(source)):
        line = getattr(node, "lineno", 0)
        if isinstance(node, ast.Attribute) and re.fullmatch(asked, ast.unparse(node)):
            problems.append(f"{module}:{line} reads {ast.unparse(node)}")
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            sql = re.search(r"\b(?:SELECT|INSERT|UPDATE|DELETE)\b", node.value)
            if sql and (said := re.search(in_sql, node.value)):
                problems.append(f"{module}:{line} reads the database's clock: {said[0]}")
    return [] if module == "fablab.core.clock" else problems


def swallowed(source: str, module: str) -> list[str]:
    """Handlers that catch everything, or everything ordinary and then do nothing about it."""
    problems = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ExceptHandler):
            caught = "" if node.type is None else ast.unparse(node.type)
            idle = all(isinstance(part, ast.Pass | ast.Continue | ast.Expr) for part in node.body)
            silent = idle and not any(isinstance(part, ast.Call) for part in ast.walk(node))
            if not caught or (caught in ("Exception", "BaseException") and silent):
                problems.append(f"{module}:{node.lineno} except {caught}".rstrip())
        elif isinstance(node, ast.Call) and ast.unparse(node).endswith("suppress(Exception)"):
            problems.append(f"{module}:{node.lineno} suppress(Exception)")
    return problems


def too_long(source: str, module: str) -> list[str]:
    lines = source.count("\n")
    return [f"{module} has {lines} lines"] if lines > LONGEST else []


def broken(check: Check, only: Callable[[str], bool] = lambda _: True) -> list[str]:
    chosen = {name: path for name, path in modules().items() if only(name)}
    return [found for name, path in chosen.items() for found in check(path.read_text(), name)]


def test_a_package_imports_only_those_before_it() -> None:
    problems = broken(out_of_order)
    assert not problems, told(problems, f"Move it up the house: {' -> '.join(ORDER)} -> the edge.")


def test_rules_are_pure() -> None:
    problems = broken(impure_within, only=is_rules)
    assert not problems, told(problems, "A rule is told everything it needs, in a value object.")


def test_only_the_edge_speaks_http() -> None:
    problems = broken(http_words)
    assert not problems, told(problems, "HTTP belongs in web/, controllers*.py and api*.py.")


def test_only_the_clock_is_asked_for_the_time() -> None:
    problems = broken(clock_readings)
    assert not problems, told(problems, "Ask fablab.core.clock.now(): tests and demos move it.")


def test_no_error_is_swallowed() -> None:
    problems = broken(swallowed)
    assert not problems, told(problems, "Name the error that is expected, or let it through.")


def test_files_stay_short() -> None:
    problems = broken(too_long)
    assert not problems, told(problems, "Split it by what people do, not into utils.")


def test_every_package_has_its_place_in_the_order() -> None:
    folders = {path.name for path in (ROOT / "fablab").iterdir() if (path / "__init__.py").exists()}
    assert folders - set(ORDER) <= {"web", "demo", "commands", "migrations"}


SAMPLES: list[tuple[Check, str, str]] = [
    (
        out_of_order,
        "fablab.core.periods",
        "from fablab.core import errors\nimport fablab.piccolo_app",
    ),
    (out_of_order, "fablab.members.tables", "from fablab.machines import tables"),
    (out_of_order, "fablab.core.db", "def late():\n    from fablab.members import tables"),
    (out_of_order, "fablab.core.db", "from ..members import tables"),
    (impure, "fablab.bookings.rules", "async def look(): ..."),
    (impure, "fablab.bookings.rules", "from piccolo.table import Table"),
    (impure, "fablab.bookings.rules", "from fablab.core import clock"),
    (impure_within, "fablab.bookings.rules", "from fablab.members import tables"),
    (http_words, "fablab.bookings.actions", "from litestar import Request"),
    (
        clock_readings,
        "fablab.bookings.actions",
        "from datetime import datetime\ndatetime.now(None)",
    ),
    (clock_readings, "fablab.bookings.actions", "import time\nstarted = time.time()"),
    (clock_readings, "fablab.bookings.queries", "SQL = 'SELECT id WHERE ends_at < now()'"),
    (swallowed, "fablab.core.mail", "try:\n    1\nexcept:\n    raise"),
    (swallowed, "fablab.core.mail", "try:\n    1\nexcept Exception:\n    pass"),
    (swallowed, "fablab.core.mail", "with contextlib.suppress(Exception):\n    1"),
    (too_long, "fablab.core.mail", "\n" * (LONGEST + 1)),
]


@pytest.mark.parametrize(("check", "module", "source"), SAMPLES)
def test_the_checks_can_fail(check: Check, module: str, source: str) -> None:
    assert check(source, module)
