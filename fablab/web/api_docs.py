"""The API's own description: the document for programs, and a page for people that reads it."""

import hashlib
from typing import Any
from weakref import WeakKeyDictionary

import msgspec
from litestar import Request, Response, get
from litestar.response import Template

from fablab.core import i18n
from fablab.web import openapi, problems
from fablab.web.pages import page

Asked = Request[Any, Any, Any]
FIVE_MINUTES = "public, max-age=300"
_made: "WeakKeyDictionary[Any, tuple[dict[str, Any], bytes, str]]" = WeakKeyDictionary()


def made(app: Any) -> tuple[dict[str, Any], bytes, str]:
    """The document, as bytes, and its mark: made once an app."""
    if app not in _made:
        document = openapi.document_of(app)
        content = msgspec.json.encode(document)
        _made[app] = (document, content, hashlib.sha256(content).hexdigest()[:16])
    return _made[app]


@get("/openapi.json", name="api:document", opt={"plain": True}, include_in_schema=False)
async def document(request: Asked) -> Response[bytes]:
    """The OpenAPI document."""
    _, content, mark = made(request.app)
    headers = {"etag": f'W/"{mark}"', "cache-control": FIVE_MINUTES}
    if mark in request.headers.get("if-none-match", ""):
        return Response(b"", status_code=304, headers=headers)
    return Response(content, media_type="application/json", headers=headers)


@get("/api/docs", name="api:docs")
async def docs(request: Asked) -> Template:
    """Every call with its parameters, body, answers and errors, grouped as people look for them."""
    found, _, _ = made(request.app)
    groups: dict[str, list[dict[str, Any]]] = {}
    for path, methods in found["paths"].items():
        for method, operation in methods.items():
            shown = {"path": path, "method": method.upper(), **told(operation)}
            groups.setdefault(operation["tags"][0], []).append(shown)
    return page(
        request,
        "api/docs.html",
        groups=sorted(groups.items()),
        about=found["info"],
        structures={
            name: fields_of(one) for name, one in sorted(found["components"]["schemas"].items())
        },
        errors=[
            (status, code, i18n.gettext(title), i18n.gettext(advice))
            for status, (code, title, advice) in problems.KNOWN.items()
        ],
    )


def told(operation: dict[str, Any]) -> dict[str, Any]:
    """An operation as the page shows it."""
    body = operation.get("requestBody", {}).get("content", {}).get("application/json")
    return {
        "id": operation["operationId"],
        "summary": operation["summary"],
        "description": operation.get("description", ""),
        "public": {} in operation.get("security", []),
        "scopes": operation.get("x-scopes", []),
        "parameters": [one | {"kind": kind_of(one["schema"])} for one in operation["parameters"]],
        "body": kind_of(body["schema"]) if body else None,
        "answers": [answer(status, one) for status, one in operation["responses"].items()],
    }


def answer(status: str, response: dict[str, Any]) -> dict[str, Any]:
    content = response.get("content", {}).get("application/json", {})
    kind = kind_of(content["schema"]) if "schema" in content else None
    return {"status": status, "kind": kind, "text": i18n.gettext(response["description"])}


def fields_of(structure: dict[str, Any]) -> list[dict[str, Any]]:
    """The fields of a structure: name, type in words, whether they must be there."""
    needed = set(structure.get("required", ()))
    return [
        {"name": name, "kind": kind_of(one), "needed": name in needed}
        for name, one in structure.get("properties", {}).items()
    ]


def kind_of(schema: dict[str, Any] | None) -> dict[str, str]:
    """A schema in a few words, and the name of the structure it refers to, if any."""
    if not schema:
        return {"text": "any", "ref": ""}
    if ref := schema.get("$ref"):
        return {"text": "", "ref": ref.rpartition("/")[2]}
    if options := schema.get("anyOf"):
        kinds = [kind_of(one) for one in options]
        texts = [kind["text"] for kind in kinds if kind["text"]]
        return {"text": " | ".join(texts), "ref": next((k["ref"] for k in kinds if k["ref"]), "")}
    if "enum" in schema:
        return {"text": " | ".join(str(value) for value in schema["enum"]), "ref": ""}
    if schema.get("type") == "array":
        inner = kind_of(schema.get("items"))
        return {"text": f"[{inner['text']}]" if inner["text"] else "[ ]", "ref": inner["ref"]}
    plain = schema.get("format") or schema.get("type") or "any"
    return {"text": str(plain), "ref": ""}
