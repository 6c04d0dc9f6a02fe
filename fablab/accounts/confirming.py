"""Follow the link that asks whether a mailbox is theirs.

The link alone proves the mailbox and not the account: whoever signed up with somebody else's
address, or changed theirs to it, knows the account's password. Did its owner's press of a button
confirm it, the stranger would hold a confirmed account in their name. So the account is proved
too: by its password, or by being signed in to it. An account that staff made has no password yet
and is nobody else's: there the link is enough.
"""

from dataclasses import dataclass

from fablab.accounts import registering
from fablab.accounts.passwords import prove
from fablab.accounts.signing_in import Welcome
from fablab.accounts.signing_up import CONFIRM, link_over
from fablab.activity import actions as activity
from fablab.core import clock, db
from fablab.core.errors import Problem, Refused
from fablab.core.secrets import digest
from fablab.core.words import N_
from fablab.members import codes, queries, sessions
from fablab.members.sessions import Browser
from fablab.members.tables import Member, MemberState, OneTimeCode
from fablab.notifications.actions import notify


@dataclass(frozen=True, slots=True)
class Question:
    """What a link asks: is this your address? `password`: and what is the account's password?"""

    email: str
    password: bool


async def look(token: str, asker: int | None = None) -> Question | None:
    """What the link asks of whoever follows it, or None when it is over."""
    code = await codes.alive(digest(token), CONFIRM)
    if code is None or code.email is None:
        return None
    return Question(code.email, asks_password(await queries.by_id(code.member), asker))


def asks_password(member: Member, asker: int | None) -> bool:
    return member.password_hash is not None and member.id != asker


async def confirm(
    token: str, browser: Browser, password: str = "", asker: int | None = None
) -> Welcome:
    """The mailbox and the account are theirs, and they are in. `asker`: who is signed in here.

    `Refused` when the link is over or the password wrong, `TooMany` after too many guesses.
    """
    code = await codes.alive(digest(token), CONFIRM)
    if code is None:
        raise Refused(link_over())
    member = await queries.by_id(code.member)
    if asks_password(member, asker):
        if not password:
            raise Refused(Problem("required", N_("This is needed."), "password"))
        await prove(member, password, "password")
    return await keep(code, browser)


@db.transactional
async def keep(code: OneTimeCode, browser: Browser) -> Welcome:
    await registering.take_turns()
    member = await db.locked(Member, code.member)
    if code.email is None or member.state != MemberState.ACTIVE or not await codes.use(code.id):
        raise Refused(link_over())
    await registering.check_free(code.email, member.id)
    before = member.email
    await Member.update({Member.email: code.email, Member.email_confirmed_at: clock.now()}).where(
        Member.id == member.id
    )
    await codes.drop(member.id, CONFIRM)
    await activity.record("confirmed_email", "member", member.id, actor=member.id, member=member.id)
    if before and before != code.email:
        await notify(member.id, "accounts/email_changed", to=before)
    return Welcome(member.id, await sessions.know(member.id, browser))
