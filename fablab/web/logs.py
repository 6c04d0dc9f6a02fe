"""The log: one line a request, with its id; never a query, a body, a cookie or a secret address."""

import json
import logging
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from fablab.core.settings import settings
from fablab.web import wording
from fablab.web.visits import Visit

request_id: ContextVar[str] = ContextVar("request_id", default="")
accesses = logging.getLogger("fablab.access")


def shown_path(scope: Any, path: str) -> str:
    """The path as the log may show it.

    Words in addresses may be secrets (a feed, a link from a mail), so only numbers are filled
    into the route's template. A path that leads nowhere is shown as it is.
    """
    template: str | None = scope.get("path_template")
    if not template:
        return wording.shown(path)[:200]
    for name, value in scope.get("path_params", {}).items():
        if isinstance(value, int):
            template = template.replace(f"{{{name}}}", str(value))
    return template


def access(method: str, path: str, status: int, seconds: float, visit: Visit) -> None:
    facts = {
        "method": method,
        "path": path,
        "status": status,
        "ms": round(seconds * 1000, 1),
        "address": visit.address,
    }
    accesses.info("%s %s %s %s ms", method, path, status, facts["ms"], extra={"facts": facts})


class Text(logging.Formatter):
    """For people: time, level, request, message."""

    def format(self, record: logging.LogRecord) -> str:
        record.request = request_id.get() or "-"
        return super().format(record)


class Json(logging.Formatter):
    """For programs: one object a line."""

    def format(self, record: logging.LogRecord) -> str:
        said: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if request_id.get():
            said["request_id"] = request_id.get()
        said |= getattr(record, "facts", {})
        if record.exc_info:
            said["exception"] = self.formatException(record.exc_info)
        return json.dumps(said, ensure_ascii=False)


def set_up() -> None:
    """Send what `fablab` logs to standard error in the format the operator chose, once."""
    ours = logging.getLogger("fablab")
    if ours.handlers:
        return
    handler = logging.StreamHandler()
    pattern = "%(asctime)s %(levelname)s [%(request)s] %(message)s"
    handler.setFormatter(Json() if settings.log_format == "json" else Text(pattern))
    ours.addHandler(handler)
    ours.setLevel(logging.INFO)
