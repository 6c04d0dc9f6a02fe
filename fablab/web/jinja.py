"""The one template environment of the pages."""

from litestar.plugins.jinja import JinjaTemplateEngine
from litestar.template import TemplateConfig

from fablab.core import formats, i18n
from fablab.core.rendering import environment
from fablab.core.words import LANGUAGES
from fablab.web.assets import asset
from fablab.web.fragments import kept

pages = environment(autoescape=True)
pages.globals.update(
    {
        "asset": asset,
        "clock_time": formats.time,
        "local": formats.local,
        "direction": i18n.direction,
        "kept": kept,
        "LANGUAGES": LANGUAGES,
    }
)


def template_config() -> TemplateConfig[JinjaTemplateEngine]:
    return TemplateConfig(instance=JinjaTemplateEngine.from_environment(pages))
