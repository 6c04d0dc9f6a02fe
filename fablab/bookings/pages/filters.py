"""What the day is narrowed to, as its address says it: other days and the live page keep it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from urllib.parse import urlencode

from fablab.bookings.pages.lanes import Lane
from fablab.machines.catalogue import Catalogue, CategoryView, MachineView

ROOMS = "rooms"  # the slug of what has no category
NOW = "now"
LENGTHS = {str(minutes): timedelta(minutes=minutes) for minutes in (30, 60, 120, 240, 480)}


@dataclass(frozen=True, kw_only=True)
class Filters:
    """`categories` and `folded` are slugs in the catalogue's order; no category means all.

    `free` is `now`, a number of minutes that must be free in one piece, or empty. `folded` hides
    what stands under a name and takes nothing out.
    """

    categories: tuple[str, ...] = ()
    free: str = ""
    mine: bool = False
    folded: tuple[str, ...] = ()

    @cached_property
    def chosen(self) -> list[tuple[str, str]]:
        """What narrows, as an address says it."""
        free = [("free", self.free)] if self.free else []
        mine = [("mine", "1")] if self.mine else []
        return [*(("category", slug) for slug in self.categories), *free, *mine]

    @cached_property
    def kept(self) -> str:
        """All of it, to be put after a date."""
        said = urlencode(self.fields)
        return f"&{said}" if said else ""

    @property
    def fields(self) -> list[tuple[str, str]]:
        """The same for the hidden fields of a form, as often as each comes."""
        return [*self.chosen, *(("folded", slug) for slug in self.folded)]

    def options(self, categories: Iterable[CategoryView]) -> list[tuple[str, CategoryView | None]]:
        """The chosen categories, to be named one by one."""
        known = {category.slug: category for category in categories}
        return [(slug, known.get(slug)) for slug in self.categories]

    def address(self, day: date) -> str:
        return f"/schedule?date={day}{self.kept}"

    def without(self, name: str, value: str = "") -> "Filters":
        """One thing less."""
        if name == "category":
            rest = tuple(slug for slug in self.categories if slug != value)
            return replace(self, categories=rest)
        return replace(self, free="") if name == "free" else replace(self, mine=False)

    @property
    def everything(self) -> "Filters":
        return Filters(folded=self.folded)

    def turned(self, mine: bool) -> "Filters":
        return replace(self, mine=mine)

    def turning(self, day: date, slug: str) -> str:
        """Where the group of that name is folded, or opened again."""
        if slug not in self._turned:
            rest = tuple(each for each in self.folded if each != slug)
            turned = replace(self, folded=rest if slug in self.folded else (*rest, slug))
            self._turned[slug] = turned.kept
        return f"/schedule?date={day}{self._turned[slug]}#g-{slug}"

    @cached_property
    def _turned(self) -> dict[str, str]:
        return {}

    def includes(self, view: MachineView) -> bool:
        return not self.categories or slug_of(view.category) in self.categories

    def suits(self, lane: Lane, today: bool) -> bool:
        """Whether it is free as long as asked. Of another day than today, now means some time."""
        if not self.free:
            return True
        if self.free == NOW and today:
            return lane.state.kind == NOW
        least = LENGTHS.get(self.free, timedelta(0))
        return any(piece.kind == "free" and piece.length >= least for piece in lane.pieces)


NOTHING = Filters()


def slug_of(category: CategoryView | None) -> str:
    return category.slug if category else ROOMS


def slugs(machines: Catalogue) -> list[str]:
    return [*(category.slug for category in machines.categories), ROOMS]


def read(
    machines: Catalogue,
    categories: Iterable[str] | None,
    free: str | None,
    mine: str | None,
    folded: Iterable[str] | None,
) -> Filters:
    """What an address asks for; what nobody knows is left out."""
    if not (categories or free or mine or folded):
        return NOTHING
    known = slugs(machines)
    wanted = free or ""
    return Filters(
        categories=of_these(known, categories),
        free=wanted if wanted == NOW or wanted in LENGTHS else "",
        mine=bool(mine),
        folded=of_these(known, folded),
    )


def of_these(known: Sequence[str], asked: Iterable[str] | None) -> tuple[str, ...]:
    wanted = set(asked or ())
    return tuple(slug for slug in known if slug in wanted)
