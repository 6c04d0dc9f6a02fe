"""Send what waits. A row is leased, its mail sent outside any transaction, then marked.

Two processes never send one row twice; only a crash between sending and marking can repeat a
mail, and then with the same Message-ID.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta

from fablab.core import clock, mail
from fablab.core.errors import Unavailable
from fablab.core.letters import Attachment, Letter, Undeliverable
from fablab.core.mail import Deliver
from fablab.notifications import rendering
from fablab.notifications.leasing import Taken, note, take, waiting
from fablab.notifications.rendering import Reader
from fablab.notifications.tables import MailState

log = logging.getLogger(__name__)

BATCH = 10
LEASE = timedelta(minutes=10)  # longer than BATCH letters may take (mail.PER_LETTER)
Enclosing = Callable[[], Attachment]
Attach = Callable[[Sequence[Taken]], Awaitable[Mapping[int, Enclosing]]]


async def nothing(_: Sequence[Taken]) -> Mapping[int, Enclosing]:
    """Letters go alone."""
    return {}


WAITS = [timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 4 * 60, 12 * 60, 24 * 60)]


async def send_waiting(limit: int = 50, attach: Attach = nothing) -> int:
    """Send up to `limit` waiting mails, oldest first; how many went out.

    One that fails is put off and does not hold up the rest. `attach` says what goes with which,
    by the notice's id.
    """
    if not (due := await waiting(limit)):
        return 0
    sent = 0
    async with mail.post() as deliver:
        for start in range(0, len(due), BATCH):
            until = clock.now() + LEASE
            taken = await take(due[start : start + BATCH], until)
            files = await attach(taken)
            for notice in taken:
                if clock.now() < until:  # else the machine slept, and the row is anybody's
                    sent += await send(notice, deliver, files.get(notice.id))
    return sent


async def send(notice: Taken, deliver: Deliver, enclosing: Enclosing | None = None) -> bool:
    """Try once, and write down how it went."""
    if notice.reader is None:
        return await finish(notice, MailState.NONE, "The account is closed.")
    try:
        await deliver(await letter(notice, notice.reader, enclosing))
    except Unavailable:
        raise  # the database, not the mail
    except Undeliverable as never:
        return await finish(notice, MailState.FAILED, str(never))
    except mail.LATER as error:
        log.warning("Notice %s was not mailed: %s", notice.id, type(error).__name__)
        return await put_off(notice, error)
    except Exception as error:
        log.exception("Notice %s was not mailed.", notice.id)
        return await put_off(notice, error)
    await finish(notice, MailState.SENT)
    return True


async def letter(notice: Taken, to: Reader, enclosing: Enclosing | None = None) -> Letter:
    [facts] = await rendering.completed([(notice.template, notice.facts)])
    told = await rendering.mailed(notice.template, facts, to)
    return Letter(
        to=notice.address,
        name=to.name(to.language),
        subject=told.subject,
        text=told.text,
        html=told.html,
        language=to.language,
        mark=f"{notice.written_at:%Y%m%dT%H%M%SZ}.{notice.id}",
        at=clock.now(),
        attachments=(enclosing(),) if enclosing else (),
    )


async def put_off(notice: Taken, error: Exception) -> bool:
    """Try again a while later, longer each time; at last give up, with the reason."""
    reason = f"{type(error).__name__}: {error}"
    if notice.attempts > len(WAITS):
        return await finish(notice, MailState.FAILED, reason)
    await note(notice, next_try_at=clock.now() + WAITS[notice.attempts - 1], error=reason)
    return False


async def finish(notice: Taken, state: MailState, reason: str = "") -> bool:
    if reason:
        log.warning("Notice %s will not be mailed: %s", notice.id, reason)
    now = clock.now() if state is MailState.SENT else None
    await note(notice, mail_state=state, sent_at=now, error=reason)
    return False
