"""Where a person chooses the language of the pages."""

from typing import Any, Literal

import msgspec
from litestar import Request, post
from litestar.response import Redirect

from fablab.core import db
from fablab.members.tables import Member
from fablab.web import forms, language
from fablab.web.auth import Asker, Here, safe_next
from fablab.web.visits import set_cookie


class LanguageForm(msgspec.Struct):
    language: Literal["ar", "fr", "en"]
    next: str = "/"


@post("/language", name="language", status_code=303)
async def choose_language(request: Request[Any, Any, Any], viewer: Asker, place: Here) -> Redirect:
    """Kept in a cookie for this browser, and with the account for the mails too."""
    form = forms.read(LanguageForm, await forms.form_data(request), place.zone)
    set_cookie(request.scope, language.COOKIE, form.language, max_age=language.A_YEAR)
    if viewer and viewer.language != form.language:
        async with db.transaction():
            await Member.update({Member.language: form.language}).where(Member.id == viewer.id)
    return Redirect(safe_next(form.next), status_code=303)
