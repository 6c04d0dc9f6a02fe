"""Machines and categories for programs. Public; with a token each machine says `usable_by_me`."""

import msgspec
from litestar import get
from litestar.params import FromPath

from fablab.bookings.knowing import known
from fablab.bookings.situation import Situation
from fablab.bookings.usable import reasons
from fablab.core import clock
from fablab.core.errors import NotFound
from fablab.machines.catalogue import Catalogue, MachineView
from fablab.machines.queries import catalogue
from fablab.machines.schemas import (
    CategoryList,
    MachineList,
    MachineShown,
    ReasonShown,
    Usable,
    UsableShown,
    category_shown,
    machine_shown,
)
from fablab.members.viewer import Viewer
from fablab.web.auth import Asker
from fablab.web.describing import described
from fablab.web.problems import violation

TAGS = ["machines"]


async def looked_up(viewer: Viewer | None) -> tuple[Catalogue, Situation | None]:
    if viewer is None:
        return await catalogue(), None
    situation = await known(viewer.id, clock.now())
    return situation.catalogue, situation


def usable(situation: Situation | None, machine: MachineView) -> Usable:
    """Whether the asker may book it, and every reason why not; nothing when nobody is known."""
    if situation is None:
        return msgspec.UNSET
    found = reasons(situation, machine, situation.now)
    shown = [msgspec.convert(violation(problem), ReasonShown) for problem in found]
    return UsableShown(not shown, shown)


@get("/machines", name="api:machines", tags=TAGS, opt=described(gives=MachineList))
async def machines(viewer: Asker) -> MachineList:
    """Every machine and room, in the lab's order.

    Hidden and retired ones are listed for staff only. The list is always complete: `next` is null.
    """
    found, situation = await looked_up(viewer)
    shown = found.visible(staff=bool(viewer and viewer.is_staff))
    return MachineList([machine_shown(each, usable(situation, each)) for each in shown], None)


@get("/machines/{slug:str}", name="api:machine", tags=TAGS, opt=described(gives=MachineShown))
async def machine(viewer: Asker, slug: FromPath[str]) -> MachineShown:
    """One machine: status, requirements, materials, and the booking policy in force."""
    found, situation = await looked_up(viewer)
    view = found.seen(slug, staff=bool(viewer and viewer.is_staff))
    if view is None:
        raise NotFound("machine")
    return machine_shown(view, usable(situation, view))


@get("/categories", name="api:categories", tags=TAGS, opt=described(gives=CategoryList))
async def categories() -> CategoryList:
    """The families of machines, in the lab's order. Always complete: `next` is null."""
    found = await catalogue()
    return CategoryList([category_shown(each) for each in found.categories], None)


ROUTES = [machines, machine, categories]
