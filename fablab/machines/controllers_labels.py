"""Sheets to print and put up at the machines: scan, check in, start, report."""

from litestar import get
from litestar.params import FromPath
from litestar.response import Template

from fablab.core.i18n import direction, translations
from fablab.core.words import LANGUAGES, N_
from fablab.machines import labels
from fablab.machines.catalogue import MachineView
from fablab.machines.controllers_desk import named
from fablab.machines.queries import catalogue
from fablab.web.auth import Asked, staff_only
from fablab.web.pages import page

SCAN = N_("Scan it to check in, to start now, or to report a fault.")


@get("/desk/machines/qr", name="desk:qr-all", guards=[staff_only])
async def every(request: Asked) -> Template:
    """Of every machine that people may see."""
    return sheet(request, (await catalogue()).visible())


@get("/desk/machines/{slug:str}/qr", name="desk:qr", guards=[staff_only])
async def one(request: Asked, slug: FromPath[str]) -> Template:
    return sheet(request, (await named(slug),))


def sheet(request: Asked, machines: tuple[MachineView, ...]) -> Template:
    found = [(view, labels.drawn(view.tag), labels.address(view.tag)) for view in machines]
    invitations = [(name, direction(name), translations(name).gettext(SCAN)) for name in LANGUAGES]
    return page(request, "desk/qr.html", labels=found, invitations=invitations)


ROUTES = [every, one]
