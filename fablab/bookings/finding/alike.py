"""Machines of which the rules say the same, so that they are asked about once."""

from collections.abc import Hashable

from fablab.bookings.situation import Situation
from fablab.machines.catalogue import MachineView


def alike(view: MachineView, situation: Situation) -> Hashable:
    """What the rules ask of a machine: the same for those that differ in nothing they ask.

    One with seats, or with a booking or a quota of its own, is like no other.
    """
    special = view.units > 1 or view.id in situation.by_machine
    if special or any(terms.machine_id == view.id for terms in situation.quotas):
        return view.id
    return (
        view.policy,
        view.requires,
        view.base,
        view.category.id if view.category else None,
        (view.is_room, view.safety_class, view.supervision, view.buddy_required),
        (view.status, view.dangerous, view.expected_back_at),
    )
