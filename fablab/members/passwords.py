"""Passwords: which are refused, and how they are kept. Hashing is slow on purpose."""

import asyncio
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from fablab.core.errors import Problem
from fablab.core.words import N_
from fablab.members.common_passwords import COMMON

SHORTEST, LONGEST = 10, 200
HASHER = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)
# Checked when there is no such account, so that the answer takes as long as when there is.
NOBODYS = HASHER.hash("nobody has this password")


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the password was right, and its new hash when the old one is out of date."""

    right: bool
    rehashed: str | None = None


def normal(text: str) -> str:
    """The same password from every keyboard: an é is one character or two, as it pleases."""
    return unicodedata.normalize("NFKC", text)


def password_problem(
    text: str, known: Iterable[str] = (), about: str = "password"
) -> Problem | None:
    """Long enough, not among the first guessed, not one of the `known` names and addresses."""
    length = len(normal(text))
    if length < SHORTEST:
        message = N_("Choose a password of at least {limit} characters.")
        return Problem("password_short", message, about, {"limit": SHORTEST}, SHORTEST)
    if length > LONGEST:
        message = N_("A password has at most {limit} characters.")
        return Problem("password_long", message, about, {"limit": LONGEST}, LONGEST)
    if guessable(text, known):
        message = N_("This password is among the first to be guessed. Choose another.")
        return Problem("password_common", message, about)
    return None


def guessable(text: str, known: Iterable[str]) -> bool:
    plain = squeezed(text)
    return len(set(plain)) < 3 or plain in COMMON or plain in {squeezed(each) for each in known}


def squeezed(text: str) -> str:
    return "".join(normal(text).casefold().split())


def hash_password(text: str) -> str:
    """About 25 ms of work: in the server call `hashed`, which does it off the loop."""
    return HASHER.hash(normal(text))


async def hashed(text: str) -> str:
    """Never inside a transaction: it would hold its locks for as long as this takes."""
    return await asyncio.to_thread(hash_password, text)


async def checked(kept: str | None, text: str) -> Verdict:
    """Whether `text` is the password kept as that hash. As slow without a hash as with one."""
    return await asyncio.to_thread(compare, kept, text)


def compare(kept: str | None, text: str) -> Verdict:
    try:
        HASHER.verify(kept or NOBODYS, normal(text)[:LONGEST])
    except (VerificationError, InvalidHashError):
        return Verdict(False)
    if kept is None:
        return Verdict(False)
    return Verdict(True, hash_password(text) if HASHER.check_needs_rehash(kept) else None)
