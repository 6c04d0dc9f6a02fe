"""A JSON body is read strictly: every wrong field is named, nothing is silently ignored."""

from datetime import UTC, date, datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from fablab.core.errors import Refused, Unreadable
from fablab.web.bodies import decoded
from tests.factories import a_member
from tests.web.conftest import Program

BERKANE = ZoneInfo("Africa/Casablanca")


class Used(msgspec.Struct):
    sku: str
    quantity: Annotated[int, msgspec.Meta(ge=1)]


class Quantity(msgspec.Struct):
    value: str
    unit: str


class Wish(msgspec.Struct):
    machine: str | None = None
    starts_at: datetime | None = None
    day: date | None = None
    seats: int = 1
    sure: bool = False
    used: list[Used] = []
    amount: int | Quantity = 0
    names: dict[str, str] = {}
    moved: int | msgspec.UnsetType | None = msgspec.UNSET


def wished(text: str | bytes) -> Wish:
    return decoded(text.encode() if isinstance(text, str) else text, Wish, BERKANE)


@pytest.mark.parametrize(
    ("text", "field", "meant"),
    [
        ('{"machine": " laser "}', "machine", "laser"),
        ('{"machine": null}', "machine", None),
        (
            '{"starts_at": "2026-11-30T10:00:00+01:00"}',
            "starts_at",
            datetime(2026, 11, 30, 9, tzinfo=UTC),
        ),
        ('{"starts_at": "2026-07-01T10:00"}', "starts_at", datetime(2026, 7, 1, 9, tzinfo=UTC)),
        ('{"day": "2026-11-30"}', "day", date(2026, 11, 30)),
        ('{"used": [{"sku": "pla", "quantity": 3}]}', "used", [Used("pla", 3)]),
        ('{"amount": 3}', "amount", 3),
        ('{"amount": {"value": "1.5", "unit": "m"}}', "amount", Quantity("1.5", "m")),
        ('{"names": {"fr": "Découpe"}}', "names", {"fr": "Découpe"}),
        ('{"moved": null}', "moved", None),
        ("{}", "moved", msgspec.UNSET),
        ("", "seats", 1),
    ],
)
def test_what_is_meant(text: str, field: str, meant: Any) -> None:
    assert getattr(wished(text), field) == meant


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ('{"seats": "1"}', [("unreadable", "seats")]),
        ('{"seats": true}', [("unreadable", "seats")]),
        ('{"seats": 1.0}', [("unreadable", "seats")]),
        ('{"seats": null}', [("unreadable", "seats")]),
        ('{"seats": 99999999999999999999999}', [("too_large", "seats")]),
        ('{"sure": 1}', [("unreadable", "sure")]),
        ('{"sure": "true"}', [("unreadable", "sure")]),
        ('{"machine": 7}', [("unreadable", "machine")]),
        ('{"machine": "a\\u0000b"}', [("unreadable", "machine")]),
        ('{"starts_at": 0}', [("unreadable", "starts_at")]),
        ('{"starts_at": "soon"}', [("unreadable", "starts_at")]),
        ('{"used": {}}', [("unreadable", "used")]),
        ('{"used": [{"sku": "pla", "quantity": 0}]}', [("too_small", "used[0].quantity")]),
        (
            '{"used": [{"sku": "pla"}, 3]}',
            [("required", "used[0].quantity"), ("unreadable", "used[1]")],
        ),
        ('{"role": "admin"}', [("unknown_field", "role")]),
        (
            '{"used": [{"sku": "a", "quantity": 1, "price": 0}]}',
            [("unknown_field", "used[0].price")],
        ),
        (
            '{"seats": "x", "sure": 3, "nix": 1}',
            [("unknown_field", "nix"), ("unreadable", "seats"), ("unreadable", "sure")],
        ),
        ('{"seats": 1, "seats": 2}', [("unreadable", "seats")]),
        ('{"names": {"fr": "a", "fr": "b"}}', [("unreadable", "fr")]),
        ("[]", [("unreadable", None)]),
        ("3", [("unreadable", None)]),
        ("{", [("unreadable", None)]),
        ('{"machine": "\\ud800"}', [("unreadable", None)]),
        (b'{"machine": "\xff"}', [("unreadable", None)]),
        ("[" * 100_000, [("unreadable", None)]),
    ],
)
def test_what_is_refused(text: str | bytes, problems: list[tuple[str, str | None]]) -> None:
    with pytest.raises(Unreadable) as refused:
        wished(text)
    assert [(one.code, one.about) for one in refused.value.problems] == problems


@pytest.mark.parametrize(
    ("time", "code"),
    [("2026-03-22T02:30", "nonexistent_time"), ("2026-09-20T01:30", "ambiguous_time")],
)
def test_an_hour_that_is_skipped_or_doubled_is_a_rule(time: str, code: str) -> None:
    with pytest.raises(Refused, match=code) as refused:
        wished(f'{{"starts_at": "{time}"}}')
    assert not isinstance(refused.value, Unreadable)
    assert refused.value.problems[0].nearest


async def test_a_bad_body_is_400_with_every_reason(program: Program) -> None:
    client = await program(await a_member(), "book")
    answer = await client.post("/api/v1/trial/wishes", json={"seats": "1", "nix": 1})
    assert answer.status_code == 400
    found = {(one["code"], one["field"]) for one in answer.json()["violations"]}
    assert found == {
        ("unknown_field", "nix"),
        ("unreadable", "seats"),
        ("required", "machine"),
        ("required", "starts_at"),
    }


async def test_only_json_is_a_body(program: Program) -> None:
    client = await program(await a_member(), "book")
    answer = await client.post("/api/v1/trial/wishes", data={"machine": "laser"})
    assert answer.status_code == 400


async def test_a_query_is_read_as_strictly(program: Program) -> None:
    client = await program()
    found = await client.get("/api/v1/trial/search?at=2026-11-30T10:00&limit=3")
    assert found.json() == ["2026-11-30 10:00:00+00:00"]
    for query in ("at=soon", "limit=many", "nix=1", "at=%ff", "limit=99999999999"):
        assert (await client.get(f"/api/v1/trial/search?{query}")).status_code == 400
