"""One of everything that addresses lead to, and everybody who might ask for it."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import httpx

from fablab.bookings.tables import Booking, Series, Strike
from fablab.calendars.tables import Feed
from fablab.core import clock, heartbeat
from fablab.core.facts import dump
from fablab.core.periods import Period
from fablab.core.secrets import digest
from fablab.core.words import Words
from fablab.kiosk.tables import Kiosk
from fablab.machines.tables import Machine
from fablab.members.rules import allowed_scopes
from fablab.members.tables import ApiToken, Member, Project, ProjectMember, Session
from fablab.notifications.tables import Notification
from tests import factories
from tests.rights.walk import Way
from tests.support.browser import Browser

PERSON = {"given_name_latin": "Ada", "family_name_latin": "Byron", "language": "en"}
# Where the rights come to light only once something can be read: the least that makes sense.
FORMS: dict[str, dict[str, Any]] = {
    "bookings:book": {"machine": "laser", "starts_at": "2026-12-01T10:00"}
    | {"ends_at": "2026-12-01T11:00"},
    "bookings:start-now": {"machine": "laser", "ends_at": "2026-11-30T11:00"},
    "bookings:cancel": {"give_up": "on"},
    "waitlist:join": {"machine": "laser", "window_start": "2026-12-01T10:00"}
    | {"window_end": "2026-12-01T11:00"},
    "desk:charter": {"version": 1},
    "desk:correct": PERSON | {"birth_year": 1990},
    "desk:hold": {"kind": "safety", "reason": "Trial"},
    "desk:role": {"role": "trainer"},
    "desk:seen": {"what": "adult"},
}

# A teammate belongs to the project of the owner's booking; the other one is a stranger to it.
PEOPLE = ("anonymous", "teammate", "owner", "other", "trainer", "manager", "admin")


@dataclass
class Scene:
    """`values` fill the addresses; `members` are the people by what they are here."""

    values: dict[str, Any]
    members: dict[str, Member]
    variants: dict[str, dict[str, Any]]

    def address(self, way: Way, variant: str = "") -> str:
        return way.filled(self.values | self.variants[variant])


async def a_scene() -> Scene:
    """A booking that begins now, of a project; a machine on show and a hidden one; settings."""
    await factories.a_lab()
    await factories.a_charter()
    members = await everybody()
    owner = members["owner"]
    machine = await factories.a_machine(slug="laser", policy={"granularity_minutes": 15})
    await factories.a_machine(slug="secret", tag="SEC-01", status="hidden")
    project = await a_project(owner, members["teammate"])
    booking = await factories.a_booking(
        factories.hours(0), machine, owner, project=project.id, note="Gears"
    )
    offer = await an_offer(owner)
    closure = await factories.a_closure(date(2026, 12, 24))
    season = await factories.a_season(date(2027, 2, 1), date(2027, 2, 28), {0: ["10:00-14:00"]})
    exception = await factories.a_day_exception(date(2026, 12, 20))
    hold = await factories.a_hold(owner)
    missed = await factories.a_booking(factories.hours(-48), machine, owner, status="no_show")
    strike = await Strike.objects().create(member=owner.id, booking=missed.id, at=clock.now())
    await heartbeat.beat(heartbeat.PAGES, heartbeat.JOBS)
    values = {
        "slug": machine.slug,
        "booking_id": booking.id,
        "series_id": (await a_series(owner, machine, project)).id,
        "offer_id": offer.id,
        "waiting_id": offer.waiting,
        "number": owner.number,
        "session_id": (await a_session(owner)).id,
        "token_id": (await a_token(owner, "of-the-owner", ["read"])).id,
        "closure_id": closure.id,
        "season_id": season.id,
        "exception_id": exception.id,
        "hold_id": hold.id,
        "strike_id": strike.id,
        "quota_id": (await factories.a_quota(most=6000)).id,
        "token": "a-link-that-nobody-was-sent",
        "tag": machine.tag,
        "kiosk_id": (await a_tablet()).id,
        "name": "a-link-that-nobody-was-sent.ics",
        "feed_id": (await a_feed(owner)).id,
    }
    variants = {
        "": {},
        "hidden": {"slug": "secret"},
        "of an admin": {"number": members["admin"].number},
    }
    return Scene(values, members, variants)


async def everybody() -> dict[str, Member]:
    made = {
        "teammate": await factories.a_member(charter=1),
        "owner": await factories.a_member(charter=1),
        "other": await factories.a_member(charter=1),
        "trainer": await factories.a_trainer(charter=1),
        "manager": await factories.a_manager(charter=1),
        "admin": await factories.an_admin(charter=1),
    }
    assert set(made) == set(PEOPLE) - {"anonymous"}
    return made


async def a_series(member: Member, machine: Machine, project: Project) -> Series:
    """Twice, next week and the week after."""
    week = timedelta(days=7)
    series = await Series.objects().create(
        uid="series",
        machine=machine.id,
        member=member.id,
        project=project.id,
        starts_wall="2026-12-07T15:00",
        ends_wall="2026-12-07T16:00",
        repeat=dump({"every": 1, "unit": "week", "weekdays": ["mon"], "count": 2}),
        made_at=clock.now(),
    )
    for number in (1, 2):
        period = factories.hours(6)
        at = Period(period.start + week * number, period.end + week * number)
        named = {"project": project.id, "series": series.id, "occurrence": at.start.date()}
        await factories.a_booking(at, machine, member, **named)
    return series


async def an_offer(member: Member) -> Booking:
    """Tomorrow, on a machine of its own."""
    period, machine = factories.hours(25), await factories.a_machine(slug="loom")
    entry = await factories.a_waiting(machine, period, member, state="offered")
    return await factories.a_booking(
        period,
        machine,
        member,
        kind="offer",
        status="pending",
        waiting=entry.id,
        release_at=None,
        decide_by=clock.now() + timedelta(hours=2),
    )


async def a_project(lead: Member, *others: Member, **values: Any) -> Project:
    defaults = {"slug": "gears", "title": Words(en="Gears for a loom").dump(), "lead": lead.id}
    project = await Project.objects().create(**defaults | values)
    rows = [ProjectMember(project=project.id, member=one.id) for one in (lead, *others)]
    await ProjectMember.insert(*rows)
    return project


async def a_session(member: Member) -> Session:
    now = clock.now()
    return await Session.objects().create(
        key_hash=digest(f"session of {member.id}"),
        member=member.id,
        made_at=now,
        last_seen_at=now,
        expires_at=now + timedelta(days=1),
    )


async def a_token(member: Member, key: str, scopes: Any) -> ApiToken:
    return await ApiToken.objects().create(
        member=member.id,
        name="Trial",
        key_hash=digest(key),
        scopes=json.dumps(list(scopes)),
        made_at=clock.now(),
    )


async def a_feed(member: Member) -> Feed:
    return await Feed.objects().create(
        member=member.id, key_hash=digest("of-the-owner"), made_at=clock.now()
    )


async def a_tablet() -> Kiosk:
    """None of these people's browsers is one."""
    return await Kiosk.objects().create(
        name="Lobby", key_hash=digest("tablet"), made_at=clock.now()
    )


async def a_notice(member: Member, template: str, **facts: Any) -> Notification:
    return await Notification.objects().create(
        member=member.id, template=template, facts=dump(facts), written_at=clock.now()
    )


@asynccontextmanager
async def asker(app: Any, who: str, scene: Scene) -> AsyncIterator["Asker"]:
    """That person with a browser, and with a program whose token may do all they may."""
    async with Browser(app) as browser, program(app) as client:
        if member := scene.members.get(who):
            await browser.sign_in(member)
            await a_token(member, f"token of {who}", allowed_scopes(member.role))
            client.headers["authorization"] = f"Bearer token of {who}"
        yield Asker(browser, client)


def program(app: Any) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://lab.test")


@dataclass
class Asker:
    browser: Browser
    program: httpx.AsyncClient

    async def ask(self, way: Way, address: str) -> httpx.Response:
        """With nothing in the body, but for FORMS: who may not even try is told so all the same."""
        if way.is_api:
            return await self.program.request(way.method, address)
        kept = list(self.browser.cookies.jar)
        answer = await self.browser.request(way.method, address, data=FORMS.get(way.name))
        if kept:  # whoever signed out is asked about the rest, too
            self.browser.cookies.jar.clear()
        for cookie in kept:
            self.browser.cookies.jar.set_cookie(cookie)
        return answer
