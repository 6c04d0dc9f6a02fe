"""What notices and activity remember of things: JSON whose keys in `_at` are instants."""

import json
from datetime import date, datetime, timedelta
from typing import Any

from fablab.core.words import Words

Facts = dict[str, Any]


def dump(facts: Facts) -> str:
    """As a JSON column stores it: instants in ISO, lengths in minutes, lab text by language."""
    return json.dumps(facts, ensure_ascii=False, default=plain)


def plain(value: Any) -> Any:
    match value:
        case datetime() | date():
            return value.isoformat()
        case timedelta():
            return int(value.total_seconds()) // 60
        case Words():
            return value.as_dict()
        case set() | frozenset():
            return sorted(value)
    raise TypeError(f"{type(value).__name__} cannot be kept as a fact.")


def load(stored: str | Facts) -> Facts:
    """The facts again, every `..._at` an instant (`..._on` a day)."""
    found = json.loads(stored) if isinstance(stored, str) else stored
    return {name: revived(name, value) for name, value in found.items()}


def revived(name: str, value: Any) -> Any:
    if isinstance(value, dict):
        return {inner: revived(inner, item) for inner, item in value.items()}
    if isinstance(value, list):
        return [revived(name, item) for item in value]
    if isinstance(value, str) and value:
        if name.endswith("_at"):
            return datetime.fromisoformat(value)
        if name.endswith("_on"):
            return date.fromisoformat(value)
    return value
