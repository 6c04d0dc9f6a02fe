"""The OpenAPI document: made from the routes of the API themselves, so that none is forgotten."""

import inspect
import re
from collections.abc import Iterator
from importlib.metadata import version
from typing import Any

import msgspec
from litestar.routes import HTTPRoute

from fablab.core.words import N_
from fablab.web import problems
from fablab.web.describing import ProblemDocument, described

__all__ = ["described", "document_of"]

PREFIX = "/api/v1"
REF = "#/components/schemas/{name}"
UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})
ABOUT = (
    "Machines, bookings, certificates and stock of a Fab Lab. Times are RFC 3339 with an offset; "
    "a time without one is the lab's wall clock. Errors are problem documents (RFC 9457) in the "
    "language of Accept-Language."
)

Found = tuple[str, str, Any, HTTPRoute]


def document_of(app: Any) -> dict[str, Any]:
    """The whole document for the routes of that app."""
    found = list(operations(app))
    paths: dict[str, dict[str, Any]] = {}
    for path, method, handler, route in found:
        paths.setdefault(path, {})[method.lower()] = operation(method, handler, route)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Fab Lab", "version": version("fablab"), "description": ABOUT},
        "servers": [{"url": "/"}],
        "security": [{"bearer": []}],
        "tags": [{"name": name} for name in sorted({tag for one in found for tag in tags(one[2])})],
        "paths": paths,
        "components": {
            "schemas": schemas(found),
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
        },
    }


def operations(app: Any) -> Iterator[Found]:
    """Every operation of the API with its address, in the order of the addresses."""
    routes = [route for route in app.routes if isinstance(route, HTTPRoute)]
    for route in sorted(routes, key=lambda route: route.path_format):
        if not route.path_format.startswith(PREFIX + "/"):
            continue
        for method, (handler, _) in sorted(route.route_handler_map.items()):
            if method != "OPTIONS" and handler.resolve_include_in_schema():
                yield route.path_format, method, handler, route


def said(handler: Any) -> dict[str, Any]:
    found: dict[str, Any] = handler.opt.get("described") or described()["described"]
    return found


def tags(handler: Any) -> list[str]:
    return list(handler.tags or ["lab"])


def schemas(found: list[Found]) -> dict[str, Any]:
    """Everything sent and received, by name."""
    kinds = [said(handler)[part] for *_, handler, _ in found for part in ("takes", "asks", "gives")]
    named = [one for kind in kinds if kind is not None for one in one_of(kind)]
    _, components = msgspec.json.schema_components([*named, ProblemDocument], ref_template=REF)
    return components


def one_of(kind: Any) -> tuple[Any, ...]:
    """An answer of one shape or another is described by a tuple of both."""
    return kind if isinstance(kind, tuple) else (kind,)


def schema(kind: Any) -> dict[str, Any]:
    if isinstance(kind, tuple):
        return {"oneOf": [schema(one) for one in kind]}
    (found,), _ = msgspec.json.schema_components([kind], ref_template=REF)
    return found


def operation(method: str, handler: Any, route: HTTPRoute) -> dict[str, Any]:
    summary, _, text = (inspect.cleandoc(handler.fn.__doc__ or "")).partition("\n")
    facts, needed = said(handler), needed_scopes(handler)
    made: dict[str, Any] = {
        "operationId": re.sub(r"\W+", "_", handler.name or handler.fn.__name__),
        "summary": summary.rstrip("."),
        "tags": tags(handler),
        "parameters": parameters(method, facts, route),
        "responses": responses(method, facts, route, needed),
    }
    if text.strip():
        made["description"] = text.strip()
    if needed is None:
        made["security"] = [{}, {"bearer": []}]
    elif needed:
        made["x-scopes"] = needed
    if facts["takes"] is not None:
        content = {"application/json": {"schema": schema(facts["takes"])}}
        made["requestBody"] = {"required": True, "content": content}
    return made


def needed_scopes(handler: Any) -> list[str] | None:
    """The scopes a token needs; an empty list: any token; None: no token at all."""
    guards = handler.resolve_guards()
    if not guards:
        return None
    return sorted({guard.scope for guard in guards if hasattr(guard, "scope")})


def parameters(method: str, facts: dict[str, Any], route: HTTPRoute) -> list[dict[str, Any]]:
    """From the path, from the query, and the key that makes a POST safe to repeat."""
    kinds: dict[Any, dict[str, Any]]
    kinds = {int: {"type": "integer", "minimum": 0, "maximum": 2**31 - 1}}
    found: list[dict[str, Any]] = [
        {
            "name": one.name,
            "in": "path",
            "required": True,
            "schema": kinds.get(one.type, {"type": "string"}),
        }
        for one in route.path_parameters.values()
    ]
    if facts["asks"] is not None:
        found += asked(facts["asks"])
    if method == "POST" and facts["keyed"]:
        kept = {"type": "string", "minLength": 1, "maxLength": 64, "pattern": "^[!-~]+$"}
        key = {"name": "Idempotency-Key", "in": "header", "required": False, "schema": kept}
        found.append(key)
    if facts["tagged"]:
        mark = {"name": "If-None-Match", "in": "header", "required": False}
        found.append({**mark, "schema": {"type": "string"}})
    return found


def asked(kind: Any) -> list[dict[str, Any]]:
    """The fields of a Struct as parameters of the query."""
    return [
        {
            "name": field.encode_name,
            "in": "query",
            "required": field.required,
            "schema": schema(field.type),
        }
        for field in msgspec.structs.fields(kind)
    ]


def responses(
    method: str, facts: dict[str, Any], route: HTTPRoute, needed: list[str] | None
) -> dict[str, Any]:
    """The answer, and every error such a call may meet."""
    good: dict[str, Any] = {"description": N_("Done.") if method in UNSAFE else N_("Found.")}
    if facts["gives"] is not None:
        good["content"] = {"application/json": {"schema": schema(facts["gives"])}}
    same: dict[str, Any] = {}
    if facts["tagged"]:
        good["headers"] = {"ETag": {"schema": {"type": "string"}}}
        same = {"304": {"description": N_("Nothing has changed since.")}}
    errors = {400, 401, 429, 503}
    if route.path_parameters or facts["asks"] is not None or facts["takes"] is not None:
        errors.add(404)  # what is asked for by name may not be there
    if needed is not None:
        errors.add(403)
    if method in UNSAFE:
        errors |= {403, 409, 413, 422}
    found = {str(status): good for status in (facts["status"], *facts["also"])}
    return found | same | {str(status): error(status) for status in sorted(errors)}


def error(status: int) -> dict[str, Any]:
    code, title, advice = problems.known(status)
    example = {
        "type": f"/api/docs#{code}",
        "title": title,
        "status": status,
        "detail": advice,
        "code": code,
        "request_id": "5f2b9c0d1e3a4786",
    }
    shown = {"schema": {"$ref": REF.format(name="ProblemDocument")}, "example": example}
    return {"description": title, "content": {problems.MEDIA_TYPE: shown}}
