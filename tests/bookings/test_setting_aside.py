"""What staff may set aside, code by code: by whom, on every path, and what is told of it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest

from fablab.activity.tables import Activity
from fablab.bookings import changing
from fablab.bookings.asking import Override
from fablab.bookings.rules import (
    ASKED,
    Closing,
    Facts,
    HoldFacts,
    Intent,
    Need,
    Wish,
    may_set_aside,
    problems,
)
from fablab.bookings.rules.names import NAMES
from fablab.bookings.tables import Booking, Status
from fablab.core.errors import Forbidden, Refused
from fablab.core.facts import load
from fablab.core.periods import Period
from fablab.core.words import Words
from fablab.machines.tables import Machine
from fablab.members.queries import by_id
from fablab.members.viewer import Viewer
from fablab.notifications.tables import Notification
from fablab.quotas.measures import Measure
from fablab.quotas.rules import Tally, Terms
from tests import factories
from tests.bookings.conftest import NOW, Book
from tests.bookings.test_pages_schedule import text_of
from tests.bookings.test_rules import (
    LASER,
    TOMORROW,
    USUAL,
    limits,
    machine,
    person,
    taken,
)
from tests.conftest import Travel
from tests.factories import MONDAY, hours
from tests.support.browser import Browser
from tests.support.forms import forms

STAFF, ADMIN, NOBODY = {"manager", "admin"}, {"admin"}, set[str]()
MINUTE = timedelta(minutes=1)
HELD = Need(slug="laser", name=Words(en="Laser"), held=True, valid_until=MONDAY.date())
FULL = Tally(
    terms=Terms(name=Words(en="Day"), measure=Measure.HOURS, most=60),
    first=MONDAY.date(),
    before=60,
    after=120,
)
OPEN_LAB = {**person(plan_open_lab_only=True, plan=Words(en="Public")), "in_open_lab": False}
PVC = machine(banned=frozenset({"pvc"}))
UNKNOWN = machine(accepted=frozenset({"plywood"}))
ELSEWHERE = taken(TOMORROW, machine_id=2, member_id=7)
TWO_PLACES = {"own": (ELSEWHERE,), "attended_ids": frozenset({2})}

# code: (who may set it aside, when, what differs, of the wish)
WALK: dict[str, tuple[set[str], Period, dict[str, Any], dict[str, Any]]] = {
    "invalid_period": (NOBODY, Period(hours(2).end, hours(2).start), {}, {}),
    "in_the_past": (STAFF, hours(-2), {}, {}),
    "machine_unavailable": (STAFF, TOMORROW, machine(status="out_of_order"), {}),
    "on_hold": (NOBODY, TOMORROW, {"blockers": (taken(TOMORROW, kind="offer"),)}, {}),
    "taken": (NOBODY, TOMORROW, {"blockers": (taken(TOMORROW),)}, {}),
    "closed": (STAFF, TOMORROW, {"closing": Closing(failure="start")}, {}),
    "outside_plan_hours": (STAFF, TOMORROW, OPEN_LAB, {}),
    "off_grid": (STAFF, Period(MONDAY + 5 * MINUTE, hours(1).end), {}, {}),
    "too_short": (STAFF, hours(1, 0.25), limits(min_duration=30 * MINUTE), {}),
    "too_long": (STAFF, hours(1, 5), {}, {}),
    "too_soon": (STAFF, hours(1), limits(notice_to_book=timedelta(hours=2)), {}),
    "too_far": (STAFF, hours(24 * 20), limits(horizon=14), {}),
    "change_too_late": (STAFF, TOMORROW, {}, {"intent": Intent.MOVE, "was": hours(0.5)}),
    "not_certified": (ADMIN, TOMORROW, {"needs": (LASER,)}, {}),
    "certificate_expires": (ADMIN, TOMORROW, {"needs": (HELD,)}, {}),
    "supervision_required": (NOBODY, TOMORROW, machine(supervision=True), {}),
    "buddy_missing": (NOBODY, TOMORROW, machine(buddy_required=True), {}),
    "minor_not_allowed": (NOBODY, TOMORROW, person(birth_year=2012), {}),
    "already_booked": (STAFF, TOMORROW, TWO_PLACES, {}),
    "material_banned": (NOBODY, TOMORROW, PVC, {"material": "pvc"}),
    "material_needs_staff": (
        STAFF,
        Period(MONDAY, hours(0).end),
        UNKNOWN,
        {"material": "unknown", "intent": Intent.NOW},
    ),
    "quota_exceeded": (STAFF, TOMORROW, {"tallies": (FULL,)}, {}),
    "account_held": (STAFF, TOMORROW, person(holds=(HoldFacts(kind="no_show"),)), {}),
    "charter_not_accepted": (STAFF, TOMORROW, {"charter_required": 1}, {}),
    "email_unverified": (STAFF, TOMORROW, person(email_unverified=True), {}),
    "plan_expired": (STAFF, TOMORROW, person(plan_until=MONDAY.date()), {}),
}
NEVER: list[tuple[str, Period, dict[str, Any]]] = [
    ("account_held", TOMORROW, person(holds=(HoldFacts(kind="safety"), HoldFacts(kind="no_show")))),
    ("machine_unavailable", TOMORROW, machine(status="retired")),
    ("machine_unavailable", TOMORROW, machine(status="out_of_order", dangerous=True)),
    ("too_soon", hours(0), machine(needs_approval=True)),  # nobody could answer in time
]


def broken(
    code: str, period: Period, known: dict[str, Any], more: dict[str, Any]
) -> tuple[Any, ...]:
    facts: Facts = replace(USUAL, **known)
    found = problems(Wish(machine_id=1, period=period, **more), facts)
    return tuple(each for each in found if each.code == code)


@pytest.mark.parametrize("code", WALK)
@pytest.mark.parametrize("role", ["member", "trainer", "manager", "admin"])
def test_each_code_is_set_aside_by_those_who_may(code: str, role: str) -> None:
    who, *case = WALK[code]
    [problem] = broken(code, *case)
    assert may_set_aside(problem, role) == (role in who)


@pytest.mark.parametrize(("code", "period", "known"), NEVER)
def test_what_is_never_set_aside(code: str, period: Period, known: dict[str, Any]) -> None:
    [problem] = broken(code, period, known, {})
    assert not may_set_aside(problem, "admin")


def test_the_walk_meets_every_rule() -> None:
    """A rule that is new needs a line in the table above."""
    met, never = set(), ((NOBODY, period, known, {}) for _, period, known in NEVER)
    for _, period, known, more in (*WALK.values(), *never):
        wish, facts = Wish(machine_id=1, period=period, **more), replace(USUAL, **known)
        met |= {rule for rule, intents in ASKED if wish.intent in intents and rule(wish, facts)}
    assert {rule for rule, _ in ASKED} - met == set()


def test_what_may_be_set_aside_has_a_name() -> None:
    assert {code for code, (who, *_) in WALK.items() if who} <= set(NAMES)


async def set_aside(booking_id: int) -> dict[str, Any]:
    row = await Booking.select(Booking.override).where(Booking.id == booking_id).first()
    assert row is not None
    return load(row["override"])


def why(*rules: str) -> Override:
    return Override(rules=frozenset(rules), reason="The fair is tomorrow")


async def test_only_what_was_broken_is_recorded(
    manager: Viewer, ben: Viewer, printer: Machine, book: Book
) -> None:
    made = await book(
        manager, printer, hours(1, 5), member_id=ben.id, override=why("too_long", "closed")
    )
    expected = {"rules": ["too_long"], "reason": "The fair is tomorrow"}
    assert await set_aside(made.booking.id) == expected
    [row] = await Activity.select().where(Activity.thing_id == made.booking.id)
    assert load(row["after"])["override"] == expected
    needless = await book(manager, printer, hours(24), member_id=ben.id, override=why("closed"))
    assert await set_aside(needless.booking.id) == {}


async def test_starting_now_and_another_end_record_it_too(
    manager: Viewer, ben: Viewer, printer: Machine, book: Book
) -> None:
    now = Period(MONDAY, hours(0, 5).end)
    more = {"member_id": ben.id, "intent": NOW}
    with pytest.raises(Refused, match="too_long"):
        await book(manager, printer, now, **more)
    made = await book(manager, printer, now, override=why("too_long"), **more)
    assert made.booking.status == Status.CHECKED_IN
    await changing.change(
        manager, made.booking.id, ends_at=hours(0, 12).end, override=why("closed", "too_long")
    )
    assert (await set_aside(made.booking.id))["rules"] == ["closed", "too_long"]


async def test_members_set_nothing_aside_when_changing(
    ada: Viewer, printer: Machine, book: Book
) -> None:
    made = await book(ada, printer, hours(2))
    with pytest.raises(Forbidden):
        await changing.change(ada, made.booking.id, ends_at=hours(2, 6).end, override=why("x"))


async def test_staff_write_down_what_was(
    manager: Viewer, ben: Viewer, printer: Machine, book: Book, travel: Travel
) -> None:
    """It counts as used, and is released by nobody."""
    travel(timedelta(hours=4))
    made = await book(manager, printer, hours(1), member_id=ben.id, override=why("in_the_past"))
    assert (made.booking.status, made.booking.operator) == (Status.CHECKED_IN, ben.id)


class TestPages:
    """The desk books for people, and sees and says what it set aside."""

    @pytest.fixture
    async def desk(self, browser: Browser, manager: Viewer) -> Browser:
        await browser.sign_in(await by_id(manager.id))
        return browser

    @pytest.fixture
    async def press(self, lab: None) -> Machine:
        return await factories.a_machine(slug="press", name=Words(en="Press"))

    async def test_a_member_is_found_by_name(
        self, desk: Browser, ben: Viewer, press: Machine
    ) -> None:
        shown = await text_of(desk, "/bookings/new?machine=press&who=Ben+Amar")
        assert f"You are booking for Ben Amar, member {ben.number}." in shown
        done = await desk.submit(
            f"/bookings/new?machine=press&member={ben.number}", "/bookings", note="For the fair"
        )
        booking = await Booking.objects().first()
        assert (done.status_code, booking.member) == (303, ben.id)
        [notice] = await Notification.select().where(Notification.member == ben.id)
        assert (notice["template"], load(notice["facts"])["by_staff"]) == ("bookings/made", True)

    async def test_several_of_a_name_are_a_list_to_choose_from(
        self, desk: Browser, ben: Viewer, press: Machine
    ) -> None:
        other = await factories.a_member(given_name_latin="Ben", family_name_latin="Brahim")
        shown = await text_of(desk, "/bookings/new?machine=press&who=ben")
        for number in (ben.number, other.number):
            assert f"member={number}" in shown
        assert "You are booking for" not in shown
        assert "Nobody found" in await text_of(desk, "/bookings/new?machine=press&who=zzz")

    async def test_a_number_is_the_one_that_is_meant(
        self, desk: Browser, ben: Viewer, press: Machine
    ) -> None:
        await factories.a_member(number=int(f"{ben.number}1"))
        shown = await text_of(desk, f"/bookings/new?machine=press&who={ben.number}")
        assert "You are booking for Ben Amar" in shown

    async def test_who_is_not_there_is_said(self, desk: Browser, press: Machine) -> None:
        shown = await text_of(desk, "/bookings/new?machine=press&member=4711")
        assert "There is no member of this number." in shown

    async def test_members_look_for_nobody(
        self, browser: Browser, ben: Viewer, press: Machine
    ) -> None:
        await browser.sign_in(await factories.a_member())
        for query in ("who=Ben", f"member={ben.number}"):
            shown = await text_of(browser, f"/bookings/new?machine=press&{query}")
            assert "Ben Amar" not in shown
            assert "Book for a member" not in shown

    async def test_any_time_is_set_aside_with_a_reason_and_told(
        self, desk: Browser, ben: Viewer, press: Machine
    ) -> None:
        at = f"/bookings/new?machine=press&member={ben.number}"
        at += "&start=2026-12-06T10:00&end=2026-12-06T11:00"  # a Sunday
        refused = await desk.submit(at, "/bookings")
        assert refused.status_code == 422
        done = await chosen(desk, refused, "/bookings", "closed")
        assert done.status_code == 303, done.text
        booking = await Booking.objects().first()
        assert booking.member == ben.id
        page = f"/bookings/{booking.id}"
        for words in ("Booked by", "the staff", "The hours of the lab", "Only for the fair"):
            assert words in await text_of(desk, page), words
        await desk.sign_in(await by_id(ben.id))
        theirs = await text_of(desk, page)
        assert "The staff set rules aside for this booking." in theirs
        assert "Only for the fair" not in theirs

    async def test_moving_and_another_end_offer_it_too(
        self, desk: Browser, ben: Viewer, press: Machine, book: Book
    ) -> None:
        made = (await book(ben, press, hours(2))).booking
        page = f"/bookings/{made.id}"
        at = f"{page}/change?start=2026-12-06T10:00&end=2026-12-06T11:00"
        refused = await desk.submit(at, f"{page}/move")
        assert (refused.status_code, 'value="closed"' in refused.text) == (422, True)
        moved = await chosen(desk, refused, f"{page}/move", "closed")
        assert moved.status_code == 303, moved.text
        assert (await set_aside(made.id))["rules"] == ["closed"]
        other = (await book(ben, press, hours(24))).booking
        page = f"/bookings/{other.id}"
        longer = {"ends_at": "2026-12-01T15:00:00+00:00"}
        refused = await desk.submit(page, f"{page}/extend", **longer)
        assert refused.status_code == 422
        extended = await chosen(desk, refused, f"{page}/extend", "too_long")
        assert extended.status_code == 303, extended.text
        assert (await set_aside(other.id))["rules"] == ["too_long"]

    async def test_a_manager_is_not_offered_what_only_an_admin_may(
        self, desk: Browser, ben: Viewer
    ) -> None:
        laser = await factories.a_certification("laser")
        await factories.a_machine(slug="press", certification=laser.id)
        at = f"/bookings/new?machine=press&member={ben.number}"
        refused = await desk.submit(at, "/bookings")
        assert refused.status_code == 422
        assert 'value="not_certified"' not in refused.text
        await desk.sign_in(await factories.an_admin())
        refused = await desk.submit(at, "/bookings")
        assert 'value="not_certified"' in refused.text

    async def test_staff_start_now_for_a_member_and_set_aside(
        self, desk: Browser, ben: Viewer, press: Machine
    ) -> None:
        await factories.a_quota(most=60)
        at = f"/bookings/new?machine=press&member={ben.number}"
        refused = await desk.submit(at, "/bookings/now", ends_at="2026-11-30T11:00:00+00:00")
        assert refused.status_code == 422
        done = await chosen(desk, refused, "/bookings/now", "quota_exceeded")
        assert done.status_code == 303, done.text
        booking = await Booking.objects().first()
        assert (booking.member, booking.status) == (ben.id, Status.CHECKED_IN)


async def chosen(desk: Browser, shown: httpx.Response, action: str, *codes: str) -> httpx.Response:
    """Set aside in the last form to there: those before are what could be booked instead."""
    form = [each for each in forms(shown.text) if each.action == action][-1]
    return await desk.post(
        action, data={**form.fields, "override": list(codes), "reason": "Only for the fair"}
    )
