"""One field of a form or of a JSON body: what its type allows, and the problem when it does not.

Both readers use it, so that "too long" is one sentence however it was sent.
"""

import re
from collections.abc import Iterable
from datetime import date, datetime, time
from functools import lru_cache
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import msgspec
from msgspec import inspect

from fablab.core.errors import Problem, Unreadable
from fablab.core.words import N_, NN_
from fablab.core.zones import read_time
from fablab.web import wording

LONGEST_TEXT = 2_000
LARGEST = 2**31 - 1  # as the tables' integers; a field says otherwise with its own bounds

# Text of several lines, and text that is kept to the letter (passwords).
Lines = Annotated[str, msgspec.Meta(extra={"lines": True})]
Secret = Annotated[str, msgspec.Meta(max_length=200, extra={"secret": True})]


def refusal(code: str, message: str, about: str | None, **facts: Any) -> Unreadable:
    return Unreadable(Problem(code, message, about, **facts))


def unreadable(about: str | None) -> Unreadable:
    return refusal("unreadable", N_("This could not be read."), about)


class Described(msgspec.Struct, frozen=True):
    """A field's type without its wrapping: its kinds, whether none will do, what it says extra."""

    kinds: tuple[Any, ...]
    nullable: bool
    extra: dict[str, Any]


@lru_cache(maxsize=1024)
def described(kind: Any) -> Described:
    return unwrapped(inspect.type_info(kind))


def unwrapped(kind: Any) -> Described:
    extra: dict[str, Any] = {}
    while isinstance(kind, inspect.Metadata):
        extra |= kind.extra or {}
        kind = kind.type
    kinds = kind.types if isinstance(kind, inspect.UnionType) else (kind,)
    plain = []
    for one in kinds:
        while isinstance(one, inspect.Metadata):
            extra |= one.extra or {}
            one = one.type
        plain.append(one)
    real = tuple(one for one in plain if not isinstance(one, inspect.NoneType))
    return Described(real, any(isinstance(one, inspect.NoneType) for one in plain), extra)


def is_many(kind: Any) -> bool:
    return isinstance(kind, inspect.CollectionType)


def text_of(raw: str, kind: inspect.StrType, extra: dict[str, Any], about: str) -> str:
    """Text within its limits. Its longest is LONGEST_TEXT unless the field says otherwise."""
    if extra.get("secret"):
        text = wording.untouched(raw, about)
    else:
        text = wording.fit(raw, about, lines=bool(extra.get("lines")))
    longest = LONGEST_TEXT if kind.max_length is None else kind.max_length
    if len(text) > longest:
        one, many = NN_("At most {count} character.", "At most {count} characters.")
        facts = {"plural": many, "count": longest, "limit": longest}
        raise refusal("too_long_text", one, about, **facts)
    if len(text) < (kind.min_length or 0):
        one, many = NN_("At least {count} character.", "At least {count} characters.")
        facts = {"plural": many, "count": kind.min_length, "limit": kind.min_length}
        raise refusal("too_short_text", one, about, **facts)
    if kind.pattern is not None and not re.search(kind.pattern, text):
        raise unreadable(about)
    return text


def within(number: int, kind: inspect.IntType, about: str) -> int:
    lowest = kind.ge if kind.ge is not None else -LARGEST if kind.gt is None else kind.gt + 1
    highest = kind.le if kind.le is not None else LARGEST if kind.lt is None else kind.lt - 1
    if number < lowest:
        message = N_("At least {least}.")
        raise refusal("too_small", message, about, details={"least": lowest}, limit=lowest)
    if number > highest:
        message = N_("At most {most}.")
        raise refusal("too_large", message, about, details={"most": highest}, limit=highest)
    return number


def choice_of(value: Any, choices: Iterable[Any], about: str) -> Any:
    """The choice that is written like this."""
    for choice in choices:
        if type(value) is type(choice) and value == choice:
            return choice
    raise refusal("unknown_choice", N_("This is not one of the choices."), about)


def moment_of(text: str, kind: Any, tz: ZoneInfo, about: str) -> datetime | date | time:
    """An instant, a day or a time of day, as ISO 8601 writes them."""
    if isinstance(kind, inspect.DateTimeType):
        return read_time(text, tz, about)
    try:
        if isinstance(kind, inspect.DateType):
            return date.fromisoformat(text)
        return time.fromisoformat(text).replace(tzinfo=None)
    except ValueError as wrong:
        name = N_("This is not a date.") if isinstance(kind, inspect.DateType) else None
        message = name or N_("This is not a time.")
        raise refusal("unreadable", message, about) from wrong


MOMENTS = (inspect.DateTimeType, inspect.DateType, inspect.TimeType)
