"""PINs: which are refused, who sets whose, and that nobody ever sees one."""

import pytest

from fablab.activity.tables import Activity
from fablab.members.passwords import compare
from fablab.members.pins import digits, pin_problem
from fablab.members.tables import Member
from fablab.notifications.tables import Notification
from tests import factories
from tests.kiosk.conftest import HASHED
from tests.support.browser import Browser


@pytest.mark.parametrize("pin", ["4820", "19473", "48205917"])
def test_four_to_eight_digits(pin: str) -> None:
    assert pin_problem(pin, {"1042"}) is None


@pytest.mark.parametrize(
    ("pin", "code"),
    [
        ("482", "pin_length"),
        ("482059171", "pin_length"),
        ("", "pin_length"),
        ("48a0", "pin_length"),
        ("48 20", "pin_length"),
        ("1111", "pin_common"),
        ("1212", "pin_common"),
        ("1234", "pin_common"),
        ("87654", "pin_common"),
        ("7890", "pin_common"),
        ("1042", "pin_common"),
    ],
)
def test_not_what_is_tried_first(pin: str, code: str) -> None:
    found = pin_problem(pin, {"1042"})
    assert found is not None
    assert found.code == code


def test_digits_of_every_script_are_the_same() -> None:
    assert digits(" ٤٨٢٠ ") == digits("۴۸۲۰") == "4820"


async def pin_of(member: Member) -> str:
    [row] = await Member.select(Member.pin_hash).where(Member.id == member.id)
    return row["pin_hash"] or ""


async def choose(browser: Browser, **fields: str) -> int:
    form = {"pin": "4820", "again": "4820", "password": factories.PASSWORD} | fields
    return (await browser.post("/account/pin", data=form)).status_code


async def test_ones_own_with_the_password(browser: Browser) -> None:
    ada = await factories.a_member()
    await browser.sign_in(ada)
    for wrong in ({"password": "x"}, {"again": "4821"}, {"pin": "1111", "again": "1111"}):
        assert await choose(browser, **wrong) == 422
    assert await pin_of(ada) == ""
    assert await choose(browser) == 303
    assert compare(await pin_of(ada), "4820").right
    told = await Notification.objects().get(Notification.member == ada.id)
    assert told is not None
    assert told.template == "accounts/pin_set"
    assert "4820" not in told.facts


async def test_tries_of_the_password_are_counted(browser: Browser) -> None:
    await browser.sign_in(await factories.a_member())
    answers = [await choose(browser, password="guess") for _ in range(6)]
    assert answers[-1] == 429


async def test_without_a_password_one_is_chosen_first(browser: Browser) -> None:
    await browser.sign_in(await factories.a_member(password_hash=None))
    text = (await browser.get("/account/pin")).text
    assert "A password is needed first." in text
    assert await choose(browser) == 422


async def test_at_the_desk_for_who_stands_there(
    browser: Browser, manager: Member, ada: Member
) -> None:
    await browser.sign_in(manager)
    page = f"/desk/members/{ada.number}"
    done = await browser.submit(page, f"{page}/pin", pin="50917", again="50917")
    assert done.status_code == 303
    assert compare(await pin_of(ada), "50917").right
    kept = await Activity.objects().get(Activity.verb == "set_pin")
    assert kept is not None
    assert (kept.actor, kept.member) == (manager.id, ada.id)
    assert "50917" not in kept.before + kept.after + kept.reason
    assert "50917" not in (await browser.get(page)).text
    refused = await browser.post(f"{page}/pin", data={"pin": "1234", "again": "1234"})
    assert refused.status_code == 422
    assert "among the first to be guessed" in refused.text


async def test_staff_only_by_an_admin(browser: Browser, manager: Member) -> None:
    other = await factories.a_manager(pin_hash=HASHED)
    await browser.sign_in(manager)
    form = {"pin": "50917", "again": "50917"}
    answer = await browser.post(f"/desk/members/{other.number}/pin", data=form)
    assert answer.status_code == 403
    assert await pin_of(other) == HASHED
    await browser.sign_in(await factories.an_admin())
    answer = await browser.post(f"/desk/members/{other.number}/pin", data=form)
    assert answer.status_code == 303
