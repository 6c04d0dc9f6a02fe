"""Where a member is signed in, and which programs act for them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from fablab.accounts.signing_in import WRONG, try_once
from fablab.activity import actions as activity
from fablab.core import clock, db, secrets
from fablab.core.errors import Forbidden, NotFound, Problem, Refused, Unauthorized
from fablab.core.words import N_
from fablab.members import passwords, rules, sessions, throttling
from fablab.members.sessions import Browser
from fablab.members.tables import ApiToken, Member
from fablab.members.throttling import Counted

MOST_TOKENS = 50


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token, to be shown once."""

    id: int
    token: str
    name: str
    scopes: tuple[str, ...]


@db.transactional
async def end_session(member_id: int, session_id: int) -> None:
    """`NotFound` for a session that is not theirs."""
    if not await sessions.end(member_id, session_id):
        raise NotFound
    await record("ended_session", member_id)


@db.transactional
async def end_other_sessions(member_id: int, session_id: int | None) -> int:
    ended = await sessions.end_all(member_id, but=session_id)
    if ended:
        await record("ended_sessions", member_id)
    return ended


async def record(verb: str, member_id: int) -> None:
    await activity.record(verb, "member", member_id, actor=member_id, member=member_id)


async def sign_in_for_token(
    login: str, password: str, name: str, scopes: Sequence[str] | None, address: str
) -> NewToken:
    """A token in exchange for a password. `Unauthorized`, `TooMany`, `Forbidden`, `Refused`."""
    member, counted = await try_once(login, Browser(address))
    verdict = await passwords.checked(member.password_hash if member else None, password)
    if member is None or not verdict.right:
        raise Unauthorized(WRONG)
    return await proven(member.id, name, scopes, counted)


@db.transactional
async def proven(
    member_id: int, name: str, scopes: Sequence[str] | None, counted: Counted
) -> NewToken:
    await throttling.right(counted)
    return await make_token(member_id, name, scopes)


@db.transactional
async def make_token(member_id: int, name: str, scopes: Sequence[str] | None) -> NewToken:
    """Never more than its owner may do; without `scopes`, all of that."""
    member = await db.locked(Member, member_id)
    most = rules.allowed_scopes(member.role)
    wanted = tuple(scope for scope in rules.SCOPES if scope in (most if scopes is None else scopes))
    if not set(wanted) <= set(most):
        raise Forbidden(N_("A token may not do more than its owner."), "scopes")
    await check_room(member_id, wanted)
    key = secrets.new_token()
    row = ApiToken(
        member=member_id,
        name=rules.tidy(name),
        key_hash=secrets.digest(key),
        scopes=json.dumps(wanted),
        made_at=clock.now(),
    )
    await row.save()
    await activity.record(
        "made_token",
        "token",
        row.id,
        actor=member_id,
        member=member_id,
        after={"name": row.name, "scopes": wanted},
    )
    return NewToken(row.id, key, row.name, wanted)


async def check_room(member_id: int, wanted: Sequence[str]) -> None:
    if not wanted:
        raise Refused(Problem("no_scopes", N_("Choose what the token may do."), "scopes"))
    good = (ApiToken.member == member_id) & ApiToken.revoked_at.is_null()
    if await ApiToken.count().where(good) >= MOST_TOKENS:
        message = N_("There are {limit} tokens already: revoke one that is not used any more.")
        raise Refused(
            Problem("too_many_tokens", message, "name", {"limit": MOST_TOKENS}, MOST_TOKENS)
        )


@db.transactional
async def revoke_token(member_id: int, token_id: int) -> None:
    """`NotFound` for a token that is not theirs or is revoked already."""
    rows = await db.fetch(
        "UPDATE api_token SET revoked_at = {} WHERE id = {} AND member = {} "
        "AND revoked_at IS NULL RETURNING name",
        *(clock.now(), token_id, member_id),
    )
    if not rows:
        raise NotFound
    await activity.record("revoked_token", "token", token_id, actor=member_id, member=member_id)
