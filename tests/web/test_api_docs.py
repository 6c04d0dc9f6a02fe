"""The OpenAPI document tells the API as it is, and a page of ours reads it."""

from typing import Any

import pytest

from tests.support.browser import Browser


@pytest.fixture
async def document(visitor: Browser) -> dict[str, Any]:
    answer = await visitor.get("/api/v1/openapi.json")
    assert answer.headers["content-type"] == "application/json"
    found: dict[str, Any] = answer.json()
    return found


async def test_only_the_api_is_in_it(document: dict[str, Any]) -> None:
    assert all(path.startswith("/api/v1/") for path in document["paths"])
    assert "/api/v1/openapi.json" not in document["paths"]


async def test_an_operation_is_told_whole(document: dict[str, Any]) -> None:
    told = document["paths"]["/api/v1/trial/wishes"]["post"]
    assert told["summary"] == "Wish for a machine"
    assert told["description"] == "The long explanation."
    assert told["x-scopes"] == ["book"]
    wish = {"application/json": {"schema": {"$ref": "#/components/schemas/Wish"}}}
    assert told["requestBody"]["content"] == wish
    assert set(told["responses"]) == {
        *("201", "400", "401", "403", "404", "409", "413", "422", "429", "503")
    }
    assert [one["name"] for one in told["parameters"]] == ["Idempotency-Key"]
    problem = told["responses"]["409"]["content"]["application/problem+json"]
    assert problem["schema"]["$ref"] == "#/components/schemas/ProblemDocument"
    assert problem["example"]["status"] == 409


async def test_a_query_and_a_path_are_told(document: dict[str, Any]) -> None:
    told = document["paths"]["/api/v1/trial/search"]["get"]
    assert [(one["name"], one["in"], one["required"]) for one in told["parameters"]] == [
        ("at", "query", False),
        ("limit", "query", False),
    ]
    assert {} in told["security"]
    failing = document["paths"]["/api/v1/trial/fail/{kind}"]["get"]
    assert failing["parameters"][0]["in"] == "path"
    assert "404" in failing["responses"]


async def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    def references(part: Any) -> list[str]:
        if isinstance(part, dict):
            own = [part["$ref"]] if isinstance(part.get("$ref"), str) else []
            return own + [ref for value in part.values() for ref in references(value)]
        return [ref for one in part for ref in references(one)] if isinstance(part, list) else []

    schemas = document["components"]["schemas"]
    assert {ref.rpartition("/")[2] for ref in references(document)} <= schemas.keys()


async def test_every_operation_has_words_and_an_id_of_its_own(document: dict[str, Any]) -> None:
    told = [one for methods in document["paths"].values() for one in methods.values()]
    assert all(one["summary"] for one in told)
    ids = [one["operationId"] for one in told]
    assert len(ids) == len(set(ids))


async def test_the_document_is_fetched_once(visitor: Browser) -> None:
    first = await visitor.get("/api/v1/openapi.json")
    again = await visitor.get(
        "/api/v1/openapi.json", headers={"if-none-match": first.headers["etag"]}
    )
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("language", ["ar", "fr", "en"])
async def test_a_page_reads_it(visitor: Browser, language: str) -> None:
    answer = await visitor.get("/api/docs", headers={"accept-language": language})
    assert answer.status_code == 200
    assert "POST /api/v1/trial/wishes" in answer.text
    assert 'href="#Wish"' in answer.text
    assert 'id="Wish"' in answer.text
    assert "<script" not in answer.text.replace('<script type="module" src=', "")
