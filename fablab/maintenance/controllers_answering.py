"""What the pages of hours and machines share: showing the preview, and hearing the answer."""

from typing import Any

from litestar.response import Redirect

from fablab.core.errors import Refused
from fablab.core.i18n import gettext
from fablab.maintenance.forms import Answered
from fablab.maintenance.preview import Choice, Unanswered
from fablab.web.auth import Asked
from fablab.web.pages import go

HOURS = "/desk/hours"


class NotWanted(Exception):
    """Staff looked at the preview, and want nothing saved."""


def must_be_wanted(form: Answered) -> None:
    if form.stranded == Choice.REFUSE:
        raise NotWanted


def nothing_saved(request: Asked, to: str = HOURS) -> Redirect:
    return go(request, to, gettext("Nothing was saved."), "")


def why_not(no: Refused) -> dict[str, Any]:
    """What the page of the form is given: the problems, and the preview if that is one of them."""
    found = no.preview if isinstance(no, Unanswered) else None
    return {"status": 422, "problems": no.problems, "preview": found}


ROUTES: list[Any] = []
