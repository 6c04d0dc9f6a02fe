"""What the forms of the waitlist send."""

from datetime import datetime, timedelta
from typing import Annotated

import msgspec

from fablab.bookings.materials import said
from fablab.bookings.queries import project_of
from fablab.bookings.waitlist.actions import Wanted
from fablab.core.errors import NotFound
from fablab.core.periods import Period
from fablab.machines.catalogue import Catalogue, MachineView
from fablab.members.viewer import Viewer


class WaitForm(msgspec.Struct):
    """A machine, or `any` of its family, at some time within the window.

    Without `minutes`, the whole of it.
    """

    machine: str
    window_start: datetime
    window_end: datetime
    minutes: Annotated[int, msgspec.Meta(ge=1, le=10_080)] | None = None
    any: bool = False
    project: str = ""
    material: str = ""
    own_material: bool = False

    async def wanted(self, viewer: Viewer, machines: Catalogue) -> Wanted:
        view = machine_called(self.machine, viewer, machines)
        window = Period(self.window_start, self.window_end)
        of_family = self.any and view.category is not None
        return Wanted(
            machine_id=None if of_family else view.id,
            category_id=view.category.id if of_family and view.category else None,
            window=window,
            length=timedelta(minutes=self.minutes) if self.minutes else window.length,
            project_id=await project_of(viewer.id, self.project) if self.project else None,
            material=said(self.material, machines) or "",
            own_material=self.own_material,
        )


def machine_called(slug: str, viewer: Viewer, machines: Catalogue) -> MachineView:
    view = machines.seen(slug, staff=viewer.is_staff)
    if view is None:
        raise NotFound("machine")
    return view
