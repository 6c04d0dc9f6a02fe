"""Unguessable strings: made here, shown once, kept only as hashes."""

import hashlib
import hmac
import secrets

from fablab.core.settings import settings

BYTES = 24  # 192 bits: above the 128 that quality.md asks for, 32 characters long


def new_token() -> str:
    return secrets.token_urlsafe(BYTES)


def new_code() -> str:
    """Eight characters to read aloud at the desk: no 0/O, 1/I/L; 40 bits, minutes of life."""
    return "".join(secrets.choice("ABCDEFGHJKMNPQRSTUVWXYZ23456789") for _ in range(8))


def digest(token: str) -> str:
    """What the database keeps of a token. Tokens are long, so a plain hash is enough."""
    return hashlib.sha256(token.encode()).hexdigest()


def signature(purpose: str, text: str) -> str:
    """Proof that we wrote `text` for `purpose`."""
    key = settings.secret_key.encode()
    return hmac.new(key, f"{purpose}\n{text}".encode(), hashlib.sha256).hexdigest()


def signed_by_us(purpose: str, text: str, given: str) -> bool:
    return hmac.compare_digest(signature(purpose, text).encode(), given.encode())
