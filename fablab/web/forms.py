"""Turn what a browser sends into a form, naming every bad field at once.

A form is a msgspec Struct; each field's type says what it takes:

    class BookingForm(msgspec.Struct):
        machine: int
        starts_at: datetime              # the lab's wall clock, or with an offset
        note: Annotated[str, msgspec.Meta(max_length=500)] = ""
        buddy: int | None = None
        agrees: bool = False             # a tick box
        materials: list[str] = []        # a repeated field

    sent = await form_data(request)
    try:
        form = forms.read(BookingForm, sent, place.zone)
        ...
    except Refused as refused:
        return page(request, "bookings/new.html", status=422, problems=refused.problems,
                    values=sent)

`_csrf_token` and `key` (the one-time key) may come beside the fields; any other name is refused.
"""

import re
import secrets
from functools import lru_cache
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import msgspec
from msgspec import inspect

from fablab.core.errors import Problem, Refused
from fablab.core.words import N_
from fablab.web import csrf, fields, wording
from fablab.web.sent import Sent, form_data

__all__ = ["KEY", "Sent", "form_data", "key_of", "new_key", "read"]

F = TypeVar("F", bound=msgspec.Struct)
KEY = "key"
BESIDE = frozenset({csrf.FIELD, KEY})
MOST_VALUES = 200
TICKED = {"on": True, "1": True, "true": True, "yes": True, "": False, "0": False, "false": False}


def new_key() -> str:
    """For the hidden field `key`: the same form sent twice then has one effect (see `once`)."""
    return secrets.token_urlsafe(16)


def key_of(sent: Sent) -> str:
    """The one-time key a form came with, empty when it has none worth the name."""
    found = sent.get(KEY, [""])[-1]
    return found if re.fullmatch(r"[\w.-]{8,64}", found, re.ASCII) else ""


@lru_cache(maxsize=256)
def fields_of(form: type[msgspec.Struct]) -> tuple[tuple[Any, fields.Described], ...]:
    return tuple((field, fields.described(field.type)) for field in msgspec.structs.fields(form))


def read(form: type[F], sent: Sent, tz: ZoneInfo) -> F:
    """Fill the form, or `Refused` with a problem for each bad field. Times without an offset
    are the wall's in `tz`."""
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    known = fields_of(form)
    for field, kind in known:
        given = sent.get(field.encode_name, [])
        try:
            if (value := taken(field, kind, given, tz)) is not msgspec.UNSET:
                values[field.name] = value
        except Refused as refused:
            problems += refused.problems
    names = {field.encode_name for field, _ in known} | BESIDE
    problems += [unknown(name) for name in sent if name not in names]
    if problems:
        raise Refused(*problems)
    return form(**values)


def unknown(name: str) -> Problem:
    message = N_("This form has no field {name}.")
    return Problem("unknown_field", message, None, {"name": wording.MISLEADING.sub("", name[:60])})


def taken(field: Any, kind: fields.Described, given: list[str], tz: ZoneInfo) -> Any:
    """The field's value; UNSET leaves it to its default."""
    name = field.encode_name
    if len(kind.kinds) == 1 and fields.is_many(kind.kinds[0]):
        return several(kind.kinds[0], [text for text in given if text.strip()], tz, name)
    raw = given[-1] if given else ""
    if any(isinstance(one, inspect.BoolType) for one in kind.kinds) and (given or field.required):
        return ticked(raw, name)
    if (not raw.strip() and not kind.extra.get("secret")) or not raw:
        return nothing(field, kind)
    return converted(raw, kind, tz, name)


def nothing(field: Any, kind: fields.Described) -> Any:
    """An empty field: none where none will do, else its default, else it is needed."""
    if kind.nullable and field.required:
        return None
    if field.required:
        raise Refused(Problem("required", N_("This is needed."), field.encode_name))
    return msgspec.UNSET


def ticked(raw: str, about: str) -> bool:
    if raw.strip().lower() not in TICKED:
        raise fields.unreadable(about)
    return TICKED[raw.strip().lower()]


def several(kind: Any, given: list[str], tz: ZoneInfo, about: str) -> Any:
    if len(given) > MOST_VALUES:
        raise fields.unreadable(about)
    inner = fields.unwrapped(kind.item_type)
    found = [converted(text, inner, tz, about) for text in given]
    if isinstance(kind, inspect.SetType | inspect.FrozenSetType):
        return frozenset(found) if isinstance(kind, inspect.FrozenSetType) else set(found)
    return tuple(found) if isinstance(kind, inspect.VarTupleType) else found


def converted(raw: str, kind: fields.Described, tz: ZoneInfo, about: str) -> Any:
    """The text as the first of the field's kinds that it can be."""
    refused: Refused | None = None
    for one in kind.kinds:
        try:
            return value_of(raw, one, kind.extra, tz, about)
        except Refused as error:
            refused = refused or error
    raise refused or fields.unreadable(about)


def value_of(raw: str, kind: Any, extra: dict[str, Any], tz: ZoneInfo, about: str) -> Any:
    if isinstance(kind, inspect.StrType):
        return fields.text_of(raw, kind, extra, about)
    text = wording.western(wording.fit(raw, about))
    if isinstance(kind, inspect.IntType):
        return fields.within(whole(text, about), kind, about)
    if isinstance(kind, fields.MOMENTS):
        return fields.moment_of(text, kind, tz, about)
    if isinstance(kind, inspect.EnumType):
        return kind.cls(fields.choice_of(text, [str(one.value) for one in kind.cls], about))
    if isinstance(kind, inspect.LiteralType):
        return fields.choice_of(text, kind.values, about)
    raise TypeError(f"A form cannot read {kind!r}.")


def whole(text: str, about: str) -> int:
    """A whole number, its groups apart by spaces or not."""
    plain = re.sub(r"[\s\u00a0\u202f]", "", text)
    if not re.fullmatch(r"[+-]?[0-9]{1,18}", plain):
        raise fields.refusal("unreadable", N_("This is not a whole number."), about)
    return int(plain)
