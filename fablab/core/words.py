"""Text that the lab writes in its three languages, and the mark for text that we translate."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fablab.core import bidi

LANGUAGES = ("ar", "fr", "en")


def N_(message: str) -> str:  # noqa: N802 - the name extraction tools look for
    """Mark a message for translation where it is written; the edge translates it."""
    return message


def NN_(one: str, many: str) -> tuple[str, str]:  # noqa: N802
    """Mark both forms of a counted message; `Problem(one, plural=many, count=…)` chooses."""
    return one, many


@dataclass(frozen=True, slots=True)
class Words:
    """The same text in Arabic, French and English. Any may be missing, none is an error."""

    ar: str = ""
    fr: str = ""
    en: str = ""

    @classmethod
    def parse(cls, stored: "str | Mapping[str, Any] | Words | None") -> "Words":
        """From a JSON column, a mapping of languages, or nothing."""
        if isinstance(stored, Words):
            return stored
        found = json.loads(stored) if isinstance(stored, str) and stored else (stored or {})
        return cls(*(str(found.get(name) or "") for name in LANGUAGES))

    def say(self, language: str) -> str:
        """In that language, else in the next one there is; turning nothing round beside it."""
        chosen = getattr(self, language, "")
        return bidi.calm(str(chosen) or self.fr or self.ar or self.en)

    def language(self, wanted: str) -> str:
        """The language that `say` would speak, for a `lang` attribute."""
        order = (wanted, "fr", "ar", "en")
        return next((name for name in order if getattr(self, name, "")), wanted)

    def missing(self) -> tuple[str, ...]:
        return tuple(name for name in LANGUAGES if not getattr(self, name))

    def dump(self) -> str:
        """As a JSON column stores it."""
        return json.dumps(self.as_dict(), ensure_ascii=False)

    def as_dict(self) -> dict[str, str]:
        return {name: getattr(self, name) for name in LANGUAGES if getattr(self, name)}

    def __bool__(self) -> bool:
        return bool(self.ar or self.fr or self.en)


@dataclass(frozen=True, slots=True)
class Phrase:
    """A piece of a message that is a message itself, such as "Laser, level 2"."""

    message: str
    details: Mapping[str, Any]
