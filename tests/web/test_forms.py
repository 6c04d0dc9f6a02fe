"""What a browser sends becomes a form, or every bad field is named at once."""

from datetime import UTC, date, datetime, time
from enum import StrEnum
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

import msgspec
import pytest

from fablab.core.errors import Refused, Unreadable
from fablab.web.fields import Lines, Secret
from fablab.web.forms import key_of, new_key, read
from fablab.web.pages import Values
from fablab.web.sent import LARGEST_FORM, parsed
from tests.support.browser import Browser

BERKANE = ZoneInfo("Africa/Casablanca")


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


class Full(msgspec.Struct):
    number: int = 0
    text: Annotated[str, msgspec.Meta(min_length=2, max_length=5)] = "none"
    story: Lines = ""
    password: Secret = ""
    at: datetime | None = None
    day: date | None = None
    clock: time | None = None
    ticked: bool = False
    colour: Colour = Colour.RED
    size: Literal["s", "m"] = "s"
    several: list[int] = []
    few: Annotated[int, msgspec.Meta(ge=1, le=8)] = 1
    maybe: int | None = None


class Needed(msgspec.Struct):
    machine: int
    name: str
    agrees: bool
    note: str | None
    days: list[date]


def filled(**sent: str | list[str]) -> Full:
    given = {name: [text] if isinstance(text, str) else text for name, text in sent.items()}
    return read(Full, given, BERKANE)


@pytest.mark.parametrize(
    ("field", "typed", "meant"),
    [
        ("number", " 12 ", 12),
        ("number", "١٢", 12),
        ("number", "۱۲", 12),
        ("number", "1\u202f250", 1250),
        ("number", "-3", -3),
        ("number", "", 0),
        ("text", "  abc ", "abc"),
        ("text", "e\u0301a", "éa"),
        ("text", "a\u202eb", "ab"),
        ("text", "a\nb", "a b"),
        ("text", "", "none"),
        ("story", "one\r\ntwo ", "one\ntwo"),
        ("password", "  two  spaces ", "  two  spaces "),
        ("at", "2026-11-30T10:00", datetime(2026, 11, 30, 10, tzinfo=UTC)),
        ("at", "2026-07-01T10:00", datetime(2026, 7, 1, 9, tzinfo=UTC)),
        ("at", "2026-11-30T10:00:00+01:00", datetime(2026, 11, 30, 9, tzinfo=UTC)),
        ("at", "٢٠٢٦-11-30T10:00", datetime(2026, 11, 30, 10, tzinfo=UTC)),
        ("at", "", None),
        ("day", "2026-11-30", date(2026, 11, 30)),
        ("clock", "08:30", time(8, 30)),
        ("ticked", "on", True),
        ("ticked", "", False),
        ("colour", "blue", Colour.BLUE),
        ("size", "m", "m"),
        ("several", ["1", "", "2"], [1, 2]),
        ("few", "8", 8),
        ("maybe", "", None),
        ("number", ["1", "2"], 2),
    ],
)
def test_what_is_meant(field: str, typed: Any, meant: Any) -> None:
    assert getattr(filled(**{field: typed}), field) == meant


@pytest.mark.parametrize(
    ("field", "typed", "code"),
    [
        ("number", "twelve", "unreadable"),
        ("number", "1.5", "unreadable"),
        ("number", "1e3", "unreadable"),
        ("number", "9" * 400, "unreadable"),
        ("number", "2147483648", "too_large"),
        ("number", "-2147483648", "too_small"),
        ("text", "a", "too_short_text"),
        ("text", "abcdef", "too_long_text"),
        ("text", "a\x00b", "unreadable"),
        ("text", "a\x1bb", "unreadable"),
        ("text", "a\ud800b", "unreadable"),
        ("story", "a" * 2001, "too_long_text"),
        ("password", "a" * 201, "too_long_text"),
        ("password", "a\x00", "unreadable"),
        ("at", "2026-03-22T02:30", "nonexistent_time"),
        ("at", "2026-09-20T01:30", "ambiguous_time"),
        ("at", "tomorrow", "unreadable"),
        ("at", "2026-11-30", "unreadable"),
        ("at", "9999-12-31T23:59:59-14:00", "unreadable"),
        ("day", "30/11/2026", "unreadable"),
        ("clock", "25:00", "unreadable"),
        ("ticked", "maybe", "unreadable"),
        ("colour", "green", "unknown_choice"),
        ("size", "xl", "unknown_choice"),
        ("several", ["1", "x"], "unreadable"),
        ("several", ["1"] * 201, "unreadable"),
        ("few", "9", "too_large"),
        ("few", "0", "too_small"),
    ],
)
def test_what_is_refused(field: str, typed: Any, code: str) -> None:
    with pytest.raises(Refused) as refused:
        filled(**{field: typed})
    assert [(one.code, one.about) for one in refused.value.problems] == [(code, field)]


def test_every_bad_field_is_named() -> None:
    with pytest.raises(Refused) as refused:
        read(Needed, {"machine": ["x"], "days": ["today"]}, BERKANE)
    assert [(one.code, one.about) for one in refused.value.problems] == [
        ("unreadable", "machine"),
        ("required", "name"),
        ("unreadable", "days"),
    ]


def test_a_box_not_ticked_and_an_empty_list_are_answers() -> None:
    form = read(Needed, {"machine": ["1"], "name": ["Ada"]}, BERKANE)
    assert (form.agrees, form.note, form.days) == (False, None, [])


def test_an_unknown_field_is_refused_but_not_the_key_and_the_token() -> None:
    sent = {"machine": ["1"], "name": ["Ada"], "key": ["k" * 20], "_csrf_token": ["t"]}
    read(Needed, sent, BERKANE)
    with pytest.raises(Refused, match="unknown_field"):
        read(Needed, sent | {"role": ["admin"]}, BERKANE)


def test_keys_are_new_and_read_back() -> None:
    assert new_key() != new_key()
    assert key_of({"key": [key := new_key()]}) == key
    assert key_of({"key": ["'; DROP TABLE"]}) == ""
    assert key_of({}) == ""


def test_a_form_is_read_as_it_was_written() -> None:
    assert parsed(b"a=1+2&a=%D8%A2&b=&=x&&c") == {
        "a": ["1 2", "آ"],
        "b": [""],
        "": ["x"],
        "c": [""],
    }


@pytest.mark.parametrize("body", [b"a=%ff", b"\xff", b"a" * (LARGEST_FORM + 1), b"a&" * 1000])
def test_what_is_no_form(body: bytes) -> None:
    with pytest.raises(Unreadable):
        parsed(body)


async def test_another_kind_of_body_is_no_form(visitor: Browser) -> None:
    assert (await visitor.post("/trial/echo", json={"a": 1})).status_code == 400
    answer = await visitor.post("/trial/echo", files={"a": b"1"})
    assert answer.status_code == 400


def test_what_was_typed_is_shown_again() -> None:
    values = Values.of({"name": ["Ada"], "day": ["1", "2"], "note": None, "n": 3})
    assert values == {"name": "Ada", "day": ["1", "2"], "note": "", "n": 3}
