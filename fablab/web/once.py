"""The same request sent twice has one effect, and the second hears what the first was told.

The key is claimed by a row written first, in the transaction of the effect itself: a twin at the
same moment waits at the unique index until the first is done, a refusal takes the claim back, and
a crash leaves neither effect nor claim.

What must stay even when the wish is refused (settling what is overdue) is done before, not in
`act`: everything in `act` is undone with a refusal. `act` may run again whole after a deadlock.
"""

import hashlib
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import msgspec
from litestar import Request, Response

from fablab.core import clock, db
from fablab.core.errors import Problem, Refused, Unreadable
from fablab.core.tables import KeptAnswer
from fablab.core.words import N_

HEADER = "idempotency-key"
LIFETIME = timedelta(hours=24)
LONGEST_SCOPE = 200
SEEN_OTHER = 303
Asked = Request[Any, Any, Any]

# An answer older than its lifetime counts as none: the claim takes its row over.
CLAIM = """
INSERT INTO kept_answer (owner, scope, "key", body_hash, status, answer, location, made_at)
VALUES ({}, {}, {}, {}, 0, {}, '', {})
ON CONFLICT (owner, scope, "key") DO UPDATE SET
    body_hash = excluded.body_hash, status = 0, answer = excluded.answer, location = '',
    made_at = excluded.made_at
WHERE kept_answer.made_at <= {}
RETURNING id
"""
KEPT = """
SELECT body_hash, status, answer, location FROM kept_answer
WHERE owner = {} AND scope = {} AND "key" = {}
"""


@dataclass(frozen=True, slots=True)
class Answer:
    """What an API call is answered: JSON as bytes, so that a twin gets the very same."""

    status: int
    body: bytes = b""
    location: str = ""

    @property
    def is_good(self) -> bool:
        return 200 <= self.status < 300 or self.status == SEEN_OTHER

    def response(self) -> Response[bytes]:
        headers = {"cache-control": "no-store"}
        if self.location:
            headers["location"] = self.location
        return Response(
            self.body, status_code=self.status, media_type="application/json", headers=headers
        )


class NotKept(Exception):
    """Carries an answer that is no success out of the transaction, which is thereby undone."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


def answer(status: int, value: Any, location: str = "") -> Answer:
    """The value as JSON, to be returned by `act`."""
    return Answer(status, msgspec.json.encode(value), location)


async def once(
    request: Asked, owner_id: int, body: bytes, act: Callable[[], Awaitable[Answer]]
) -> Response[bytes]:
    """Answer an API POST: with an Idempotency-Key at most once a day for each owner and path.

        async def act() -> Answer:
            booking = await actions.book(...)
            return answer(201, shown(booking))

        return await once(request, viewer.id, await request.body(), act)

    Another body under the same key: `Refused` with `idempotency_conflict`.
    """
    key = request.headers.get(HEADER)
    if key is None:
        return (await act()).response()
    if not re.fullmatch(r"[\x21-\x7e]{1,64}", key):
        message = N_("The header Idempotency-Key takes 1 to 64 characters without spaces.")
        raise Unreadable(Problem("unreadable", message, "Idempotency-Key"))
    try:
        found = await claimed(owner_id, scope_of(request), key, marked(body), act)
    except NotKept as kept:
        found = kept.answer
    return found.response()


async def once_form(owner_id: int, scope: str, key: str, act: Callable[[], Awaitable[str]]) -> str:
    """Where to go on to after a form; sent twice with one key, to the place of the first time.

    `act` does the work and returns the address. `scope` names the form. Without a key (an old
    page) it acts each time.
    """
    if not key:
        return await act()

    async def acted() -> Answer:
        return Answer(SEEN_OTHER, b"", await act())

    return (await claimed(owner_id, scope, key, "", acted)).location


@db.transactional
async def claimed(
    owner_id: int, scope: str, key: str, mark: str, act: Callable[[], Awaitable[Answer]]
) -> Answer:
    """The answer kept under the key, else that of `act`, kept with its effect."""
    now = clock.now()
    claim = (owner_id, scope, key, mark, b"", now, now - LIFETIME)
    rows = await db.fetch(CLAIM, *claim)
    if not rows:
        return await kept(owner_id, scope, key, mark)
    made = await act()
    if not made.is_good:
        raise NotKept(made)
    await KeptAnswer.update(
        {
            KeptAnswer.status: made.status,
            KeptAnswer.answer: made.body,
            KeptAnswer.location: made.location,
        }
    ).where(KeptAnswer.id == rows[0]["id"])
    return made


async def kept(owner_id: int, scope: str, key: str, mark: str) -> Answer:
    [row] = await db.fetch(KEPT, owner_id, scope, key)
    if row["body_hash"] != mark:
        message = N_("This key was used for another request. Choose a new one.")
        raise Refused(Problem("idempotency_conflict", message, "Idempotency-Key"))
    return Answer(row["status"], bytes(row["answer"]), row["location"])


def scope_of(request: Asked) -> str:
    """The method and path; of a path too long to keep, its hash."""
    scope = f"{request.scope['method']} {request.scope['path']}"
    return scope if len(scope) <= LONGEST_SCOPE else marked(scope.encode())


def marked(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


@db.transactional
async def forget_old_answers() -> None:
    """Delete what no twin may ask for any more."""
    await KeptAnswer.delete().where(KeptAnswer.made_at <= clock.now() - LIFETIME)
