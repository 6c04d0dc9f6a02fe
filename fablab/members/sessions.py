"""Browsers in which somebody is signed in, and those that are known to their owner."""

from dataclasses import dataclass
from datetime import timedelta

from fablab.core import clock, db, secrets
from fablab.members.tables import Device, Session

DEVICE_LIFE = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Browser:
    """What a request tells of the browser it comes from. `device`: the cookie it was given."""

    address: str
    agent: str = ""
    device: str = ""


async def end(member_id: int, session_id: int) -> bool:
    """Sign the member out of one browser; False when that session is not theirs."""
    rows = await db.fetch(
        "DELETE FROM session WHERE id = {} AND member = {} RETURNING id", session_id, member_id
    )
    return bool(rows)


async def end_all(member_id: int, *, but: int | None = None) -> int:
    """Sign the member out everywhere, or everywhere but here; how many sessions that were."""
    rows = await db.fetch(
        "DELETE FROM session WHERE member = {} AND id <> {} RETURNING id", member_id, but or 0
    )
    return len(rows)


async def of_member(member_id: int) -> list[Session]:
    """Where they are signed in, the latest seen first."""
    return await (
        Session.objects()
        .where(Session.member == member_id, Session.expires_at > clock.now())
        .order_by(Session.last_seen_at, ascending=False)
    )


async def known_device(member_id: int, browser: Browser) -> int | None:
    """The browser's row, when this member signed in with it before."""
    if not browser.device:
        return None
    found = await Device.objects().get(
        (Device.key_hash == secrets.digest(browser.device)) & (Device.member == member_id)
    )
    return found.id if found else None


async def know(member_id: int, browser: Browser) -> str:
    """Remember the browser, and return the key for its cookie.

    A key that we did not give out ourselves is replaced: somebody may have planted it. Several
    members may share a browser, so one that we did give out stays.
    """
    now = clock.now()
    rows = []
    if browser.device:
        rows = await Device.objects().where(Device.key_hash == secrets.digest(browser.device))
    if mine := next((row for row in rows if row.member == member_id), None):
        await Device.update({Device.seen_at: now}).where(Device.id == mine.id)
        return browser.device
    key = browser.device if rows else secrets.new_token()
    await Device(key_hash=secrets.digest(key), member=member_id, seen_at=now).save()
    return key


async def forget_old() -> None:
    """Sessions that ended and browsers not seen for a year."""
    now = clock.now()
    await Session.delete().where(Session.expires_at < now)
    await Device.delete().where(Device.seen_at < now - DEVICE_LIFE)
