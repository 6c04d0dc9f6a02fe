"""The shared tablet: how it is put up, who stands there, and when they are gone."""

from datetime import timedelta

import pytest

from fablab.activity.tables import Activity
from fablab.core.secrets import digest
from fablab.core.settings import settings
from fablab.kiosk.tables import Kiosk
from fablab.lab.tables import Lab
from fablab.machines.tables import Machine
from fablab.members.tables import Member, MemberState, Session
from fablab.web import csrf
from tests import factories
from tests.conftest import Travel
from tests.factories import hours
from tests.kiosk.conftest import PIN, come, make_tablet
from tests.support.browser import Browser
from tests.support.forms import forms

SECOND = timedelta(seconds=1)


async def is_known(tablet: Browser) -> bool:
    return (await tablet.get("/kiosk/me")).status_code == 200


class TestPuttingUp:
    async def test_the_browser_gets_a_key_and_forgets_the_manager(
        self, browser: Browser, manager: Member
    ) -> None:
        await browser.sign_in(manager)
        browser.cookies.set("device", "known", domain="lab.test")
        answer = await browser.submit("/desk/kiosks", "/desk/kiosks", name="Lobby")
        assert (answer.status_code, answer.headers["location"]) == (303, "/kiosk")
        kiosk = await Kiosk.objects().get(Kiosk.name == "Lobby")
        assert kiosk is not None
        assert kiosk.key_hash == digest(browser.cookies["kiosk"])
        assert not {"session", "device"} & set(browser.cookies)
        assert await Session.count() == 0
        assert (await browser.get("/kiosk")).status_code == 200
        assert (await browser.get("/desk")).status_code == 303

    async def test_its_key_is_out_of_reach_and_behind_tls_travels_on_tls_only(
        self, browser: Browser, manager: Member, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await browser.sign_in(manager)
        monkeypatch.setattr(type(settings), "secure", True)
        for name in ("csrf", "session"):
            browser.cookies.set(f"__Host-{name}", browser.cookies[name], domain="lab.test")
        answer = await browser.submit("/desk/kiosks", "/desk/kiosks", name="Lobby")
        lines = answer.headers.get_list("set-cookie")
        [line] = [it.lower() for it in lines if it.startswith("__Host-kiosk=")]
        for said in ("httponly", "samesite=lax", "secure", "path=/"):
            assert said in line

    async def test_it_needs_a_name_and_a_machine_that_exists(
        self, browser: Browser, manager: Member
    ) -> None:
        await browser.sign_in(manager)
        for name in (" ", "x" * 81):
            assert (await browser.post("/desk/kiosks", data={"name": name})).status_code == 422
        lost = await browser.post("/desk/kiosks", data={"name": "Lobby", "machine": "nowhere"})
        assert lost.status_code == 404
        assert await Kiosk.count() == 0

    async def test_put_up_again_the_old_key_ends(self, browser: Browser, manager: Member) -> None:
        old = await make_tablet(browser, manager)
        await browser.sign_in(manager)
        await browser.submit("/desk/kiosks", "/desk/kiosks", name="Workshop")
        found = await Kiosk.objects().get(Kiosk.key_hash == digest(old))
        assert found is not None
        assert found.revoked_at is not None

    async def test_of_one_machine_it_shows_that_one(
        self, browser: Browser, manager: Member, printer: Machine
    ) -> None:
        await factories.a_machine(tag="LAS-09")
        await browser.sign_in(manager)
        await browser.submit("/desk/kiosks", "/desk/kiosks", name="Lobby", machine="printer")
        text = (await browser.get("/kiosk")).text
        assert "PRI-01" in text
        assert "LAS-09" not in text


class TestRevoking:
    async def test_the_tablet_is_nobody_at_once(
        self, app: object, tablet: Browser, manager: Member, ada: Member
    ) -> None:
        await come(tablet, ada)
        assert await is_known(tablet)
        [kiosk] = await Kiosk.objects()
        async with Browser(app) as desk:
            await desk.sign_in(manager)
            done = await desk.submit("/desk/kiosks", f"/desk/kiosks/{kiosk.id}/revoke")
            assert done.status_code == 303
            assert (await desk.post(f"/desk/kiosks/{kiosk.id}/revoke")).status_code == 404
        for path in ("/kiosk", "/kiosk/who", "/kiosk/me", "/kiosk/still", "/kiosk/at/PRI-01"):
            assert (await tablet.get(path)).status_code == 403, path
        assert (await come(tablet, ada)).status_code == 403
        assert await Activity.exists().where(
            (Activity.verb == "revoked") & (Activity.thing == "kiosk")
        )

    async def test_a_browser_without_or_with_a_made_up_key_is_none(self, browser: Browser) -> None:
        assert (await browser.get("/kiosk")).status_code == 403
        browser.cookies.set("kiosk", "x" * 32, domain="lab.test")
        assert (await browser.get("/kiosk")).status_code == 403


class TestStandingThere:
    async def test_number_and_pin_open_ones_day(self, tablet: Browser, ada: Member) -> None:
        answer = await come(tablet, ada)
        assert (answer.status_code, answer.headers["location"]) == (303, "/kiosk/me")
        assert await is_known(tablet)

    async def test_digits_of_any_script_will_do(self, tablet: Browser, ada: Member) -> None:
        arabic = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
        data = {"number": str(ada.number).translate(arabic), "pin": PIN.translate(arabic)}
        assert (await tablet.post("/kiosk/who", data=data)).status_code == 303

    async def test_gone_after_half_a_minute_without_a_touch(
        self, tablet: Browser, ada: Member, travel: Travel
    ) -> None:
        await come(tablet, ada)
        for _ in range(3):  # each touch begins half a minute anew
            travel(29 * SECOND)
            assert (await tablet.get("/kiosk/still")).status_code == 204
        travel(29 * SECOND)
        assert await is_known(tablet)
        kept = dict(tablet.cookies)
        travel(30 * SECOND)
        tablet.cookies.set("guest", kept["guest"], domain="lab.test")  # whatever the browser keeps
        assert (await tablet.get("/kiosk/still")).status_code == 410
        gone = await tablet.get("/kiosk/me")
        assert (gone.status_code, gone.headers["location"]) == (303, "/kiosk")

    async def test_gone_after_ten_minutes_however_busy(
        self, tablet: Browser, ada: Member, travel: Travel
    ) -> None:
        await come(tablet, ada)
        for _ in range(29):
            travel(20 * SECOND)
            assert await is_known(tablet)
        travel(20 * SECOND)
        assert not await is_known(tablet)

    async def test_the_board_is_the_way_out(self, tablet: Browser, ada: Member) -> None:
        await come(tablet, ada)
        text = (await tablet.get("/kiosk/me")).text
        assert '<a class="btn danger" href="/kiosk">' in text
        assert '<noscript><meta http-equiv="refresh" content="30;url=/kiosk"></noscript>' in text
        await tablet.get("/kiosk")
        assert not await is_known(tablet)

    async def test_somebody_is_known_at_that_tablet_alone(
        self, app: object, tablet: Browser, manager: Member, ada: Member
    ) -> None:
        await come(tablet, ada)
        async with Browser(app) as other:
            await make_tablet(other, manager, "Workshop")
            other.cookies.set("guest", tablet.cookies["guest"], domain="lab.test")
            assert not await is_known(other)

    async def test_a_cookie_that_somebody_wrote_themselves_is_nobody(
        self, tablet: Browser, ada: Member, manager: Member
    ) -> None:
        await come(tablet, ada)
        forged = tablet.cookies["guest"].replace(f".{ada.id}.", f".{manager.id}.", 1)
        for cookie in (forged, "1.2.3", "", "x.y"):
            tablet.cookies.set("guest", cookie, domain="lab.test")
            assert not await is_known(tablet)

    async def test_a_closed_account_stands_nowhere(self, tablet: Browser, ada: Member) -> None:
        await come(tablet, ada)
        await Member.update({Member.state: MemberState.CLOSED}).where(Member.id == ada.id)
        assert not await is_known(tablet)
        assert (await come(tablet, ada)).status_code == 422

    async def test_the_guest_is_nobody_on_every_other_page(
        self, app: object, tablet: Browser, ada: Member, manager: Member
    ) -> None:
        """The tablet's cookies open the tablet's pages: no account, no desk, no booking."""
        booking = await factories.a_booking(hours(0), member=ada)
        for member in (ada, manager):
            await come(tablet, member)
            for path in ("/me", "/account", "/account/pin", "/desk", f"/bookings/{booking.id}"):
                answer = await tablet.get(path)
                assert answer.headers.get("location", "").startswith("/sign-in?next="), path
            answer = await tablet.post(f"/bookings/{booking.id}/cancel")
            assert answer.headers["location"].startswith("/sign-in")
            assert (await tablet.get("/api/v1/me")).status_code == 401


class TestGuessing:
    async def test_a_wrong_pin_says_no_more_than_a_wrong_number(
        self, tablet: Browser, ada: Member
    ) -> None:
        without = await factories.a_member()
        texts = [(await come(tablet, each, "0000")).text for each in (ada, 999_999, without)]
        assert all("do not go together" in text for text in texts)
        assert PIN not in "".join(texts)

    async def test_after_four_tries_one_waits_even_with_the_right_one(
        self, tablet: Browser, ada: Member, travel: Travel
    ) -> None:
        for _ in range(5):
            assert (await come(tablet, ada, "0000")).status_code == 422
        answer = await come(tablet, ada)
        assert answer.status_code == 429
        assert int(answer.headers["retry-after"]) >= 1
        travel(timedelta(minutes=5))
        assert (await come(tablet, ada)).status_code == 303

    async def test_at_the_labs_own_address_others_are_not_kept_waiting(
        self, tablet: Browser, ada: Member, manager: Member
    ) -> None:
        await Lab.update({Lab.networks: '["127.0.0.0/8"]'}, force=True)
        for number in range(30):
            await come(tablet, 5_000 + number, "0000")
        assert (await come(tablet, ada)).status_code == 303

    async def test_one_pin_cannot_be_tried_on_everybody(
        self, tablet: Browser, ada: Member, travel: Travel
    ) -> None:
        await Lab.update({Lab.networks: '["127.0.0.0/8"]'}, force=True)
        answers = [(await come(tablet, 5_000 + each, "0000")).status_code for each in range(32)]
        assert (answers[0], answers[-1]) == (422, 429)
        travel(timedelta(minutes=1))
        assert (await come(tablet, ada)).status_code == 303

    async def test_a_pin_is_not_a_password_nor_the_reverse(
        self, tablet: Browser, browser: Browser, ada: Member
    ) -> None:
        assert (await come(tablet, ada, factories.PASSWORD)).status_code == 422
        answer = await browser.post("/sign-in", data={"login": str(ada.number), "password": PIN})
        assert answer.status_code == 422


class TestForms:
    async def test_none_is_heard_without_its_token(
        self, tablet: Browser, ada: Member, printer: Machine
    ) -> None:
        await come(tablet, ada)
        paths = ["/kiosk/who", "/kiosk/language"]
        paths += [f"/kiosk/at/PRI-01/{each}" for each in ("check-in", "finish", "start", "fault")]
        for path in paths:
            answer = await tablet.post(path, headers={csrf.HEADER: ""})
            assert answer.status_code == 403, path

    async def test_languages_come_first_and_go_with_the_guest(
        self, tablet: Browser, ada: Member
    ) -> None:
        text = (await tablet.get("/kiosk")).text
        first = text.index("العربية"), text.index("Français"), text.index("English")
        assert max(first) < text.index("<h1")
        assert next(form.action for form in forms(text)) == "/kiosk/language"
        answer = await tablet.post("/kiosk/language", data={"language": "ar"})
        assert answer.headers["location"] == "/kiosk/who"
        assert 'lang="ar-MA"' in (await tablet.get("/kiosk/who")).text
        await tablet.get("/kiosk")
        assert 'lang="en"' in (await tablet.get("/kiosk")).text
