"""Whether what is stored is whole: each booking with what must be stored beside it, once."""

import asyncio
import sys
from collections import Counter
from collections.abc import Iterable

from fablab.core import db
from fablab.core.facts import load
from tests.support.databases import Copy
from tests.support.servers import SECRET

ACTIVITY = "SELECT thing_id FROM activity WHERE thing = 'booking' AND verb = 'made'"
NOTICES = "SELECT facts FROM notification WHERE template = 'bookings/made'"
UNANSWERED = "SELECT count(*) AS found FROM kept_answer WHERE status = 0"


async def stored() -> set[int]:
    return {row["id"] for row in await db.fetch("SELECT id FROM booking")}


async def halves(but: Iterable[int] = ()) -> list[str]:
    """Bookings without their one activity or their one notice, and either of them without one.

    `but`: bookings that a test has put there by itself.
    """
    bookings = Counter(await stored() - set(but))
    recorded = Counter(row["thing_id"] for row in await db.fetch(ACTIVITY))
    noticed = Counter(load(row["facts"])["booking"] for row in await db.fetch(NOTICES))
    [kept] = await db.fetch(UNANSWERED)
    found = {"activity": differing(bookings, recorded), "notice": differing(bookings, noticed)}
    told = [f"booking {each} and its {what}" for what, those in found.items() for each in those]
    return told + ["a claim without its effect"] * kept["found"]


def differing(one: Counter[int], other: Counter[int]) -> list[int]:
    return sorted((one - other) | (other - one))


async def check(copy: Copy) -> str:
    """What `fablab check` complains about; nothing when all is well."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "fablab", "check"),
        env=copy.environment | {"FABLAB_SECRET_KEY": SECRET},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    return said.decode() if process.returncode else ""
