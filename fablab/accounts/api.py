"""Programs: a token in exchange for a password, and who it speaks for."""

from datetime import date
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

import msgspec
from litestar import Request, Response, get, post

from fablab.accounts import access
from fablab.bookings.meters import meters_of
from fablab.core import clock, i18n, zones
from fablab.core.errors import Problem, Unreadable
from fablab.core.words import N_
from fablab.lab.place import Place
from fablab.machines.catalogue import Catalogue
from fablab.members.standing import HoldInForce, PlanTerms, Standing, standing
from fablab.members.viewer import Viewer, joined
from fablab.quotas.measures import Measure
from fablab.quotas.rules import Tally
from fablab.training.queries import Certified, certificates_of
from fablab.web.auth import Here, Machines, SignedIn, scope
from fablab.web.bodies import body
from fablab.web.describing import described
from fablab.web.fields import Secret
from fablab.web.once import answer
from fablab.web.visits import visit_of

Asked = Request[Any, Any, Any]
Login = Annotated[str, msgspec.Meta(max_length=254)]
Scope = Literal["read", "book", "train", "stock", "manage", "gate"]


class TokenWish(msgspec.Struct, kw_only=True):
    """`login` is an e-mail or a member number. Without `scopes`: all its owner may do."""

    email: Login | None = None
    login: Login | None = None
    password: Secret
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
    scopes: list[Scope] | None = None


class TokenShown(msgspec.Struct):
    id: int
    token: str
    name: str
    scopes: list[str]


@post(
    "/tokens",
    name="api:make-token",
    tags=["members"],
    status_code=201,
    opt=described(takes=TokenWish, gives=TokenShown, status=201, keyed=False),
)
async def make_token(request: Asked) -> Response[bytes]:
    """Get a token, shown once.

    Tries are counted as at the sign-in page. Revoke it on the account page.
    """
    wish = await body(request, TokenWish)
    login = wish.login or wish.email
    if not login:
        raise Unreadable(Problem("required", N_("This is needed."), "login"))
    if wish.login and wish.email:
        raise Unreadable(Problem("unreadable", N_("Send one of email and login."), "email"))
    address = visit_of(request.scope).address
    made = await access.sign_in_for_token(login, wish.password, wish.name, wish.scopes, address)
    given = TokenShown(made.id, made.token, made.name, list(made.scopes))
    return answer(201, given).response()


class NamesShown(msgspec.Struct):
    ar: str
    latin: str


class PlanShown(msgspec.Struct):
    """`until` is the last day, null without an end."""

    slug: str
    until: date | None
    hours_per_week: int | None
    open_bookings: int | None


class HoldShown(msgspec.Struct):
    kind: str
    until: str | None
    reason: str


class CertificateShown(msgspec.Struct):
    """`until` is the last day, inclusive; `good`: in force today."""

    number: str
    certification: str
    level: int
    state: str
    since: date
    until: date | None
    good: bool


class QuotaShown(msgspec.Struct):
    """What may be used from `since` on, in minutes or bookings as `unit` says.

    `measure` is `hours`, `bookings` or `open` (at a time: without `span`); `hours` tells which
    count. Without `machine` and `category` it is lab-wide.
    """

    name: str
    measure: str
    unit: Literal["minutes", "bookings"]
    used: int
    limit: int
    left: int
    span: str | None = None
    since: date | None = None
    hours: str | None = None
    machine: str | None = None
    category: str | None = None


class MeShown(msgspec.Struct):
    number: int
    role: str
    language: str
    names: NamesShown
    email: str | None
    email_confirmed: bool
    charter_version: int
    scopes: list[str]
    plan: PlanShown | None
    holds: list[HoldShown]
    certificates: list[CertificateShown]
    quotas: list[QuotaShown]


@get(
    "/me",
    name="api:me",
    tags=["members"],
    guards=[scope("read")],
    opt=described(gives=MeShown),
)
async def me(viewer: SignedIn, place: Here, machines: Machines) -> Response[bytes]:
    """Who the token speaks for, what they may do, and what is used and left of their quotas."""
    now = clock.now()
    stands = await standing(viewer.id, now)
    today = zones.local_date(now, place.zone)
    held = await certificates_of(viewer.id, today, place.zone)
    tallies = await meters_of(stands, place, machines, now)
    quotas = [quota_shown(each, machines) for each in tallies]
    return answer(200, shown(viewer, stands, held, quotas, place)).response()


def shown(
    viewer: Viewer,
    stands: Standing,
    held: list[Certified],
    quotas: list[QuotaShown],
    place: Place,
) -> MeShown:
    latin = joined(viewer.given_name_latin, viewer.family_name_latin)
    return MeShown(
        number=viewer.number,
        role=viewer.role,
        language=viewer.language,
        names=NamesShown(joined(viewer.given_name_ar, viewer.family_name_ar), latin),
        email=viewer.email,
        email_confirmed=viewer.email_confirmed,
        charter_version=stands.charter_version,
        scopes=sorted(viewer.scopes or ()),
        plan=plan_shown(stands.plan) if stands.plan else None,
        holds=[hold_shown(hold, place.zone) for hold in stands.holds],
        certificates=[certificate_shown(each) for each in held],
        quotas=quotas,
    )


def quota_shown(tally: Tally, machines: Catalogue) -> QuotaShown:
    terms = tally.terms
    is_hours, is_open = terms.measure == Measure.HOURS, terms.measure == Measure.OPEN
    machine = machines.by_id(terms.machine_id) if terms.machine_id else None
    category = next((each for each in machines.categories if each.id == terms.category_id), None)
    return QuotaShown(
        name=terms.name.say(i18n.language.get()),
        measure=terms.measure.value,
        unit="minutes" if is_hours else "bookings",
        used=tally.before,
        limit=terms.most,
        left=tally.left,
        span=None if is_open else terms.span.value,
        since=None if is_open else tally.first,
        hours=terms.hours.value if is_hours else None,
        machine=machine.slug if machine else None,
        category=category.slug if category else None,
    )


def plan_shown(plan: PlanTerms) -> PlanShown:
    return PlanShown(plan.slug, plan.until, plan.hours_per_week, plan.open_bookings)


def hold_shown(hold: HoldInForce, tz: ZoneInfo) -> HoldShown:
    return HoldShown(hold.kind, zones.iso(hold.ends_at, tz) if hold.ends_at else None, hold.reason)


def certificate_shown(held: Certified) -> CertificateShown:
    return CertificateShown(
        held.number, held.slug, held.level, held.state, held.since, held.until, held.is_good
    )


ROUTES = [make_token, me]
