"""What a route of the API says of itself where its signature does not show it.

    @post("/bookings", tags=["bookings"], guards=[scope("book")],
          opt=described(takes=BookingWish, gives=BookingShown, status=201))

The handler's docstring is its summary (first line) and its description.
"""

from typing import Any

import msgspec


class Violation(msgspec.Struct, omit_defaults=True):
    """One broken rule or bad field; `limit` is what is allowed, `nearest` the closest legal."""

    code: str
    field: str | None
    message: str
    overridable: bool
    limit: Any = None
    nearest: Any = None


class ProblemDocument(msgspec.Struct, omit_defaults=True):
    """RFC 9457, with a stable code, and every reason rather than the first."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    request_id: str
    violations: list[Violation] = []


def described(
    *,
    takes: Any = None,
    asks: Any = None,
    gives: Any = None,
    status: int = 200,
    also: tuple[int, ...] = (),
    keyed: bool = True,
    tagged: bool = False,
) -> dict[str, Any]:
    """A route's `opt`: the Structs of its body, its query and its answer, a tuple of Structs where
    it has one shape or another; the answer's status,
    and other statuses with the same answer; `keyed=False` where no Idempotency-Key is heard,
    `tagged` where the answer has an ETag."""
    said = {"takes": takes, "asks": asks, "gives": gives, "status": status}
    return {"described": {**said, "also": also, "keyed": keyed, "tagged": tagged}}
