"""Join the lab. Nobody learns here whether an e-mail address has an account already."""

from typing import Any

from fablab.accounts import registering
from fablab.accounts.registering import Person
from fablab.core import db
from fablab.core.errors import Problem, Refused, TooMany
from fablab.core.words import N_
from fablab.lab.place import Place
from fablab.members import codes, passwords, queries, throttling
from fablab.members.passwords import password_problem
from fablab.members.tables import CodePurpose, Member, MemberState
from fablab.members.throttling import LETTERS, LETTERS_OF_ADDRESS, SIGN_UPS
from fablab.notifications.actions import notify

CONFIRM, RESET = CodePurpose.CONFIRM_EMAIL, CodePurpose.RESET_PASSWORD


async def sign_up(person: Person, email: str, password: str, place: Place, from_: str) -> None:
    """Make the account and mail its link; of an address that has one, tell its owner instead.

    The same answer, after the same work, either way. `Refused` with all that is wrong, `TooMany`
    from a sender who does this all day; `from_` is the sender's address.
    """
    columns, email = checked(person, email, password, place)
    await throttling.count(await throttling.by_address("sign_up", from_, SIGN_UPS))
    password_hash = await passwords.hashed(password)
    await join(columns, email, password_hash, again=await is_again(email, password))


async def is_again(email: str, password: str) -> bool:
    """Whether an account of this address has this very password; no faster when there is none."""
    owner = await queries.by_email(email)
    return (await passwords.checked(owner.password_hash if owner else None, password)).right


def checked(person: Person, email: str, password: str, place: Place) -> tuple[dict[str, Any], str]:
    """Everything that is wrong, at once."""
    problems: list[Problem] = []
    columns: dict[str, Any] = {}
    kept = ""
    try:
        columns = registering.facts(person, place)
    except Refused as refused:
        problems += refused.problems
    try:
        kept = registering.address(email)
    except Refused as refused:
        problems += refused.problems
    if problem := password_problem(password, known_of(person, email)):
        problems.append(problem)
    if problems:
        raise Refused(*problems)
    return columns, kept


def known_of(person: Person, email: str) -> list[str]:
    """What everybody who knows somebody would try first as their password."""
    names = person.names
    arabic = f"{names.given_name_ar} {names.family_name_ar}"
    latin = f"{names.given_name_latin} {names.family_name_latin}"
    return [email, email.partition("@")[0], arabic, latin]


@db.transactional
async def join(
    columns: dict[str, Any], email: str, password_hash: str, *, again: bool = True
) -> None:
    await registering.take_turns()
    owner, may_write = await queries.by_email(email), await may_write_to(email)
    if owner is None:
        plan = await registering.public_plan()
        member = await registering.add(
            columns, by=None, email=email, password_hash=password_hash, plan=plan
        )
        await send_link(member.id, email)
    elif may_write:
        await answer_owner(owner, email, again)


async def answer_owner(owner: Member, email: str, again: bool) -> None:
    if owner.state != MemberState.ACTIVE:
        return
    if owner.email_confirmed_at is not None:
        await notify(owner.id, "accounts/account_exists", to=email)
    elif again:
        await send_link(owner.id, email)
    else:
        await send_choice(owner.id, email)


async def send_choice(member_id: int, email: str) -> None:
    """Two chose different passwords for one unconfirmed address: its mailbox decides.

    A link to confirm would ask for a password that one of the two does not know.
    """
    await codes.drop(member_id, CONFIRM, RESET)
    code = await codes.make_link(member_id, RESET, email=email)
    await notify(member_id, "accounts/reset_password", to=email, code=code)


async def send_link(member_id: int, email: str) -> None:
    """The mail that asks whether this is their mailbox. In the caller's transaction."""
    code = await codes.make_link(member_id, CONFIRM, email=email)
    await notify(member_id, "accounts/confirm_email", to=email, code=code)


async def may_write_to(email: str) -> bool:
    """A few letters an hour: nobody fills another's mailbox through us.

    Counted for every address, with an account or without, or the count itself would tell.
    """
    try:
        await throttling.count({throttling.subject("letters", email): LETTERS})
    except TooMany:
        return False
    return True


async def resend(email: str, from_: str) -> None:
    """The link once more, if the address waits for one; the same answer if not."""
    await throttling.count(await throttling.by_address("letters", from_, LETTERS_OF_ADDRESS))
    await answer_waiting(email.strip().lower())


@db.transactional
async def answer_waiting(email: str) -> None:
    if not await may_write_to(email):
        return
    owner = await queries.by_email(email)
    if owner is None or owner.state != MemberState.ACTIVE or owner.email_confirmed_at:
        return
    if await codes.waits(owner.id, RESET):
        await send_choice(owner.id, email)
    else:
        await send_link(owner.id, email)


def link_over() -> Problem:
    return Problem("link_over", N_("This link was used already, or it is too old."))
