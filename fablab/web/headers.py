"""What a request's headers say, and what every answer says to the browser about itself."""

from typing import Any

from fablab.core.settings import settings

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
PERMISSIONS = "camera=(self), geolocation=(), gyroscope=(), microphone=(), payment=(), usb=()"
TWO_YEARS = 63_072_000

Headers = list[tuple[bytes, bytes]]


def heard(scope: Any, name: bytes) -> str:
    """A header of the request, its first if there are several; empty without one."""
    for given, value in scope["headers"]:
        if given == name:
            text: str = value.decode("latin-1")
            return text
    return ""


def standing() -> Headers:
    """The headers of every answer that does not say otherwise itself."""
    said = {
        "cache-control": "private, no-cache",
        "content-security-policy": POLICY,
        "x-content-type-options": "nosniff",
        "referrer-policy": "same-origin",
        "permissions-policy": PERMISSIONS,
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "x-frame-options": "DENY",
        "server": "fablab",  # else the server names itself
    }
    if settings.secure:
        said["strict-transport-security"] = f"max-age={TWO_YEARS}; includeSubDomains"
    return [(name.encode(), value.encode()) for name, value in said.items()]


STANDING = standing()


def completed(given: Headers, more: Headers) -> Headers:
    """The answer's own headers, then ours where it has none of that name."""
    names = {name.lower() for name, _ in given}
    return [*given, *(pair for pair in more if pair[0] not in names)]
