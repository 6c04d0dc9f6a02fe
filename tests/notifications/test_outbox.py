"""What waits is sent once, in the reader's language; what fails is put off and seen."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from fablab.core import clock, mail
from fablab.core.errors import Unavailable
from fablab.core.letters import Letter, Undeliverable
from fablab.core.words import Words
from fablab.members.tables import Member
from fablab.notifications import leasing, outbox, queries, rendering
from fablab.notifications.actions import notify
from fablab.notifications.outbox import LEASE, WAITS, send_waiting
from fablab.notifications.tables import Notification
from tests import factories
from tests.conftest import Travel
from tests.factories import MONDAY
from tests.support.postbox import Postbox

HELLO: dict[str, Any] = {
    "machine": Words("طابعة", "Imprimante", "Printer"),
    "starts_at": MONDAY,
    "note": "a < b & c",
}


async def row_of(member: Member) -> Notification:
    row = await Notification.objects().get(Notification.member == member.id)
    assert row is not None
    return row


def part(box: Postbox, kind: str) -> str:
    [message] = box.messages
    body = message.get_body((kind,))
    assert body is not None
    return str(body.get_content())


async def test_a_notice_is_mailed_and_marked(postbox: Postbox, travel: Travel) -> None:
    await factories.a_lab()
    ada = await factories.a_member(email="ada@example.org")
    await notify(ada.id, "test/hello", **HELLO)
    travel(timedelta(seconds=2))
    assert await send_waiting() == 1
    [message] = postbox.messages
    row = await row_of(ada)
    assert str(message["To"]) == "Ada Lovelace <ada@example.org>"
    assert message["Subject"] == "Hello Ada Lovelace"
    assert message["Message-ID"] == f"<20261130T090000Z.{row.id}@lab.test>"
    assert (row.mail_state, row.sent_at, row.error) == ("sent", clock.now(), "")
    assert row.leased_until is None
    assert await send_waiting() == 0
    assert len(postbox.messages) == 1


async def test_it_is_in_the_readers_language_and_the_labs_time(postbox: Postbox) -> None:
    await factories.a_lab(timezone="Asia/Tokyo")
    ada = await factories.a_member(language="ar")
    await notify(ada.id, "test/hello", **HELLO)
    await send_waiting()
    text, html = part(postbox, "plain"), part(postbox, "html")
    assert "طابعة" in text
    assert "18:00" in text
    assert "فاب لاب بركان" in text
    assert '<html lang="ar" dir="rtl">' in html
    assert postbox.messages[0]["Content-Language"] == "ar"


async def test_the_html_is_the_text_escaped_with_links(postbox: Postbox) -> None:
    await factories.a_lab()
    ada = await factories.a_member(given_name_latin="<img src=x onerror=alert(1)>")
    await notify(ada.id, "test/hello", **HELLO)
    await send_waiting()
    html = part(postbox, "html")
    assert "&lt;b&gt;a &lt; b &amp; c&lt;/b&gt;" in html
    assert '<a href="http://lab.test/bookings/7" dir="ltr">http://lab.test/bookings/7</a>.' in html
    assert "<img" not in html
    assert "<b>a < b & c</b>" in part(postbox, "plain")


async def test_nothing_waiting_costs_one_statement(counted: Any) -> None:
    with counted() as sent:
        assert await send_waiting() == 0
    assert sent.count == 1


async def test_one_failure_does_not_hold_up_the_rest(postbox: Postbox) -> None:
    await factories.a_lab()
    bad, gone, good = [await factories.a_member() for _ in range(3)]
    postbox.refused = {str(gone.email): "550 No such user"}
    await notify(bad.id, "test/broken")
    await notify(gone.id, "test/hello", **HELLO)
    await notify(good.id, "test/hello", **HELLO)
    assert await send_waiting() == 1
    assert postbox.recipients == [good.email]
    assert (await row_of(bad)).mail_state == "waiting"
    assert "nobody_knows_this" in (await row_of(bad)).error
    [failure] = await queries.failures()
    assert failure.member == gone.id
    assert "No such user" in failure.error


async def test_a_server_that_is_away_is_tried_later_and_at_last_given_up(
    monkeypatch: pytest.MonkeyPatch, travel: Travel
) -> None:
    tries: list[timedelta] = []

    async def away(*_: Any) -> bool:
        tries.append(clock.now() - MONDAY)
        raise ConnectionRefusedError("nobody there")

    monkeypatch.setattr(outbox, "letter", away)
    ada = await factories.a_member()
    await notify(ada.id, "test/hello", **HELLO)
    for wait in [*WAITS, timedelta(days=9)]:
        await send_waiting()
        await send_waiting()  # not before its time
        travel(wait)
    await send_waiting()
    assert len(tries) == len(WAITS) + 1
    assert tries[:4] == [timedelta(minutes=minutes) for minutes in (0, 1, 6, 21)]
    [failure] = await queries.failures()
    assert failure.error == "ConnectionRefusedError: nobody there"


async def test_a_lease_keeps_others_away_until_it_ends(postbox: Postbox, travel: Travel) -> None:
    await factories.a_lab()
    ada = await factories.a_member()
    await notify(ada.id, "test/hello", **HELLO)
    row = await row_of(ada)
    assert await leasing.take([row.id], clock.now() + LEASE)  # and then the process dies
    assert await leasing.take([row.id], clock.now() + LEASE) == []
    assert await send_waiting() == 0
    travel(LEASE)
    assert await send_waiting() == 1


async def test_after_a_crash_the_same_mark_tells_it_is_the_same_mail(
    postbox: Postbox, travel: Travel, monkeypatch: pytest.MonkeyPatch
) -> None:
    await factories.a_lab()
    ada = await factories.a_member()
    await notify(ada.id, "test/hello", **HELLO)

    async def dies(*_: Any) -> bool:
        raise Unavailable

    with monkeypatch.context() as here, pytest.raises(Unavailable):
        here.setattr(outbox, "finish", dies)
        await send_waiting()
    travel(LEASE)
    assert await send_waiting() == 1
    first, second = postbox.marks
    assert first == second


async def test_an_account_closed_meanwhile_is_skipped_and_said(postbox: Postbox) -> None:
    ada = await factories.a_member()
    await notify(ada.id, "test/hello", **HELLO)
    await Member.update({Member.state: "closed"}).where(Member.id == ada.id)
    assert await send_waiting() == 0
    row = await row_of(ada)
    assert (row.mail_state, row.error) == ("none", "The account is closed.")
    assert postbox.messages == []


async def test_the_database_away_is_not_the_mails_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    async def away(*_: Any) -> Letter:
        raise Unavailable

    monkeypatch.setattr(outbox, "letter", away)
    ada = await factories.a_member()
    await notify(ada.id, "test/hello", **HELLO)
    with pytest.raises(Unavailable):
        await send_waiting()
    assert (await row_of(ada)).error == ""


async def test_an_address_that_is_none_is_given_up_at_once(postbox: Postbox) -> None:
    await factories.a_lab()
    ada = await factories.a_member()
    await notify(ada.id, "test/hello", to="not an address", **HELLO)
    assert await send_waiting() == 0
    assert (await row_of(ada)).mail_state == "failed"


async def test_two_senders_send_each_mail_once(
    committed_database: object, postbox: Postbox
) -> None:
    await factories.a_lab()
    for _ in range(30):
        ada = await factories.a_member()
        await notify(ada.id, "test/hello", **HELLO)
    sent = await asyncio.gather(send_waiting(), send_waiting(), send_waiting())
    assert sum(sent) == 30
    assert len(set(postbox.marks)) == len(postbox.marks) == 30


async def test_a_limit_leaves_the_rest_for_the_next_turn(postbox: Postbox) -> None:
    await factories.a_lab()
    for _ in range(3):
        await notify((await factories.a_member()).id, "test/hello", **HELLO)
    assert [await send_waiting(limit=2), await send_waiting(limit=2)] == [2, 1]


async def test_a_package_adds_to_the_facts_of_its_templates(
    postbox: Postbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def more(facts: Any) -> list[dict[str, Any]]:
        return [{"note": f"booking {each['booking']}"} for each in facts]

    monkeypatch.setitem(rendering.enrich, "test/", more)
    await factories.a_lab()
    ada = await factories.a_member()
    await notify(ada.id, "test/hello", booking=7, **HELLO)
    await send_waiting()
    assert "booking 7" in part(postbox, "plain")


def test_mail_errors_tell_now_from_never() -> None:
    assert not issubclass(Undeliverable, mail.LATER)
