"""Turn a JSON body into a wish, strictly: "1" is no number, and nothing is silently ignored.

    wish = await body(request, BookingWish, place.zone)

Every reason at once: an unknown field, a missing one, a wrong type, each with the field's path.
"""

import json
from collections.abc import Sequence
from functools import cache
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import msgspec
from litestar import Request
from msgspec import inspect

from fablab.core import formats
from fablab.core.errors import Problem, Refused, Unreadable
from fablab.core.words import N_
from fablab.web import fields, forms
from fablab.web.sent import parsed

T = TypeVar("T", bound=msgspec.Struct)
JSON = "application/json"
DEEPEST = 60
MOST_ITEMS = 1_000
WALL = frozenset({"nonexistent_time", "ambiguous_time"})


async def body(request: Request[Any, Any, Any], wish: type[T], tz: ZoneInfo | None = None) -> T:
    """The body as that Struct, or `Unreadable` with every reason. No body at all is `{}`.

    Times without an offset are the lab's wall clock.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    sent = await request.body()
    if sent.strip() and kind != JSON and not kind.endswith("+json"):
        raise Unreadable(Problem("unreadable", N_("Send JSON: Content-Type: application/json.")))
    return decoded(sent, wish, tz or formats.lab_zone())


def decoded(sent: bytes, wish: type[T], tz: ZoneInfo) -> T:
    if too_deep(sent):
        raise fields.unreadable(None)
    try:
        value = msgspec.json.decode(sent) if sent.strip() else {}
        json.loads(sent if value else b"{}", object_pairs_hook=each_once)
    except (msgspec.DecodeError, ValueError, RecursionError) as wrong:
        raise Unreadable(Problem("unreadable", N_("This is not JSON."))) from wrong
    problems: list[Problem] = []
    made = Reader(tz, problems).structure(value, wish, "")
    if problems:
        raise refused(problems)
    return made  # type: ignore[no-any-return]


def each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Of a field given twice the last would count here, and perhaps the first to whoever checked
    it before us."""
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise Unreadable(Problem("unreadable", N_("This field is given twice."), name[:60]))
        found[name] = value
    return found


def refused(problems: Sequence[Problem]) -> Refused:
    """Unreadable, unless all that is wrong is a wall clock that skips or repeats an hour."""
    if all(problem.code in WALL for problem in problems):
        return Refused(*problems)
    return Unreadable(*problems)


def query(request: Request[Any, Any, Any], asks: type[T], tz: ZoneInfo | None = None) -> T:
    """The query of an address as that Struct, as strictly: an unknown name is an error.

    A comma does not make a list: a field given twice does.
    """
    return query_of(request.scope["query_string"], asks, tz or formats.lab_zone())


def query_of(query_string: bytes, asks: type[T], tz: ZoneInfo) -> T:
    try:
        return forms.read(asks, parsed(query_string), tz)
    except Refused as error:
        raise refused(error.problems) from error


def too_deep(sent: bytes) -> bool:
    return sent.count(b"[") + sent.count(b"{") > DEEPEST * MOST_ITEMS


@cache
def fields_of(kind: type[msgspec.Struct]) -> dict[str, Any]:
    return {field.encode_name: field for field in msgspec.structs.fields(kind)}


class Reader:
    """Walks a value along a type and notes every problem instead of stopping at the first."""

    def __init__(self, tz: ZoneInfo, problems: list[Problem]) -> None:
        self.tz, self.problems = tz, problems

    def structure(self, value: Any, kind: type[msgspec.Struct], path: str) -> Any:
        if not isinstance(value, dict):
            raise_or_note = N_("This must be an object.")
            self.problems.append(Problem("unreadable", raise_or_note, path or None))
            return None
        known = fields_of(kind)
        for name in value.keys() - known.keys():
            message = N_("There is no field of this name.")
            self.problems.append(Problem("unknown_field", message, inside(path, name[:60])))
        before, made = len(self.problems), {}
        for name, field in known.items():
            about = inside(path, name)
            if name in value:
                made[field.name] = self.noted(value[name], field.type, about)
            elif field.required:
                self.problems.append(Problem("required", N_("This is needed."), about))
        return kind(**made) if len(self.problems) == before else None

    def noted(self, value: Any, kind: Any, path: str) -> Any:
        try:
            return self.value(value, fields.described(kind), path)
        except Refused as refused:
            self.problems += refused.problems
            return None

    def value(self, value: Any, kind: fields.Described, path: str) -> Any:
        """As the first of the field's kinds that JSON's own type fits."""
        if value is None and kind.nullable:
            return None
        for one in kind.kinds:
            if fits(value, one):
                return self.converted(value, one, kind.extra, path)
        raise fields.refusal("unreadable", wanted(kind.kinds), path)

    def converted(self, value: Any, kind: Any, extra: dict[str, Any], path: str) -> Any:
        if isinstance(kind, inspect.StructType):
            return self.structure(value, kind.cls, path)
        if fields.is_many(kind):
            return self.several(value, kind, path)
        if isinstance(kind, inspect.DictType):
            inner = fields.unwrapped(kind.value_type)
            return {name: self.value(one, inner, inside(path, name)) for name, one in value.items()}
        if isinstance(kind, inspect.StrType):
            return fields.text_of(value, kind, extra, path)
        if isinstance(kind, inspect.IntType):
            return fields.within(value, kind, path)
        if isinstance(kind, fields.MOMENTS):
            return fields.moment_of(value, kind, self.tz, path)
        if isinstance(kind, inspect.EnumType):
            return kind.cls(fields.choice_of(value, [one.value for one in kind.cls], path))
        if isinstance(kind, inspect.LiteralType):
            return fields.choice_of(value, kind.values, path)
        return value

    def several(self, value: list[Any], kind: Any, path: str) -> Any:
        if len(value) > MOST_ITEMS:
            raise fields.unreadable(path)
        inner, found = fields.unwrapped(kind.item_type), []
        for place, one in enumerate(value):
            try:
                found.append(self.value(one, inner, f"{path}[{place}]"))
            except Refused as refused:
                self.problems += refused.problems
        makers = {inspect.SetType: set, inspect.FrozenSetType: frozenset}
        if isinstance(kind, inspect.VarTupleType):
            return tuple(found)
        return makers.get(type(kind), list)(found)


JSON_TYPES: tuple[tuple[Any, type, str], ...] = (
    (inspect.StructType, dict, N_("This must be an object.")),
    (inspect.DictType, dict, N_("This must be an object.")),
    (inspect.CollectionType, list, N_("This must be a list.")),
    (inspect.BoolType, bool, N_("This must be true or false.")),
    (inspect.IntType, int, N_("This must be a whole number.")),
    (inspect.StrType, str, N_("This must be text.")),
    (inspect.DateTimeType, str, N_("This must be a time, such as 2026-11-30T09:00:00+00:00.")),
    (inspect.DateType, str, N_("This must be a date, such as 2026-11-30.")),
    (inspect.TimeType, str, N_("This must be a time of day, such as 09:00.")),
)


def fits(value: Any, kind: Any) -> bool:
    """Whether JSON's own type is the one this kind is written in. true is no number."""
    if isinstance(kind, inspect.EnumType):
        return type(value) in {type(one.value) for one in kind.cls}
    if isinstance(kind, inspect.LiteralType):
        return type(value) in {type(one) for one in kind.values}
    if isinstance(kind, inspect.AnyType):
        return True
    return any(isinstance(kind, one) and type(value) is json for one, json, _ in JSON_TYPES)


def wanted(kinds: tuple[Any, ...]) -> str:
    for kind in kinds:
        for one, _, message in JSON_TYPES:
            if isinstance(kind, one):
                return message
    return N_("This could not be read.")


def inside(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
