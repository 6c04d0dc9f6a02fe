"""Putting up a shared tablet, and taking its key away."""

from fablab.activity.actions import record
from fablab.core import clock, db
from fablab.core.errors import NotFound, Problem, Refused
from fablab.core.secrets import digest, new_token
from fablab.core.words import N_
from fablab.kiosk.tables import Kiosk
from fablab.members.rules import tidy


@db.transactional
async def put_up(actor_id: int, name: str, machine_id: int | None, *, instead_of: str = "") -> str:
    """A new tablet; the key for its browser, which is kept nowhere else.

    `instead_of`: the key that browser had until now, which ends.
    """
    called = tidy(name)
    if not called:
        raise Refused(Problem("required", N_("Say where the tablet stands."), "name"))
    now, key = clock.now(), new_token()
    if instead_of:
        await Kiosk.update({Kiosk.revoked_at: now, Kiosk.revoked_by: actor_id}).where(
            Kiosk.key_hash == digest(instead_of), Kiosk.revoked_at.is_null()
        )
    made = await Kiosk.objects().create(
        name=called, key_hash=digest(key), machine=machine_id, made_at=now, made_by=actor_id
    )
    after = {"name": called, "machine": machine_id}
    await record("put_up", "kiosk", made.id, actor=actor_id, after=after)
    return key


@db.transactional
async def revoke(actor_id: int, kiosk_id: int) -> None:
    """From now on that browser is nobody. `NotFound` when it was revoked already."""
    rows = await db.fetch(
        "UPDATE kiosk SET revoked_at = {}, revoked_by = {} WHERE id = {} AND revoked_at IS NULL "
        "RETURNING id",
        *(clock.now(), actor_id, kiosk_id),
    )
    if not rows:
        raise NotFound("kiosk")
    await record("revoked", "kiosk", kiosk_id, actor=actor_id)


@db.transactional
async def note_seen(kiosk_id: int) -> None:
    await Kiosk.update({Kiosk.last_seen_at: clock.now()}).where(Kiosk.id == kiosk_id)
