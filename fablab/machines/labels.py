"""The QR at a machine: the address that it holds, drawn."""

from urllib.parse import quote

import segno
from markupsafe import Markup

from fablab.core.settings import settings


def address(tag: str) -> str:
    """Where the QR leads: readable, so that it can be typed too."""
    return f"{settings.base_url.rstrip('/')}/at/{quote(tag)}"


def drawn(tag: str) -> Markup:
    """As SVG, sized by the style sheet. A label on a machine gets worn: a quarter may be lost."""
    code = segno.make(address(tag), error="q", micro=False)
    svg = code.svg_inline(omitsize=True, svgclass="qr", lineclass=None, border=4)
    return Markup(svg)  # noqa: S704 - drawn by ourselves
