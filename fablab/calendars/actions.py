"""Giving out secret addresses of calendars, and taking them back."""

from dataclasses import dataclass
from datetime import timedelta

from fablab.activity.actions import record
from fablab.calendars.queries import Subscribed
from fablab.calendars.tables import Feed
from fablab.core import clock, db, secrets
from fablab.core.errors import NotFound, Problem, Refused
from fablab.core.words import N_
from fablab.machines.catalogue import Catalogue
from fablab.members.tables import Member

MOST = 20
USED_EVERY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class NewFeed:
    """A feed's key, to be shown once."""

    id: int
    key: str


@db.transactional
async def subscribe(member_id: int, machine: str, machines: Catalogue) -> NewFeed:
    """A feed of one's own bookings, or of the machine of that slug. `Refused` beyond MOST."""
    view = machines.seen(machine) if machine else None
    if machine and view is None:
        message = N_("There is no machine of this name.")
        raise Refused(Problem("unknown_machine", message, "machine"))
    await db.locked(Member, member_id)
    good = (Feed.member == member_id) & Feed.revoked_at.is_null()
    if await Feed.count().where(good) >= MOST:
        message = N_("There are {limit} calendar addresses already: revoke one that is not used.")
        raise Refused(Problem("too_many_feeds", message, None, {"limit": MOST}, MOST))
    key = secrets.new_token()
    row = Feed(
        key_hash=secrets.digest(key),
        member=member_id,
        machine=view.id if view else None,
        made_at=clock.now(),
    )
    await row.save()
    after = {"machine": view.slug} if view else {}
    await record("made_feed", "feed", row.id, actor=member_id, member=member_id, after=after)
    return NewFeed(row.id, key)


@db.transactional
async def revoke(member_id: int, feed_id: int) -> None:
    """`NotFound` for one that is not theirs or is revoked already."""
    rows = await db.fetch(
        "UPDATE feed SET revoked_at = {}, revoked_by = {} WHERE id = {} AND member = {}"
        " AND revoked_at IS NULL RETURNING id",
        *(clock.now(), member_id, feed_id, member_id),
    )
    if not rows:
        raise NotFound
    await record("revoked_feed", "feed", feed_id, actor=member_id, member=member_id)


async def was_used(feed: Subscribed) -> None:
    """So that its owner sees which are still asked for; written once a day."""
    now = clock.now()
    if feed.last_used_at is None or now - feed.last_used_at > USED_EVERY:
        await note_use(feed.id)


@db.transactional
async def note_use(feed_id: int) -> None:
    await Feed.update({Feed.last_used_at: clock.now()}).where(Feed.id == feed_id)
