"""Staff at the desk: finding people, making accounts, helping, holding, giving roles."""

import asyncio
from datetime import date, timedelta
from typing import Any

import pytest

from fablab.accounts import roles
from fablab.activity.tables import Activity
from fablab.core.errors import Refused
from fablab.members import standing
from fablab.members.tables import CharterAcceptance, Hold, Member, OneTimeCode, Role
from tests import factories
from tests.accounts.support import ADA, last_link, letters
from tests.accounts.test_account_pages import did, reread
from tests.factories import MONDAY
from tests.support.browser import Browser

NEW = {
    name: ADA[name] for name in ("given_name_latin", "family_name_latin", "birth_year", "language")
}


@pytest.fixture
async def manager(browser: Browser) -> Member:
    found = await factories.a_manager(given_name_latin="Mona", email="mona@example.org")
    await browser.sign_in(found)
    return found


def code_in(page: str) -> str:
    return page.split('<bdi class="num"><strong>')[-1][:8]


@pytest.mark.parametrize("path", ["", "/new", "/{number}", "/{number}/profile"])
@pytest.mark.parametrize("who", ["nobody", "member", "trainer"])
async def test_the_desk_is_for_staff(browser: Browser, path: str, who: str) -> None:
    ada = await factories.a_member()
    if who != "nobody":
        await browser.sign_in(await factories.a_member(role=who))
    answer = await browser.get(f"/desk/members{path.format(number=ada.number)}")
    assert answer.status_code == (303 if who == "nobody" else 403)


@pytest.mark.usefixtures("manager")
@pytest.mark.parametrize(
    "text",
    [
        "الاء",
        "آلاء",
        "علي بن",
        "benali",
        "Bénâli",
        "BEN-ALI",
        "alaa bena",
        "06 12 34 56 78",
        "٢٠٧٧",
    ],
)
async def test_people_are_found_however_they_are_typed(browser: Browser, text: str) -> None:
    names = {"given_name_ar": "آلاء", "family_name_ar": "بن علي", "given_name_latin": "Alâa"}
    names |= {"family_name_latin": "Ben-Ali"}
    await factories.a_member(number=2077, phone="+212612345678", email=None, **names)
    await factories.a_member()
    page = (await browser.get("/desk/members", params={"q": text})).text
    assert "/desk/members/2077" in page
    assert page.count('<th scope="row">') == 1


@pytest.mark.usefixtures("manager")
@pytest.mark.parametrize("text", ["%", "_", "' OR 1=1 --", "zzz", "!"])
async def test_signs_of_the_query_language_find_nobody(browser: Browser, text: str) -> None:
    await factories.a_member()
    page = (await browser.get("/desk/members", params={"q": text})).text
    assert "Nobody found" in page


@pytest.mark.usefixtures("manager")
async def test_the_list_comes_in_pieces(browser: Browser) -> None:
    for number in range(60):
        await factories.a_member(number=3000 + number)
    first = (await browser.get("/desk/members?q=lovelace")).text
    assert "/desk/members/3059" in first
    assert "/desk/members/3009" not in first
    assert "below=3010" in first
    second = (await browser.get("/desk/members?q=lovelace&below=3010")).text
    assert "/desk/members/3009" in second


@pytest.mark.usefixtures("manager")
@pytest.mark.parametrize("below", ["-1", "x", "99999999999", "9" * 5000, "٣"])
async def test_a_place_in_the_list_that_is_none_does_no_harm(browser: Browser, below: str) -> None:
    assert (await browser.get("/desk/members", params={"below": below})).status_code == 200


@pytest.mark.usefixtures("manager")
async def test_an_account_without_e_mail(browser: Browser, app: Any) -> None:
    page = await browser.submit("/desk/members/new", **NEW)
    ada = await Member.objects().get(Member.family_name_latin == "Byron")
    assert ada is not None
    assert str(ada.number) in page.text
    assert ada.seen_in_person_at == MONDAY
    async with Browser(app) as theirs:
        answer = await theirs.submit("/sign-in/code", login=ada.number, code=code_in(page.text))
        assert answer.status_code == 303
        assert (await theirs.get("/account")).status_code == 200
    row = await Activity.select().where(Activity.verb == "joined").first()
    assert row is not None
    assert row["actor"] == ada.made_by


@pytest.mark.usefixtures("manager")
async def test_a_form_sent_twice_makes_one_account_and_the_newer_code_holds(
    browser: Browser, app: Any
) -> None:
    shown = await browser.get("/desk/members/new")
    pages = [await browser.send_form(shown, **NEW) for _ in range(2)]
    assert await Member.count().where(Member.family_name_latin == "Byron") == 1
    ada = await Member.objects().get(Member.family_name_latin == "Byron")
    assert ada is not None
    async with Browser(app) as theirs:
        for page, status in zip(pages, (422, 303), strict=True):
            form = {"login": ada.number, "code": code_in(page.text)}
            assert (await theirs.submit("/sign-in/code", **form)).status_code == status


@pytest.mark.usefixtures("manager")
async def test_faults_of_a_new_account_are_told(browser: Browser) -> None:
    answer = await browser.submit("/desk/members/new", **NEW | {"family_name_latin": "بايرون"})
    assert answer.status_code == 422
    assert 'id="family_name_latin-wrong"' in answer.text


async def test_the_member_s_page_in_few_statements_and_noted_once_a_day(
    browser: Browser, manager: Member, counted: Any
) -> None:
    await factories.a_lab()
    await factories.a_plan("public")
    guardian = await factories.a_member(given_name_latin="Annabella")
    ada = await factories.a_member(guardian=guardian.id, charter=1)
    await factories.a_hold(ada)
    path = f"/desk/members/{ada.number}"
    assert (await browser.get(path)).status_code == 200
    with counted() as sent:
        page = await browser.get(path)
    assert sent.count <= 8, "\n".join(sent.statements)
    assert "Annabella Lovelace" in page.text
    assert "Unpaid bill" in page.text
    rows = await Activity.select()
    assert [(row["verb"], row["actor"], row["thing_id"]) for row in rows] == [
        ("seen", manager.id, ada.id)
    ]


@pytest.mark.usefixtures("manager")
async def test_what_staff_record(browser: Browser) -> None:
    plan = await factories.a_plan("student")
    await factories.a_charter(3)
    ada = await factories.a_member()
    guardian = await factories.a_member()
    path = f"/desk/members/{ada.number}"
    posts = [
        ("/seen", {"what": "in_person"}),
        ("/seen", {"what": "adult"}),
        ("/charter", {"version": 3}),
        ("/plan", {"plan": plan.id, "plan_until": "2027-06-30"}),
        ("/consent", {"guardian": guardian.number, "consent_until": "2027-01-31"}),
    ]
    for action, form in posts:
        answer = await browser.post(path + action, data=form)
        assert (answer.status_code, answer.headers["location"]) == (303, path)
    found = await standing.standing(ada.id, MONDAY)
    assert found.adult_seen
    assert found.charter_version == 3
    assert found.plan is not None
    assert (found.plan.slug, found.plan.until) == ("student", date(2027, 6, 30))
    assert (found.guardian, found.consent_until) == (guardian.id, date(2027, 1, 31))
    assert await did() == [
        "seen_in_person",
        "seen_adult",
        "accepted_charter",
        "changed_plan",
        "changed_consent",
    ]
    row = await CharterAcceptance.select().first()
    assert row is not None
    assert row["recorded_by"] is not None


@pytest.mark.usefixtures("manager")
@pytest.mark.parametrize(
    ("action", "form"),
    [
        ("/plan", {"plan": 999}),
        ("/plan", {"plan_until": "2026-11-29"}),
        ("/consent", {"guardian": 4242}),
        ("/holds", {"kind": "no_show", "reason": "Because"}),
        ("/holds", {"kind": "safety", "reason": " "}),
        ("/holds", {"kind": "safety", "reason": "Because", "until": "2026-11-29"}),
        ("/email", {"email": "not an address"}),
    ],
)
async def test_what_staff_may_not_record(
    browser: Browser, action: str, form: dict[str, Any]
) -> None:
    ada = await factories.a_member()
    answer = await browser.post(f"/desk/members/{ada.number}{action}", data=form)
    assert answer.status_code == 422
    assert (await reread(ada)).to_dict() == ada.to_dict()
    assert not await Hold.exists()


@pytest.mark.usefixtures("manager")
async def test_a_corrected_address_is_confirmed_by_its_owner(browser: Browser) -> None:
    ada = await factories.a_member(email="old@example.org")
    await browser.post(f"/desk/members/{ada.number}/email", data={"email": "new@example.org"})
    now = await reread(ada)
    assert (now.email, now.email_confirmed_at) == ("new@example.org", None)
    assert await letters("old@example.org") == ["accounts/email_changed"]
    assert (await last_link("new@example.org")).startswith("/confirm/")
    grace = await factories.a_member()
    path = f"/desk/members/{grace.number}/email"
    assert (await browser.post(path, data={"email": "new@example.org"})).status_code == 422


@pytest.mark.usefixtures("manager")
async def test_staff_correct_a_year_of_birth(browser: Browser) -> None:
    ada = await factories.a_member(birth_year=1990)
    await browser.submit(
        f"/desk/members/{ada.number}/profile", birth_year=2012, declared_adult=None
    )
    now = await reread(ada)
    assert (now.birth_year, now.declared_adult) == (2012, False)


@pytest.mark.usefixtures("manager")
async def test_a_hold_is_put_told_and_lifted(browser: Browser) -> None:
    ada = await factories.a_member(email="ada@example.org")
    path = f"/desk/members/{ada.number}"
    form = {"kind": "safety", "reason": "Removed a guard", "until": "2026-12-04"}
    await browser.post(f"{path}/holds", data=form)
    [hold] = (await standing.standing(ada.id, MONDAY)).holds
    assert (hold.kind, hold.reason) == ("safety", "Removed a guard")
    row = await Hold.select().first()
    assert row is not None
    assert row["ends_at"] == MONDAY.replace(day=5, month=12, hour=0), "the last day counts"
    await browser.post(f"{path}/holds/{row['id']}/lift", data={"reason": "Talked"})
    assert (await standing.standing(ada.id, MONDAY)).holds == ()
    assert await letters("ada@example.org") == ["accounts/held", "accounts/hold_lifted"]
    assert await did() == ["put_hold", "lifted_hold"]


@pytest.mark.usefixtures("manager")
async def test_another_s_hold_is_not_lifted_here(browser: Browser) -> None:
    ada, grace = await factories.a_member(), await factories.a_member()
    hold = await factories.a_hold(grace)
    answer = await browser.post(f"/desk/members/{ada.number}/holds/{hold.id}/lift")
    assert answer.status_code == 404


@pytest.mark.parametrize("role", [Role.MANAGER, Role.ADMIN])
@pytest.mark.parametrize("action", ["/code", "/email", "/seen", "/plan", "/holds", "/profile"])
@pytest.mark.usefixtures("manager")
async def test_a_manager_does_not_touch_the_accounts_of_staff(
    browser: Browser, role: Role, action: str
) -> None:
    """Whoever can make a code for an admin could become that admin."""
    boss = await factories.a_member(role=role)
    forms: dict[str, dict[str, Any]] = {
        "/email": {"email": "mine@example.org"},
        "/seen": {"what": "adult"},
        "/holds": {"kind": "safety", "reason": "Because"},
        "/profile": NEW,
    }
    path = f"/desk/members/{boss.number}{action}"
    assert (await browser.post(path, data=forms.get(action, {}))).status_code == 403
    assert not await OneTimeCode.exists()
    assert (await reread(boss)).to_dict() == boss.to_dict()


@pytest.mark.parametrize(
    ("who", "status"), [("member", 403), ("trainer", 403), ("manager", 403), ("admin", 303)]
)
async def test_only_an_admin_gives_roles(browser: Browser, who: str, status: int) -> None:
    ada = await factories.a_member()
    await browser.sign_in(await factories.a_member(role=who))
    answer = await browser.post(f"/desk/members/{ada.number}/role", data={"role": "trainer"})
    assert answer.status_code == status
    assert (await reread(ada)).role == ("trainer" if status == 303 else "member")


async def test_the_last_admin_stays_admin(browser: Browser) -> None:
    admin = await factories.an_admin()
    await factories.an_admin(state="closed")
    await browser.sign_in(admin)
    path = f"/desk/members/{admin.number}/role"
    assert (await browser.post(path, data={"role": "member"})).status_code == 422
    await factories.an_admin()
    assert (await browser.post(path, data={"role": "member"})).status_code == 303


@pytest.mark.usefixtures("committed_database")
async def test_two_admins_who_step_down_at_once_leave_one() -> None:
    first, second = await factories.an_admin(), await factories.an_admin()
    said = await asyncio.gather(
        roles.give_role(first.id, first.id, Role.MEMBER),
        roles.give_role(second.id, second.id, Role.MEMBER),
        return_exceptions=True,
    )
    assert sum(isinstance(each, Refused) for each in said) == 1
    assert await Member.count().where(Member.role == Role.ADMIN) == 1


async def test_the_first_admin_comes_from_the_command_line(browser: Browser) -> None:
    names = {"given_name_latin": "Salma", "family_name_latin": "Berrichi"}
    made = await roles.create_admin("Salma@example.org", factories.PASSWORD, **names)
    assert (made.role, made.email) == (Role.ADMIN, "salma@example.org")
    answer = await browser.submit(
        "/sign-in", login="salma@example.org", password=factories.PASSWORD
    )
    assert answer.status_code == 303
    with pytest.raises(Refused, match="email_taken"):
        await roles.create_admin("salma@example.org", factories.PASSWORD, **names)


async def test_numbers_go_on_and_are_nobody_s_twice(browser: Browser, manager: Member) -> None:
    await factories.a_member(number=5000)
    await browser.submit("/desk/members/new", **NEW)
    ada = await Member.objects().get(Member.family_name_latin == "Byron")
    assert ada is not None
    assert ada.number == 5001
    assert timedelta(0) == ada.joined_at - MONDAY
    assert ada.made_by == manager.id
