"""What the pages of accounts share; signing out; agreeing to the charter."""

from collections.abc import Mapping
from typing import Any

from litestar import Request, post
from litestar.response import Redirect, Template

from fablab.accounts import profile
from fablab.accounts.forms import CharterForm
from fablab.core.errors import Problem, Refused, TooMany
from fablab.core.i18n import gettext, language
from fablab.core.words import N_, NN_
from fablab.lab.place import Place
from fablab.members import rules
from fablab.members.sessions import DEVICE_LIFE, Browser
from fablab.web.auth import Asker, Here, SignedIn, safe_next, signed_in
from fablab.web.forms import Sent, form_data, read
from fablab.web.pages import go, page
from fablab.web.sessions import begin_session, end_session
from fablab.web.visits import cookie_name, set_cookie, visit_of

Asked = Request[Any, Any, Any]
DEVICE = "device"
HOME = "/me"
No = Refused | TooMany
WAITS = {
    1: NN_("Too many tries. Wait {count} second.", "Too many tries. Wait {count} seconds."),
    60: NN_("Too many tries. Wait {count} minute.", "Too many tries. Wait {count} minutes."),
}
UNKNOWN_PROFILE = N_("I prefer not to say")
GENDERS = {
    "woman": N_("Woman"),
    "man": N_("Man"),
    "other": N_("Another"),
    "unsaid": UNKNOWN_PROFILE,
}


def again(
    request: Asked, template: str, no: No, values: Sent | Mapping[str, Any], **context: Any
) -> Template:
    """The form once more, as it was typed, with every reason why not."""
    if isinstance(no, TooMany):
        headers = {"retry-after": str(no.retry_after)}
        problems = [patience(no.retry_after)]
        return page(
            request,
            template,
            status=429,
            problems=problems,
            values=values,
            headers=headers,
            **context,
        )
    return page(request, template, status=422, problems=no.problems, values=values, **context)


def patience(seconds: int) -> Problem:
    unit = 1 if seconds < 120 else 60
    one, many = WAITS[unit]
    return Problem("too_many", one, plural=many, count=-(-seconds // unit))


def browser_of(request: Asked) -> Browser:
    return Browser(
        address=visit_of(request.scope).address,
        agent=request.headers.get("user-agent", ""),
        device=request.cookies.get(cookie_name(DEVICE), ""),
    )


async def let_in(request: Asked, member_id: int, device: str, to: str, text: str = "") -> Redirect:
    """A new session, and the browser known from now on."""
    await begin_session(request, member_id)
    set_cookie(request.scope, DEVICE, device, max_age=int(DEVICE_LIFE.total_seconds()))
    return go(request, to, text)


def offered(place: Place) -> dict[str, Any]:
    """The choices of the forms about people, in the reader's language."""
    spoken, unsaid = language.get(), (rules.UNSAID, gettext(UNKNOWN_PROFILE))
    return {
        "profiles": [*((each.slug, each.name.say(spoken)) for each in place.profiles), unsaid],
        "communes": [*((each.slug, each.name.say(spoken)) for each in place.communes), unsaid],
        "genders": [(slug, gettext(name)) for slug, name in GENDERS.items()],
        "languages": [("ar", "العربية"), ("fr", "Français"), ("en", "English")],
    }


@post("/sign-out", name="accounts:sign-out", status_code=303)
async def sign_out(request: Asked, viewer: Asker) -> Redirect:
    """For whoever is signed in here; harmless for everybody else."""
    await end_session(request)
    return go(request, "/", gettext("You are signed out.") if viewer else "")


@post("/charter/accept", name="accounts:accept-charter", guards=[signed_in], status_code=303)
async def accept_charter(request: Asked, viewer: SignedIn, place: Here) -> Redirect:
    form = read(CharterForm, await form_data(request), place.zone)
    await profile.accept_charter(viewer.id, form.version, place)
    to = safe_next(form.next, "/charter")
    return go(request, to, gettext("Your agreement to the charter is recorded."))


ROUTES = [sign_out, accept_charter]
