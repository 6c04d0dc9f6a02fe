"""Names as somebody with bad intentions would give them, in everything that has a name.

They are written past the forms, as an old import might have left them.
"""

from datetime import date
from typing import Any

from fablab.core.words import Words
from fablab.lab.tables import Charter, Closure, DayException, Lab, Season
from fablab.machines.tables import Machine
from fablab.members.tables import ApiToken, Hold, Member, Project, Session
from fablab.notifications.actions import notify
from tests import factories
from tests.notifications.test_mails import MAILS
from tests.rights.scene import Scene, a_scene

TAG = "<img src=x onerror=alert(1)>"
BREAKOUT = "\"'></title></textarea></option><script>alert(2)</script>"
FORMULA = "=cmd|' /C calc'!A0"
TEMPLATE = "{{ 7 * 191 }}{% raw %}%(name)s{name}"
TURNED = "\u202e\u2069\u2067"
EVIL = f"{TAG}{TURNED}{BREAKOUT}{FORMULA}{TEMPLATE}"
COMPUTED = str(7 * 191)
NAME = f"{TAG}{TURNED}{FORMULA}"  # a name has 80 characters
WORDS = Words(EVIL, EVIL, EVIL)


async def a_hostile_scene() -> Scene:
    """The scene with every name turned bad."""
    scene = await a_scene()
    names = ("given_name_ar", "family_name_ar", "given_name_latin", "family_name_latin")
    await Member.update(dict.fromkeys(names, NAME), force=True)
    for table, column in (
        *((Lab, name) for name in ("name", "tagline", "hours_note", "open_lab_note")),
        *((Machine, name) for name in ("name", "description", "status_note")),
        (Project, "title"),
        (Closure, "name"),
        (Season, "name"),
        (DayException, "reason"),
        (Charter, "title"),
    ):
        await table.update({column: WORDS.dump()}, force=True)
    await Machine.update({Machine.model: EVIL[:120], Machine.location: NAME[:80]}, force=True)
    await Session.update({Session.agent: EVIL[:300]}, force=True)
    await ApiToken.update({ApiToken.name: NAME[:80]}, force=True)
    await Hold.update({Hold.reason: EVIL}, force=True)
    await more_rows(scene)
    return scene


async def more_rows(scene: Scene) -> None:
    """What the scene has none of: families, notes, notices, today's closure."""
    owner = scene.members["owner"]
    family = await factories.a_category(name=WORDS)
    right = await factories.a_certification("evil", name=WORDS)
    bad = {"name": WORDS, "category": family.id, "certification": right.id, "status_note": WORDS}
    await factories.a_machine(status="out_of_order", model=EVIL[:120], **bad)
    laser = await Machine.objects().get(Machine.slug == "laser")
    await factories.a_booking(
        factories.hours(3), laser, owner, note=EVIL, status="cancelled", cancel_reason=EVIL
    )
    await factories.a_booking(
        factories.hours(24), laser, kind="training", title=WORDS.dump(), note=EVIL
    )
    await factories.a_certificate(right, owner)
    await factories.a_closure(date(2026, 12, 2), name=WORDS.dump())
    for template, cases in MAILS.items():
        for facts in cases.values():
            await notify(owner.id, template, **spoiled(facts))


def spoiled(facts: dict[str, Any]) -> dict[str, Any]:
    """The same facts with every text replaced but those that choose a sentence."""
    kept = {"kind", "slug", "was_start", "was_end"}

    def bad(name: str, value: Any) -> Any:
        match value:
            case Words():
                return WORDS
            case str() if name not in kept and value:
                return EVIL
            case dict():
                return spoiled(value)
            case [*several]:
                return [bad(name, each) for each in several]
        return value

    return {name: bad(name, value) for name, value in facts.items()}
