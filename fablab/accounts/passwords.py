"""A forgotten password, and a changed one."""

from fablab.accounts.signing_up import link_over
from fablab.activity import actions as activity
from fablab.core import clock, db
from fablab.core.errors import Problem, Refused
from fablab.core.secrets import digest
from fablab.core.words import N_
from fablab.members import codes, passwords, queries, sessions, throttling
from fablab.members.passwords import password_problem
from fablab.members.tables import ApiToken, CodePurpose, Member, MemberState, OneTimeCode
from fablab.members.throttling import LETTERS, LETTERS_OF_ADDRESS, PAIR
from fablab.notifications.actions import notify

RESET = CodePurpose.RESET_PASSWORD


async def forgotten(email: str, from_: str) -> None:
    """Mail a link to whoever has this address; the same answer when nobody has.

    `TooMany` from a sender, or about an address, that asks all day.
    """
    kept = email.strip().lower()
    letters = {throttling.subject("letters", kept): LETTERS}
    senders = await throttling.by_address("letters", from_, LETTERS_OF_ADDRESS)
    await throttling.count(letters | senders)
    await send_link(kept)


@db.transactional
async def send_link(email: str) -> None:
    member = await queries.by_email(email)
    if member is None or member.state != MemberState.ACTIVE:
        return
    await codes.drop(member.id, RESET)
    code = await codes.make_link(member.id, RESET, email=email)
    await activity.record("asked_for_reset", "member", member.id, actor=None, member=member.id)
    await notify(member.id, "accounts/reset_password", to=email, code=code)


async def look(token: str) -> bool:
    """Whether the link still works. Looking does not use it up."""
    return await codes.alive(digest(token), RESET) is not None


async def reset(token: str, password: str) -> int:
    """The new password, by a link: sessions and tokens end, the owner is told. Their id."""
    code = await codes.alive(digest(token), RESET)
    if code is None:
        raise Refused(link_over())
    check(password, await queries.by_id(code.member))
    return await set_by_link(code, await passwords.hashed(password))


@db.transactional
async def set_by_link(code: OneTimeCode, password_hash: str) -> int:
    member = await db.locked(Member, code.member)
    if member.state != MemberState.ACTIVE or not await codes.use(code.id):
        raise Refused(link_over())
    if code.email and code.email == member.email and member.email_confirmed_at is None:
        await Member.update({Member.email_confirmed_at: clock.now()}).where(Member.id == member.id)
    await keep(member, password_hash)
    await codes.drop(member.id, CodePurpose.CONFIRM_EMAIL)
    await sessions.end_all(member.id)
    await revoke_tokens(member.id)
    return int(member.id)


async def revoke_tokens(member_id: int) -> None:
    """Who had the old password may have made tokens with it."""
    good = (ApiToken.member == member_id) & ApiToken.revoked_at.is_null()
    await ApiToken.update({ApiToken.revoked_at: clock.now()}).where(good)


async def change(member_id: int, old: str, new: str, *, session_id: int | None) -> None:
    """A new password in exchange for the old one; every other browser is signed out.

    Somebody who came in by a code and never had one needs no old one.
    """
    member = await queries.by_id(member_id)
    check(new, member, "new_password")
    if member.password_hash is not None:
        await prove(member, old)
    await exchange(member, await passwords.hashed(new), session_id)


async def prove(member: Member, password: str, about: str = "old_password") -> None:
    """It is really them, and not somebody at a browser left open. Tries are counted."""
    counted = {throttling.subject("prove", member.id): PAIR}
    await throttling.count(counted)
    verdict = await passwords.checked(member.password_hash, password)
    if not verdict.right:
        raise Refused(Problem("wrong_password", N_("This is not your password."), about))
    await throttling.right(counted)


@db.transactional
async def exchange(member: Member, password_hash: str, session_id: int | None) -> None:
    now = await db.locked(Member, member.id)
    if now.password_hash != member.password_hash:
        message = N_("Your password was changed meanwhile.")
        raise Refused(Problem("wrong_password", message, "old_password"))
    await keep(now, password_hash)
    await sessions.end_all(member.id, but=session_id)


async def keep(member: Member, password_hash: str) -> None:
    await Member.update({Member.password_hash: password_hash}).where(Member.id == member.id)
    await codes.drop(member.id, RESET, CodePurpose.SIGN_IN)
    await activity.record(
        "changed_password", "member", member.id, actor=member.id, member=member.id
    )
    await notify(member.id, "accounts/password_changed", changed_at=clock.now())


def check(password: str, member: Member, about: str = "password") -> None:
    called = queries.called(member.to_dict())
    email = member.email or ""
    known = [email, email.partition("@")[0], called.ar, called.fr, str(member.number)]
    if problem := password_problem(password, filter(None, known), about):
        raise Refused(problem)
