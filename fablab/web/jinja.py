"""The one template environment of the pages."""

from litestar.plugins.jinja import JinjaTemplateEngine
from litestar.template import TemplateConfig

from fablab.core import formats, i18n
from fablab.core.rendering import environment
from fablab.core.versions import Stamps
from fablab.core.words import LANGUAGES
from fablab.web.assets import asset
from fablab.web.fragments import kept
from fablab.web.times import times_of_day
from fablab.web.watching import Topic


def live_version(stamps: Stamps, machine: int | None = None) -> str:
    """Which version of the schedule, or of one machine's, a page shows: `stamps | live_version`."""
    return Topic(machine=machine).version(stamps)


pages = environment(autoescape=True)
pages.filters["live_version"] = live_version
pages.globals.update(
    {
        "asset": asset,
        "clock_time": formats.time,
        "local": formats.local,
        "direction": i18n.direction,
        "kept": kept,
        "LANGUAGES": LANGUAGES,
        "times_of_day": times_of_day,
    }
)


def template_config() -> TemplateConfig[JinjaTemplateEngine]:
    return TemplateConfig(instance=JinjaTemplateEngine.from_environment(pages))
