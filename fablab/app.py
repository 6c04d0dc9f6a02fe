"""The web app, put together: routes, middleware, handlers, lifespan."""

import pkgutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module
from typing import Any

from litestar import Router
from litestar.config.compression import CompressionConfig
from litestar.di import Provide

import fablab
from fablab import schedule
from fablab.core import db
from fablab.core.zones import check_zone_data
from fablab.web import api_docs, logs
from fablab.web.assets import static_files
from fablab.web.auth import Reception, provide_machines, provide_place, provide_viewer
from fablab.web.choosing import choose_language
from fablab.web.csrf import OwnForms
from fablab.web.entrance import FabLab
from fablab.web.errors import HANDLERS
from fablab.web.health import HEALTH
from fablab.web.jinja import template_config
from fablab.web.limits import LARGEST_BODY
from fablab.web.live import LIVE
from fablab.web.watching import watch

OWN = [choose_language, static_files, *HEALTH, *LIVE, api_docs.docs]
WORTH_PACKING = 1_024


def routes(kind: str) -> list[Any]:
    """The ROUTES of every module of ours that begins with `kind`, package by package."""
    found: list[Any] = []
    for module in sorted(pkgutil.walk_packages(fablab.__path__, "fablab."), key=by_depth):
        parts = module.name.split(".")
        if parts[1] != "web" and len(parts) > 2 and parts[-1].startswith(kind):
            found += import_module(module.name).ROUTES
    return found


def by_depth(module: pkgutil.ModuleInfo) -> tuple[int, str]:
    return module.name.count("."), module.name


def lifespan(jobs: bool) -> Any:
    """Around the server's life: the connections, and whatever happens by itself."""

    @asynccontextmanager
    async def living(_: Any) -> AsyncIterator[None]:
        check_zone_data()
        logs.set_up()
        async with db.connected(), schedule.running(pages=True, work=jobs):
            with watch.opened():
                yield

    return living


def create_app(jobs: bool = True) -> FabLab:
    """The app. With `jobs`, what happens by itself happens in this process too."""
    api = [*routes("api"), api_docs.document]
    return FabLab(
        route_handlers=[
            *OWN,
            *routes("controllers"),
            Router("/api/v1", route_handlers=api, include_in_schema=True),
        ],
        include_in_schema=False,
        dependencies={
            "viewer": Provide(provide_viewer),
            "place": Provide(provide_place),
            "machines": Provide(provide_machines),
        },
        middleware=[Reception, OwnForms],
        exception_handlers=HANDLERS,
        template_config=template_config(),
        compression_config=CompressionConfig(
            backend="gzip",
            gzip_compress_level=4,
            minimum_size=WORTH_PACKING,
            exclude_opt_key="packed",
        ),
        openapi_config=None,
        request_max_body_size=LARGEST_BODY,
        lifespan=[lifespan(jobs)],
        logging_config=None,
        debug=False,
    )
