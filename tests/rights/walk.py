"""The app's own route table: every way in, by the name of its handler."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from litestar.routes import HTTPRoute

from fablab.web.csrf import SAFE

VERBS = ("GET", "POST", "PUT", "PATCH", "DELETE")


@dataclass(frozen=True)
class Way:
    """One verb of one path. `path` has its parameters in braces; `verbs`: what the path takes."""

    name: str
    method: str
    path: str
    parameters: frozenset[str]
    verbs: frozenset[str]
    plain: bool

    @property
    def is_api(self) -> bool:
        return self.path.startswith("/api/v")

    @property
    def is_safe(self) -> bool:
        return self.method in SAFE

    def filled(self, values: dict[str, Any]) -> str:
        return self.path.format(**values)


def ways(app: Any) -> list[Way]:
    """All of them but OPTIONS, which the framework answers by itself, and the static files."""
    return sorted(found(app), key=lambda way: (way.is_api, way.path, way.method))


def found(app: Any) -> Iterator[Way]:
    for route in app.routes:
        if not isinstance(route, HTTPRoute):
            continue
        for method, (handler, _) in route.route_handler_map.items():
            if method != "OPTIONS":
                yield Way(
                    name=handler.name or handler.handler_name,
                    method=method,
                    path=route.path_format,
                    parameters=frozenset(route.path_parameters),
                    verbs=frozenset(route.route_handler_map) - {"OPTIONS"},
                    plain=bool(handler.opt.get("plain")),
                )
