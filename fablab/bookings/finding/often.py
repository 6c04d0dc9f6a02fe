"""A situation that is asked about a thousand periods: what comes again is worked out once."""

from dataclasses import fields, replace
from functools import cache, cached_property
from typing import Any, cast

from fablab.bookings.rules import MachineFacts, Need
from fablab.bookings.situation import Situation
from fablab.core import zones
from fablab.core.periods import Period
from fablab.lab.calendar import Calendar
from fablab.machines.catalogue import MachineView


class Remembering:
    """A calendar that keeps its answers: machines share their grid, and so their periods."""

    def __init__(self, calendar: Calendar) -> None:
        self.calendar = calendar
        self.attends = cache(calendar.attends)
        self.is_staffed = cache(calendar.is_staffed)
        self.open_lab = cache(calendar.open_lab)
        self.next_open_lab = cache(calendar.next_open_lab)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.calendar, name)


class Often(Situation):
    """For one search, and forgotten with it."""

    @classmethod
    def of(cls, situation: Situation) -> "Often":
        known = {each.name: getattr(situation, each.name) for each in fields(situation)}
        calendar = cast(Calendar, Remembering(situation.place.calendar))
        return cls(**known | {"place": replace(situation.place, calendar=calendar)})

    @cached_property
    def kept(self) -> dict[Any, Any]:
        return {}

    def machine(self, view: MachineView) -> MachineFacts:
        if view.id not in self.kept:
            self.kept[view.id] = super().machine(view)
        return cast(MachineFacts, self.kept[view.id])

    def needs(self, view: MachineView, period: Period) -> tuple[Need, ...]:
        """They ask for the day of its start."""
        key = (view.base, view.requires, zones.local_date(period.start, self.place.zone))
        if key not in self.kept:
            self.kept[key] = super().needs(view, period)
        return cast(tuple[Need, ...], self.kept[key])
