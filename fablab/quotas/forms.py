"""What staff may send about a quota."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from fablab.core.errors import Problem, Refused
from fablab.core.words import N_, Words
from fablab.machines.catalogue import Catalogue
from fablab.members.tables import Plan
from fablab.quotas.limits import Limit
from fablab.quotas.measures import Hours, Measure, Span
from fablab.quotas.rules import Terms

Name = Annotated[str, Meta(max_length=120)]
Kind = Annotated[str, Meta(max_length=80)]
HOUR = 60


class QuotaForm(msgspec.Struct, kw_only=True):
    """`who` is empty, `plan:` or `role:`, `where` empty, `machine:` or `category:`, each with the
    slug. `most` is hours or bookings; `minutes` come on top of hours."""

    name_ar: Name = ""
    name_fr: Name = ""
    name_en: Name = ""
    measure: Measure
    most: Annotated[int, Meta(ge=0, le=1000)] = 0
    minutes: Annotated[int, Meta(ge=0, le=59)] = 0
    span: Span = Span.WEEK
    hours: Hours = Hours.OPENING
    who: Kind = ""
    where: Kind = ""

    def limit(self, plans: Iterable[Plan], machines: Catalogue) -> Limit:
        """`Refused` where it names what is not there."""
        ids: dict[str, Any] = {}
        problems = []
        for about, given, known in (
            ("who", self.who, whom_by_kind(plans)),
            ("where", self.where, where_by_kind(machines)),
        ):
            if given and given not in known:
                problems.append(Problem("unreadable", N_("Choose one of the list."), about))
            elif given:
                name, value = known[given]
                ids[name] = value
        if problems:
            raise Refused(*problems)
        is_hours = self.measure == Measure.HOURS
        return Limit(
            name=Words(self.name_ar, self.name_fr, self.name_en),
            measure=self.measure,
            most=self.most * HOUR + self.minutes if is_hours else self.most,
            span=self.span,
            hours=self.hours,
            **ids,
        )


ROLES = ("member", "trainer")
Known = dict[str, tuple[str, Any]]


def whom_by_kind(plans: Iterable[Plan]) -> Known:
    """What the form calls each plan and role, with the column it is for. Staff have no quota."""
    roles = {f"role:{role}": ("role", role) for role in ROLES}
    return roles | {f"plan:{plan.slug}": ("plan_id", plan.id) for plan in plans}


def where_by_kind(machines: Catalogue) -> Known:
    found = {f"category:{each.slug}": ("category_id", each.id) for each in machines.categories}
    return found | {f"machine:{each.slug}": ("machine_id", each.id) for each in machines.machines}


def values_of(terms: Terms, plans: Iterable[Plan], machines: Catalogue) -> Mapping[str, Any]:
    """A quota as its form shows it."""
    whom, where = whom_by_kind(plans), where_by_kind(machines)
    most, minutes = divmod(terms.most, HOUR) if terms.measure == Measure.HOURS else (terms.most, 0)
    return {
        "name_ar": terms.name.ar,
        "name_fr": terms.name.fr,
        "name_en": terms.name.en,
        "measure": terms.measure.value,
        "most": str(most),
        "minutes": str(minutes),
        "span": terms.span.value,
        "hours": terms.hours.value,
        "who": called(whom, ("plan_id", terms.plan_id), ("role", terms.role)),
        "where": called(
            where, ("machine_id", terms.machine_id), ("category_id", terms.category_id)
        ),
    }


def called(known: Known, *wanted: tuple[str, Any]) -> str:
    """The name in the form of the first of these that there is."""
    names = {value: name for name, value in known.items()}
    return next((names[each] for each in wanted if each[1] and each in names), "")
