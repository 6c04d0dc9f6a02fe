"""How much of the popular machines one person may have in the demo lab."""

from fablab.activity.actions import record
from fablab.demo.source import as_json
from fablab.machines.tables import Category
from fablab.quotas.measures import Hours, Measure, Span
from fablab.quotas.tables import Quota

LASERS = {
    "ar": "القطع بالليزر: أربع ساعات في اليوم",
    "fr": "Découpe laser\u00a0: quatre heures par jour",
    "en": "Laser cutting: four hours a day",
}
MILLS = {
    "ar": "التفريز: خمسة حجوزات في الأسبوع",
    "fr": "Fraisage\u00a0: cinq réservations par semaine",
    "en": "Milling: five bookings a week",
}


async def make() -> None:
    """Both lie above what anybody of the history used: nobody begins beyond a limit."""
    ids = {row["slug"]: row["id"] for row in await Category.select(Category.id, Category.slug)}
    quotas = [
        Quota(
            name=as_json(LASERS),
            category=ids["laser"],
            measure=Measure.HOURS,
            span=Span.DAY,
            most=4 * 60,
            hours=Hours.OPENING,
        ),
        Quota(
            name=as_json(MILLS),
            category=ids["cnc-routing"],
            measure=Measure.BOOKINGS,
            span=Span.WEEK,
            most=5,
        ),
    ]
    for quota in quotas:
        await quota.save()
        await record("made", "quota", quota.id, actor=None)
