"""What is to be measured, and where."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench import results
from bench.goals import goal
from bench.target import Case, Target

AS_IT_IS, RESTLESS = "as_it_is", "restless"


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


def about(wanted: Wanted, name: str, kind: str, size: int) -> dict[str, Any]:
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
