"""Come in with a password, or with a code that staff read out. Sessions are the web's affair."""

from dataclasses import dataclass

from fablab.activity import actions as activity
from fablab.core import db
from fablab.core.errors import Problem, Refused
from fablab.core.words import N_
from fablab.members import codes, passwords, queries, sessions, throttling
from fablab.members.sessions import Browser
from fablab.members.tables import CodePurpose, Member
from fablab.members.throttling import Counted


@dataclass(frozen=True, slots=True)
class Welcome:
    """Who came in, and the key by which we shall know the browser again.

    `reset`: a token with which a new password may be set at once.
    """

    member: int
    device: str
    reset: str = ""


async def sign_in(login: str, password: str, browser: Browser) -> Welcome:
    """`Refused` when the two do not go together, `TooMany` after too many tries.

    An account that does not exist takes as long, and is throttled, as one that does.
    """
    member, counted = await try_once(login, browser)
    verdict = await passwords.checked(member.password_hash if member else None, password)
    if member is None or not verdict.right:
        raise Refused(Problem("wrong_sign_in", WRONG))
    return await let_in(member, verdict.rehashed, counted, browser)


WRONG = N_("This e-mail or number and this password do not go together.")
WRONG_CODE = N_("This number and this code do not go together, or the code is too old.")


async def try_once(login: str, browser: Browser) -> tuple[Member | None, Counted]:
    """Count the try before anything is judged.

    What is counted is what was typed: counting the account would tell which number and which
    e-mail are one, and that there is one at all.
    """
    member = await queries.by_login(login)
    device = await sessions.known_device(member.id if member else 0, browser)
    counted = await throttling.guesses(queries.spelled(login), browser.address, device)
    await throttling.count(counted)
    return member, counted


@db.transactional
async def let_in(
    member: Member, rehashed: str | None, counted: Counted, browser: Browser
) -> Welcome:
    await throttling.right(counted)
    if rehashed:
        await Member.update({Member.password_hash: rehashed}).where(
            Member.id == member.id, Member.password_hash == member.password_hash
        )
    return Welcome(member.id, await sessions.know(member.id, browser))


async def sign_in_with_code(login: str, code: str, browser: Browser) -> Welcome:
    """A code from the desk: works once, within its minutes, and lets set a new password."""
    member, counted = await try_once(login, browser)
    return await let_in_by_code(member, code, counted, browser)


@db.transactional
async def let_in_by_code(
    member: Member | None, code: str, counted: Counted, browser: Browser
) -> Welcome:
    member_id = member.id if member else 0
    found = await codes.alive(codes.spoken_hash(member_id, code), CodePurpose.SIGN_IN)
    if member is None or found is None or not await codes.use(found.id):
        raise Refused(Problem("wrong_code", WRONG_CODE))
    await throttling.right(counted)
    await activity.record(
        "signed_in_by_code", "member", member.id, actor=member.id, member=member.id
    )
    link = await codes.make_link(member.id, CodePurpose.RESET_PASSWORD)
    return Welcome(member.id, await sessions.know(member.id, browser), await codes.token_of(link))
