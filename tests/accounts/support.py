"""What the tests of accounts need to see: letters as they would be mailed, and their links."""

import re
from typing import Any

from fablab.core.facts import load
from fablab.members.tables import Member
from fablab.notifications import rendering
from fablab.notifications.leasing import reader
from fablab.notifications.tables import Notification

PASSWORD = "three small blue horses"
ADA = {
    "given_name_latin": "Ada",
    "family_name_latin": "Byron",
    "email": "ada@example.org",
    "password": PASSWORD,
    "birth_year": "1990",
    "language": "en",
}


async def letters(address: str) -> list[str]:
    """The templates of all mails to that address, in order."""
    rows = (
        await Notification.select().where(Notification.address == address).order_by(Notification.id)
    )
    return [row["template"] for row in rows]


async def last_mail(address: str) -> rendering.Told:
    row: dict[str, Any] | None = await (
        Notification.select()
        .where(Notification.address == address)
        .order_by(Notification.id, ascending=False)
        .first()
    )
    assert row is not None, f"No mail to {address}."
    [member] = await Member.select().where(Member.id == row["member"])
    return await rendering.mailed(row["template"], load(row["facts"]), reader(member))


async def last_link(address: str) -> str:
    """The path of the link in the last mail to that address."""
    found = re.findall(r"http://lab\.test(/(?:confirm|reset)/\w+)", (await last_mail(address)).text)
    assert len(found) == 1
    return str(found[0])
