"""Browsers in words, and what is forgotten in time."""

from datetime import timedelta

import pytest

from fablab.members import agents, codes, sessions
from fablab.members.sessions import Browser
from fablab.members.tables import CodePurpose, Device, OneTimeCode, Session
from tests import factories
from tests.conftest import Travel
from tests.factories import MONDAY

WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (
            f"Mozilla/5.0 (Linux; Android 14) {WEBKIT} Chrome/140.0 Mobile Safari/537.36",
            "Chrome Android",
        ),
        (
            f"Mozilla/5.0 (Windows NT 10.0) {WEBKIT} Chrome/140.0 Safari/537.36 Edg/140.0",
            "Edge Windows",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1",
            "Safari iPhone",
        ),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox Linux"),
        ("curl/8.0", " "),
        ("", " "),
    ],
)
def test_a_browser_in_words(agent: str, words: str) -> None:
    assert " ".join(agents.described(agent)) == words


async def test_what_nobody_may_use_any_more_is_forgotten(travel: Travel) -> None:
    ada = await factories.a_member()
    await Session.objects().create(
        key_hash="x", member=ada.id, made_at=MONDAY, last_seen_at=MONDAY, expires_at=MONDAY
    )
    await sessions.know(ada.id, Browser("203.0.113.7"))
    await codes.make_link(ada.id, CodePurpose.RESET_PASSWORD)
    travel(timedelta(days=1))
    await sessions.forget_old()
    await codes.forget_old()
    assert not await Session.exists()
    assert await Device.exists()
    assert await OneTimeCode.exists()
    travel(timedelta(days=366))
    await sessions.forget_old()
    await codes.forget_old()
    assert not await Device.exists()
    assert not await OneTimeCode.exists()
