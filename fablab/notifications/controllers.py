"""The page of a member's notices."""

from litestar import get, post
from litestar.params import FromQuery
from litestar.response import Redirect, Template
from msgspec import Struct

from fablab.core import i18n
from fablab.notifications import actions, queries, rendering
from fablab.web import forms
from fablab.web.auth import Asked, Here, SignedIn, signed_in
from fablab.web.pages import go, page


class Seen(Struct):
    """Up to which notice the member has read."""

    up_to: int


@get("/me/notices", name="notices", guards=[signed_in])
async def index(
    request: Asked, viewer: SignedIn, place: Here, below: FromQuery[int | None] = None
) -> Template:
    notices = await queries.inbox(viewer, place, i18n.language.get(), below=below)
    return page(
        request,
        "notifications/index.html",
        notices=notices,
        paragraphs=rendering.paragraphs,
        is_first=below is None,
    )


@post("/me/notices", name="notices:read", guards=[signed_in])
async def mark_read(request: Asked, viewer: SignedIn, place: Here) -> Redirect:
    form = forms.read(Seen, await forms.form_data(request), place.zone)
    await actions.mark_read(viewer.id, form.up_to)
    return go(request, "/me/notices")


ROUTES = [index, mark_read]
