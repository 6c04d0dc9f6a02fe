"""Places in line as pages show them."""

from collections.abc import Iterable
from dataclasses import dataclass

from fablab.bookings.waitlist.queries import Entry, Standing, category_of
from fablab.machines.catalogue import Catalogue, CategoryView, MachineView


@dataclass(frozen=True, slots=True)
class InLine:
    """A place in line with what is waited for, and the machine that is offered."""

    standing: Standing
    what: MachineView | CategoryView
    offered: MachineView | None

    @property
    def entry(self) -> Entry:
        return self.standing.entry

    @property
    def is_family(self) -> bool:
        return isinstance(self.what, CategoryView)


def in_line(found: Iterable[Standing], machines: Catalogue) -> list[InLine]:
    shown = []
    for each in found:
        entry, offered = each.entry, each.offered
        view = machines.by_id(entry.machine_id) if entry.machine_id else None
        what = view or category_of(entry.category_id, machines)
        if what is not None:
            machine = machines.by_id(offered.machine_id) if offered else None
            shown.append(InLine(each, what, machine))
    return shown
