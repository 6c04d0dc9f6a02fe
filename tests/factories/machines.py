"""Machines that work, need nothing and inherit the lab's numbers, unless a test says otherwise."""

import json
from typing import Any

from fablab.core.words import Words
from fablab.machines.tables import Category, Certification, Machine, Material
from tests.factories import numbers


async def a_category(**values: Any) -> Category:
    number = next(numbers)
    defaults = {"slug": f"category-{number}", "name": Words(en=f"Category {number}").dump()}
    return await Category.objects().create(**defaults | as_stored(values))


async def a_certification(slug: str = "", **values: Any) -> Certification:
    slug = slug or f"certification-{next(numbers)}"
    defaults = {"slug": slug, "name": Words(en=slug.capitalize()).dump(), "levels": "[1, 2]"}
    return await Certification.objects().create(**defaults | as_stored(values))


async def a_machine(**values: Any) -> Machine:
    """Its name, tag and slug are made up. `policy` and materials may be given as plain values."""
    number = next(numbers)
    defaults = {
        "slug": f"machine-{number}",
        "tag": f"MAC-{number:02d}",
        "name": Words(f"آلة {number}", f"Machine {number}", f"Machine {number}").dump(),
    }
    return await Machine.objects().create(**defaults | as_stored(values))


async def a_room(**values: Any) -> Machine:
    return await a_machine(**{"kind": "room", "safety_class": "green"} | values)


async def a_material(slug: str, name: str = "") -> Material:
    words = Words(en=name or slug.upper())
    return await Material.objects().create(slug=slug, name=words.dump())


def as_stored(values: dict[str, Any]) -> dict[str, Any]:
    """Lists, mappings and texts in three languages as JSON columns keep them."""

    def stored(value: Any) -> Any:
        if isinstance(value, Words):
            return value.dump()
        return json.dumps(value) if isinstance(value, dict | list) else value

    return {name: stored(value) for name, value in values.items()}
