"""The one way a booking gets into the made-up history: asked for, judged, written down."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from fablab.core.periods import Period
from fablab.demo.cast import BASE, Bookable, Cast, Person
from fablab.demo.diary import Diary, Fate, Planned

DAY = timedelta(days=1)
USUAL_LEAD_DAYS = 2.5
LONGEST_LEAD_DAYS = 14
SHORTEST_LEAD = timedelta(minutes=20)
JUST_NOW = timedelta(minutes=5)
LATELY = timedelta(hours=5)
MORNING = 7
FOR_THE_PROJECT = 0.7
WAYS = ("web", "web", "web", "kiosk")


@dataclass(frozen=True, slots=True)
class Story:
    """Who there is, what is planned, and the dice."""

    cast: Cast
    diary: Diary
    dice: random.Random

    def book(
        self,
        person: Person,
        machine: Bookable,
        period: Period,
        fate: Fate = Fate.KEPT,
        material: str = "",
    ) -> bool:
        """Plan it if the rules allow it and a unit is free; tell whether it was planned."""
        busy = Period(period.start, period.end + machine.policy.turnaround_after)
        unit = self.diary.free_unit(machine, busy)
        if unit is None or not self.diary.suits(person, machine, period):
            return False
        supervisor = self.supervisor(person, machine, period)
        buddy = self.buddy(person, machine, period, supervisor)
        if (machine.supervision and not supervisor) or (machine.buddy_required and not buddy):
            return False
        self.diary.add(
            Planned(
                machine=machine,
                unit=unit,
                period=period,
                fate=fate,
                member=person,
                made_at=self.diary.now - LATELY
                if fate == Fate.ASKED
                else self.made_at(person, period),
                made_by=person.slug,
                via=self.dice.choice(WAYS),
                material=material or self.dice.choice(machine.materials or ("",)),
                supervisor=supervisor,
                buddy=buddy,
                project=self.project(person, machine, period),
            )
        )
        return True

    def project(self, person: Person, machine: Bookable, period: Period) -> str | None:
        """Mostly that of the person which needs this machine, once it has begun."""
        team = person.projects.get(machine.tag)
        begun = team and team.started_on <= self.diary.calendar.day_of(period.start)
        return team.slug if team and begun and self.dice.random() < FOR_THE_PROJECT else None

    def supervisor(self, person: Person, machine: Bookable, period: Period) -> str | None:
        """A trainer of that certification who is not at work elsewhere.

        Who is on duty is not known for the days ahead: staff alone book them until then.
        """
        if not machine.supervision or (period.end > self.diary.now and not person.is_staff):
            return None
        day = self.diary.calendar.day_of(period.start)
        return self.somebody(
            period, lambda other: other != person and other.supervises(machine, day)
        )

    def buddy(
        self, person: Person, machine: Bookable, period: Period, supervisor: str | None
    ) -> str | None:
        """A second adult with the base certificate."""
        if not machine.buddy_required:
            return None
        day = self.diary.calendar.day_of(period.start)
        return self.somebody(
            period,
            lambda other: (
                other != person
                and other.slug != supervisor
                and not other.is_minor
                and any(each.certification == BASE and each.covers(day, day) for each in other.held)
            ),
        )

    def somebody(self, period: Period, fits: Callable[[Person], bool]) -> str | None:
        found = [
            other.slug
            for other in self.cast.people.values()
            if fits(other) and not self.diary.is_elsewhere(other, period)
        ]
        return self.dice.choice(found) if found else None

    def made_at(self, person: Person, period: Period) -> datetime:
        """Some hours or days before, within what the plan allows, never at night."""
        ahead = person.terms.horizon_days if person.terms else LONGEST_LEAD_DAYS
        lead = DAY * min(self.dice.expovariate(1 / USUAL_LEAD_DAYS), max(1, ahead - 3))
        latest = min(period.start - SHORTEST_LEAD, self.diary.now - JUST_NOW)
        at = period.start - lead
        if at > latest:
            slack = ahead - 1 - (period.end - latest) / DAY
            at = latest - DAY * self.dice.uniform(0, max(0, min(2, slack)))
        hour = at.astimezone(self.diary.zone).hour
        if hour < MORNING:
            at -= timedelta(hours=hour + 2)
        return max(at, person.joined_at + DAY).replace(second=0, microsecond=0)

    def anybody(self, machine: Bookable) -> list[Person]:
        """Everybody who may use the machine today, in random order."""
        today = self.diary.today
        found = [each for each in self.cast.people.values() if each.may_use(machine, today, today)]
        return self.dice.sample(found, len(found))
