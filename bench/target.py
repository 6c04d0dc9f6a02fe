"""What is asked of a system, read from a file: so that another one gets the same load."""

import csv
import string
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import msgspec

from bench.processes import BenchError

Values = Mapping[str, str]


class Case(msgspec.Struct, forbid_unknown_fields=True):
    """One kind of request. `$names` in path, headers and body are filled in.

    `rows` names a list of values: one request a row, in turn; `once`: each at most once.
    `revalidate`: with the ETag of the answer one has. `server`: how ours is served meanwhile.
    """

    path: str
    method: str = "GET"
    headers: dict[str, str] = {}
    body: str = ""
    expect: tuple[int, ...] = (200,)
    rows: str = ""
    once: bool = False
    revalidate: bool = False
    server: Literal["as_it_is", "restless"] = "as_it_is"
    says: str = ""


class Target(msgspec.Struct, forbid_unknown_fields=True):
    """A system, and the cases it can be asked. Without `base_url` the bench starts it."""

    name: str
    case: dict[str, Case]
    base_url: str = ""
    headers: dict[str, str] = {}
    values: dict[str, str] = {}
    rows: dict[str, str] = {}  # files of CSV beside this one, the first line names the columns


@dataclass(frozen=True, slots=True)
class Asked:
    """One request, ready to be sent."""

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""

    def on_the_wire(self, host: str) -> bytes:
        headers = {"host": host, **self.headers}
        if self.body or self.method not in ("GET", "HEAD"):
            headers["content-length"] = str(len(self.body.encode()))
        lines = [f"{self.method} {self.path} HTTP/1.1"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        return "\r\n".join([*lines, "", self.body]).encode()


def read(path: Path) -> Target:
    """The target of that file. BenchError when it cannot be read or says something unknown."""
    try:
        return msgspec.convert(tomllib.loads(path.read_text("utf-8")), Target)
    except (OSError, tomllib.TOMLDecodeError, msgspec.ValidationError) as wrong:
        raise BenchError(f"{path}: {wrong}") from wrong


def rows_beside(path: Path, target: Target) -> dict[str, list[dict[str, str]]]:
    found = {}
    for name, file in target.rows.items():
        with (path.parent / file).open(newline="", encoding="utf-8") as lines:
            found[name] = list(csv.DictReader(lines))
    return found


def requests(
    target: Target, case: Case, values: Values, rows: Mapping[str, Sequence[Values]]
) -> list[Asked]:
    """Those the load goes through, in order: one, or one a row."""
    known = {**target.values, **values}
    chosen: Sequence[Values] = rows.get(case.rows, ()) if case.rows else [{}]
    if not chosen:
        raise BenchError(f"There are no rows called {case.rows}.")
    return [_filled(target, case, known | dict(row)) for row in chosen]


def _filled(target: Target, case: Case, values: Values) -> Asked:
    def fill(text: str) -> str:
        try:
            return string.Template(text).substitute(values)
        except (KeyError, ValueError) as missing:
            raise BenchError(f"{text}: {missing} is not known.") from missing

    headers = {name: fill(text) for name, text in {**target.headers, **case.headers}.items()}
    return Asked(case.method, fill(case.path), headers, fill(case.body))
