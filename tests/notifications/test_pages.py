"""A member reads their notices, and no secret in them."""

from typing import Any

import pytest

from fablab.core.words import Words
from fablab.notifications import queries
from fablab.notifications.actions import notify
from fablab.notifications.tables import Notification
from tests import factories
from tests.factories import MONDAY
from tests.support.browser import Browser

HELLO: dict[str, Any] = {
    "machine": Words("طابعة", "Imprimante", "Printer"),
    "starts_at": MONDAY,
    "note": "<i>short</i>",
}


async def test_visitors_have_no_notices(browser: Browser) -> None:
    await factories.a_lab()
    assert (await browser.get("/me/notices")).status_code == 303


async def test_notices_are_shown_in_the_readers_language(browser: Browser) -> None:
    await factories.a_lab()
    ada = await factories.a_member(language="fr")
    await notify(ada.id, "test/hello", **HELLO)
    await browser.sign_in(ada)
    shown = await browser.get("/me/notices")
    assert shown.status_code == 200
    assert "Ada Lovelace" in shown.text
    assert "Imprimante" in shown.text
    assert "&lt;i&gt;short&lt;/i&gt;" in shown.text
    assert 'href="http://lab.test/bookings/7"' in shown.text


async def test_nobody_reads_anothers(browser: Browser) -> None:
    await factories.a_lab()
    ada, grace = await factories.a_member(), await factories.a_member()
    await notify(grace.id, "test/hello", **HELLO)
    await browser.sign_in(ada)
    assert "Printer" not in (await browser.get("/me/notices")).text


async def test_a_link_that_proves_an_address_is_only_in_the_mail(browser: Browser) -> None:
    await factories.a_lab()
    ada = await factories.a_member()
    await notify(ada.id, "test/secret", code=3)
    await browser.sign_in(ada)
    shown = await browser.get("/me/notices")
    assert "Confirm" in shown.text
    assert "Read it" not in shown.text


async def test_one_that_cannot_be_told_any_more_does_not_hide_the_others(browser: Browser) -> None:
    await factories.a_lab()
    ada = await factories.a_member()
    for template in ("test/hello", "test/broken", "test/of_an_older_version"):
        await notify(ada.id, template, **HELLO)
    await browser.sign_in(ada)
    shown = await browser.get("/me/notices")
    assert shown.status_code == 200
    assert shown.text.count("too old to be shown") == 2
    assert "Hello Ada Lovelace" in shown.text


async def test_they_are_marked_as_read_up_to_what_was_seen(browser: Browser) -> None:
    await factories.a_lab()
    ada = await factories.a_member()
    await notify(ada.id, "test/hello", **HELLO)
    await browser.sign_in(ada)
    shown = await browser.get("/me/notices")
    await notify(ada.id, "test/hello", **HELLO)  # while the page was looked at
    answer = await browser.send_form(shown, "/me/notices")
    assert answer.status_code == 303
    assert await queries.unread(ada.id) == 1
    assert await Notification.count().where(Notification.read_at.is_not_null()) == 1


@pytest.mark.parametrize("up_to", ["", "x", "1&up_to=2"])
async def test_a_broken_form_is_no_crash(browser: Browser, up_to: str) -> None:
    await factories.a_lab()
    await browser.sign_in(await factories.a_member())
    answer = await browser.post("/me/notices", data={"up_to": up_to})
    assert answer.status_code in (400, 422)


async def test_long_lists_come_in_pages_at_one_cost(browser: Browser, counted: Any) -> None:
    await factories.a_lab()
    ada = await factories.a_member()
    for _ in range(queries.PAGE + 1):
        await notify(ada.id, "test/hello", **HELLO)
    await browser.sign_in(ada)
    await browser.get("/me/notices")  # the place is read once
    with counted() as sent:
        first = await browser.get("/me/notices")
    assert first.text.count("Hello Ada Lovelace") == queries.PAGE
    assert sent.count == 3
    oldest = min(row.id for row in await Notification.objects())
    second = await browser.get("/me/notices", params={"below": oldest + 1})
    assert second.text.count("Hello Ada Lovelace") == 1
    assert "Older notices" not in second.text
