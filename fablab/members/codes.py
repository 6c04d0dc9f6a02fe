"""Links in mails and codes read out at the desk: each works once, for a while.

A link's token is derived from a random nonce and the installation's key whenever the mail is
written, so that neither a stolen database nor a stolen outbox opens anything.
"""

import re
from datetime import timedelta

from fablab.core import clock, db, secrets
from fablab.core.settings import settings
from fablab.members.tables import CodePurpose, OneTimeCode

LIFE = {
    CodePurpose.CONFIRM_EMAIL: timedelta(days=3),
    CodePurpose.RESET_PASSWORD: timedelta(hours=1),
    CodePurpose.SIGN_IN: timedelta(minutes=15),
}
PAGES = {CodePurpose.CONFIRM_EMAIL: "confirm", CodePurpose.RESET_PASSWORD: "reset"}


async def make_link(
    member_id: int, purpose: CodePurpose, *, email: str | None = None, by: int | None = None
) -> int:
    """A new link's id, for a mail's facts. Called inside the transaction that sends the mail."""
    nonce = secrets.new_token()
    return await keep(member_id, purpose, secrets.digest(token(purpose, nonce)), nonce, email, by)


async def make_spoken(member_id: int, by: int | None) -> str:
    """A new sign-in code, to be shown once; those made before stop working."""
    await drop(member_id, CodePurpose.SIGN_IN)
    code = secrets.new_code()
    await keep(member_id, CodePurpose.SIGN_IN, spoken_hash(member_id, code), "", None, by)
    return code


async def keep(
    member_id: int,
    purpose: CodePurpose,
    code_hash: str,
    nonce: str,
    email: str | None,
    by: int | None,
) -> int:
    now = clock.now()
    row = OneTimeCode(
        member=member_id,
        purpose=purpose,
        code_hash=code_hash,
        nonce=nonce,
        email=email,
        made_at=now,
        made_by=by,
        expires_at=now + LIFE[purpose],
    )
    await row.save()
    return row.id


def token(purpose: str, nonce: str) -> str:
    return secrets.signature(f"code {purpose}", nonce)


def spoken_hash(member_id: int, code: str) -> str:
    """A spoken code is short: it is kept under our key, so that no list of hashes reveals it."""
    plain = re.sub(r"[\s-]", "", code).upper()
    return secrets.signature("code spoken", f"{member_id}\n{plain}")


async def link(code_id: int) -> str:
    """The address of a mail's link, whole. Asked while the mail is written, never stored."""
    found = await by_id(code_id)
    base = settings.base_url.rstrip("/")
    return f"{base}/{PAGES[CodePurpose(found.purpose)]}/{token(found.purpose, found.nonce)}"


async def token_of(code_id: int) -> str:
    """The token alone, for a person who is here already and needs no mail."""
    found = await by_id(code_id)
    return token(found.purpose, found.nonce)


async def by_id(code_id: int) -> OneTimeCode:
    found = await OneTimeCode.objects().get(OneTimeCode.id == code_id)
    if found is None:
        raise LookupError(f"There is no code {code_id}.")
    return found


async def alive(code_hash: str, purpose: CodePurpose) -> OneTimeCode | None:
    """The code that somebody shows, if it still works. Looking at it does not use it up."""
    found = await OneTimeCode.objects().get(
        (OneTimeCode.code_hash == code_hash)
        & (OneTimeCode.purpose == purpose)
        & OneTimeCode.used_at.is_null()
    )
    return found if found and found.expires_at > clock.now() else None


async def waits(member_id: int, purpose: CodePurpose) -> bool:
    """Whether the member has one for this that still works."""
    return await OneTimeCode.exists().where(
        OneTimeCode.member == member_id,
        OneTimeCode.purpose == purpose,
        OneTimeCode.used_at.is_null(),
        OneTimeCode.expires_at > clock.now(),
    )


async def use(code_id: int) -> bool:
    """Use it up. Of several at once, exactly one hears True."""
    rows = await db.fetch(
        "UPDATE one_time_code SET used_at = {} WHERE id = {} AND used_at IS NULL RETURNING id",
        clock.now(),
        code_id,
    )
    return bool(rows)


async def drop(member_id: int, *purposes: CodePurpose) -> None:
    """Whatever links or codes the member still has for this stop working."""
    await OneTimeCode.update({OneTimeCode.used_at: clock.now()}).where(
        OneTimeCode.member == member_id,
        OneTimeCode.purpose.is_in(list(purposes)),
        OneTimeCode.used_at.is_null(),
    )


async def forget_old() -> None:
    """Codes that stopped working a month ago; until then they show who made them, and when."""
    month = timedelta(days=30)
    await OneTimeCode.delete().where(OneTimeCode.expires_at < clock.now() - month)
