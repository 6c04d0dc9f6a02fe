"""A lab with a printer, Ada with a PIN, and a browser that is a tablet of the lab."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from fablab.core.words import Words
from fablab.kiosk import actions
from fablab.machines.tables import Machine
from fablab.members.passwords import hash_password
from fablab.members.tables import Member
from tests import factories
from tests.support.browser import Browser

PIN = "4820"
HASHED = hash_password(PIN)


@pytest.fixture(autouse=True)
async def lab(rolled_back: None) -> None:
    await factories.a_lab()


@pytest.fixture
async def printer(lab: None) -> Machine:
    return await factories.a_machine(
        slug="printer",
        tag="PRI-01",
        name=Words("طابعة", "Imprimante", "Printer"),
        policy={"granularity_minutes": 15, "min_minutes": 15},
    )


@pytest.fixture
async def ada(lab: None) -> Member:
    return await factories.a_member(pin_hash=HASHED)


@pytest.fixture
async def manager(lab: None) -> Member:
    return await factories.a_manager(pin_hash=HASHED, given_name_latin="Mona")


async def make_tablet(browser: Browser, manager: Member, name: str = "Lobby", **more: Any) -> str:
    """The browser holds the key of a new tablet from now on."""
    key = await actions.put_up(manager.id, name, None, **more)
    browser.cookies.set("kiosk", key, domain="lab.test")
    return key


@pytest.fixture
async def tablet(app: Any, manager: Member) -> AsyncIterator[Browser]:
    async with Browser(app, headers={"accept-language": "en"}) as browser:
        await make_tablet(browser, manager)
        yield browser


async def come(tablet: Browser, member: Member | int, pin: str = PIN, machine: str = "") -> Any:
    """Number and PIN at the tablet."""
    number = member if isinstance(member, int) else member.number
    data = {"number": str(number), "pin": pin, "machine": machine}
    return await tablet.post("/kiosk/who", data=data)
