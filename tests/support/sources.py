"""The project's own files, and what a Python module imports, for the tests that read sources."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]


@cache
def modules() -> dict[str, Path]:
    """Every module of the package by its dotted name, migrations apart: they are history."""
    found = {}
    for path in sorted((ROOT / "fablab").rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        if "migrations" not in parts:
            found[".".join(parts).removesuffix(".__init__")] = path
    return found


def imported(source: str, module: str) -> set[str]:
    """The dotted names a module imports, wherever in it the import stands.

    Of `from fablab.bookings import rules` both `fablab.bookings` and `fablab.bookings.rules`
    are told: which of them is the module only the file system knows.
    """
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                package = module.split(".")[: -node.level]
                base = ".".join([*package, *filter(None, [base])])
            names |= {base} | {f"{base}.{alias.name}" for alias in node.names}
    return names


def own(names: set[str]) -> set[str]:
    """Those of the names that are modules of this project."""
    return {name for name in names if name in modules()}


def files(folder: str, pattern: str) -> Iterator[Path]:
    yield from sorted((ROOT / folder).rglob(pattern))


def told(problems: list[str], rule: str) -> str:
    """A failure that says what to do, then where."""
    return "\n".join([rule, *(f"  {problem}" for problem in problems)])
