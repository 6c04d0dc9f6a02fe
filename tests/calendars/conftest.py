"""A mail server to send to."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from fablab.core import mail
from tests.support.postbox import Postbox, mail_server


@pytest.fixture
async def postbox(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Postbox]:
    async with mail_server() as box:
        monkeypatch.setattr(mail, "settings", replace(mail.settings, mail_url=box.url))
        yield box
