"""What goes into a machine, as a form asks it and as somebody answers it."""

from dataclasses import dataclass

from fablab.bookings.rules import Facts, Wish, materials
from fablab.bookings.rules.materials import UNKNOWN
from fablab.bookings.tables import Booking
from fablab.core import i18n
from fablab.core.errors import Problem, Refused
from fablab.core.words import N_
from fablab.machines.catalogue import Catalogue, MachineView, MaterialName

ACCEPTED = "accepted"  # a form's word for whatever is accepted there


@dataclass(frozen=True, slots=True)
class Lists:
    """The machine's lists; `others` are those of the lab that it does not name."""

    accepted: tuple[MaterialName, ...]
    restricted: tuple[MaterialName, ...]
    banned: tuple[MaterialName, ...]
    others: tuple[MaterialName, ...]

    def options(self, which: str) -> list[tuple[str, str]]:
        """Of one list, for a select: slug and name in the reader's language."""
        names: tuple[MaterialName, ...] = getattr(self, which)
        return [(each.slug, each.name.say(i18n.language.get())) for each in names]


def lists_of(view: MachineView, machines: Catalogue) -> Lists | None:
    """None where the machine asks nothing."""
    if not view.asks_material:
        return None
    named = {each.slug for each in (*view.accepted, *view.restricted, *view.banned)}
    others = tuple(each for each in machines.materials.values() if each.slug not in named)
    return Lists(view.accepted, view.restricted, view.banned, others)


def material_called(slug: str | None, machines: Catalogue) -> str:
    """One of the lab's materials, `unknown`, or nothing; `Refused` for any other word."""
    if not slug or slug == UNKNOWN or slug in machines.materials:
        return slug or ""
    message = N_("There is no material of this name.")
    raise Refused(Problem("unknown_material", message, "material"))


def said(text: str, machines: Catalogue) -> str | None:
    """What a form sent: None where it did not ask, nothing for `accepted`."""
    if not text:
        return None
    return "" if text == ACCEPTED else material_called(text, machines)


def name_of(slug: str, machines: Catalogue) -> MaterialName | None:
    return machines.materials.get(slug)


def why_not_in(booking: Booking, wish: Wish, facts: Facts) -> list[Problem]:
    """At check-in: banned is banned; what nobody agreed to before needs staff now."""
    found = [materials.is_not_banned(wish, facts)]
    if wish.material != booking.material:
        found.append(materials.staff_have_agreed(wish, facts))
    return [problem for problem in found if problem]
