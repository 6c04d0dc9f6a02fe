"""Mails as they should read, one file a template and language, in the folder `golden`.

    await goldens.compare("bookings/made", machine=Words(...), starts_at=MONDAY, ...)

UPDATE_GOLDEN=1 writes the files anew; read the difference before you commit it.
"""

import os
from pathlib import Path
from typing import Any
from unittest.mock import patch

from fablab.core.facts import dump, load
from fablab.core.words import LANGUAGES
from fablab.notifications import rendering
from fablab.notifications.rendering import Reader

FOLDER = Path(__file__).parent / "golden"


async def compare(template: str, case: str = "", **facts: Any) -> None:
    """The mail of these facts in each language; `case` tells several of one template apart.

    Call `factories.a_lab()` before. A `code` becomes a link that is always the same.
    """
    for language in LANGUAGES:
        file = FOLDER / name(template, case, language)
        written = await mail(template, language, **facts)
        if os.environ.get("UPDATE_GOLDEN"):
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(written)
        assert file.exists(), f"{file.name} is missing: run again with UPDATE_GOLDEN=1."
        assert written == file.read_text(), f"{file.name} reads differently now."


def name(template: str, case: str, language: str) -> str:
    return f"{template}.{case}.{language}.txt" if case else f"{template}.{language}.txt"


async def mail(template: str, language: str, **facts: Any) -> str:
    """Subject and text of the mail to Ada, as they go out."""
    reader = Reader(1, language, "آدا لوفلايس", "Ada Lovelace")
    known = load(dump(facts))  # as it comes back from the database
    [complete] = await rendering.completed([(template, known)])
    with patch.object(rendering, "link_of", link_of):
        told = await rendering.mailed(template, complete, reader)
    lines = [line.rstrip() for line in f"{told.subject}\n\n{told.text}".splitlines()]
    return "\n".join(lines) + "\n"


async def link_of(facts: dict[str, Any]) -> dict[str, str]:
    return {"link": "http://lab.test/link/of-the-code"} if rendering.SECRET in facts else {}
