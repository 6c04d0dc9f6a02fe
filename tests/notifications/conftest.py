"""Templates of the tests' own, and a mail server to send to."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from jinja2 import ChoiceLoader, DictLoader, Environment

from fablab.core import mail
from fablab.core.rendering import environment
from fablab.notifications import rendering
from tests.support.postbox import Postbox, mail_server

TEMPLATES = {
    "emails/test/hello.txt": """\
{{ _("Hello %(name)s", name=name) }}

{{ machine | words }} {{ starts_at | moment }}

<b>{{ note }}</b> {{ base_url }}/bookings/7.
""",
    "emails/test/secret.txt": "Confirm\n\n{{ link }}\n",
    "emails/test/broken.txt": "Oops\n\n{{ nobody_knows_this }}\n",
}


@pytest.fixture(autouse=True)
def _templates(monkeypatch: pytest.MonkeyPatch) -> None:
    def more(autoescape: bool) -> Environment:
        made = environment(autoescape)
        assert made.loader is not None
        made.loader = ChoiceLoader([DictLoader(TEMPLATES), made.loader])
        return made

    monkeypatch.setattr(rendering, "templates", more)


@pytest.fixture
async def postbox(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Postbox]:
    async with mail_server() as box:
        monkeypatch.setattr(mail, "settings", replace(mail.settings, mail_url=box.url))
        yield box
