"""Quotas: two hours a day for everybody, everywhere, unless a test says otherwise."""

from typing import Any

from fablab.core.words import Words
from fablab.quotas.tables import Quota
from tests.factories.machines import as_stored


async def a_quota(**values: Any) -> Quota:
    """`most` is minutes where hours are counted."""
    defaults: dict[str, Any] = {
        "name": Words("حد يومي", "Limite du jour", "Daily limit").dump(),
        "measure": "hours",
        "span": "day",
        "most": 120,
    }
    return await Quota.objects().create(**defaults | as_stored(values))
