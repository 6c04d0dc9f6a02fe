"""What programs send and get about the waitlist and its offers."""

from datetime import datetime
from typing import Annotated

import msgspec

from fablab.bookings.schemas import Slug
from fablab.bookings.waitlist.queries import Offered, Standing, category_of
from fablab.core.zones import iso
from fablab.lab.place import Place
from fablab.machines.catalogue import Catalogue


class WaitingWish(msgspec.Struct):
    """A machine, or any of a category, for so many minutes at some time between `from` and `to`.

    `minutes` left out is the whole of that time. `member` is known and nobody's to set: 403.
    """

    from_: datetime = msgspec.field(name="from")
    to: datetime
    machine: Slug | None = None
    category: Slug | None = None
    minutes: Annotated[int, msgspec.Meta(ge=1, le=10_080)] | None = None
    project: Slug | None = None
    material: Slug | None = None
    own_material: bool = False
    member: int | None = None


class OfferShown(msgspec.Struct):
    """Time that is held for whoever stood in line, until `decide_by`."""

    id: int
    machine: str
    starts_at: str
    ends_at: str
    decide_by: str


class WaitingShown(msgspec.Struct, kw_only=True):
    """Somebody's place in line: 1 is the first. `skipped`: the rules that kept them last time."""

    id: int
    machine: str | None
    category: str | None
    from_: str = msgspec.field(name="from")
    to: str
    minutes: int
    state: str
    place: int
    offer: OfferShown | None
    skipped: list[str]
    made_at: str


class WaitingList(msgspec.Struct):
    items: list[WaitingShown]
    next: str | None = None


def shown(found: Standing, place: Place, machines: Catalogue) -> WaitingShown:
    entry, zone = found.entry, place.zone
    view = machines.by_id(entry.machine_id) if entry.machine_id else None
    category = category_of(entry.category_id, machines)
    return WaitingShown(
        id=entry.id,
        machine=view.slug if view else None,
        category=category.slug if category else None,
        from_=iso(entry.window.start, zone),
        to=iso(entry.window.end, zone),
        minutes=int(entry.length.total_seconds()) // 60,
        state=entry.state,
        place=found.place,
        offer=offer_shown(found.offered, place, machines) if found.offered else None,
        skipped=list(found.skipped),
        made_at=iso(found.made_at, zone),
    )


def offer_shown(offered: Offered, place: Place, machines: Catalogue) -> OfferShown:
    view = machines.by_id(offered.machine_id)
    assert view is not None
    return OfferShown(
        id=offered.id,
        machine=view.slug,
        starts_at=iso(offered.period.start, place.zone),
        ends_at=iso(offered.period.end, place.zone),
        decide_by=iso(offered.decide_by, place.zone),
    )
