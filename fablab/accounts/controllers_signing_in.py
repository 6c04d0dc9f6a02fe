"""Pages for coming in: with a password, with a code from the desk, with a new password."""

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template

from fablab.accounts import passwords, signing_in
from fablab.accounts.controllers import HOME, Asked, again, browser_of, let_in
from fablab.accounts.controllers_joining import over
from fablab.accounts.forms import CodeForm, EmailForm, PasswordForm, SignInForm
from fablab.core.errors import Refused, TooMany
from fablab.core.i18n import gettext
from fablab.web.auth import Asker, Here, safe_next
from fablab.web.evenly import evenly
from fablab.web.forms import form_data, read
from fablab.web.pages import go, page
from fablab.web.sessions import begin_session
from fablab.web.visits import visit_of

SIGN_IN, CODE = "accounts/sign_in.html", "accounts/sign_in_code.html"
FORGOTTEN, RESET = "accounts/forgotten.html", "accounts/reset.html"


@get("/sign-in", name="accounts:sign-in")
async def sign_in(request: Asked, viewer: Asker) -> Template | Redirect:
    wish = safe_next(request.query_params.get("next"), "")
    if viewer:
        return go(request, wish or HOME)
    return page(request, SIGN_IN, values={"next": wish})


@post("/sign-in", name="accounts:signed-in", status_code=303)
async def come_in(request: Asked, place: Here) -> Template | Redirect:
    sent = await form_data(request)
    try:
        form = read(SignInForm, sent, place.zone)
        welcome = await signing_in.sign_in(form.login, form.password, browser_of(request))
    except (Refused, TooMany) as no:
        return again(request, SIGN_IN, no, sent)
    return await let_in(request, welcome.member, welcome.device, safe_next(form.next, HOME))


@get("/sign-in/code", name="accounts:code")
async def code(request: Asked) -> Template:
    return page(request, CODE)


@post("/sign-in/code", name="accounts:by-code", status_code=303)
async def by_code(request: Asked, place: Here) -> Template | Redirect:
    """In, and on to choosing a new password."""
    sent = await form_data(request)
    try:
        form = read(CodeForm, sent, place.zone)
        welcome = await signing_in.sign_in_with_code(form.login, form.code, browser_of(request))
    except (Refused, TooMany) as no:
        return again(request, CODE, no, sent)
    return await let_in(request, welcome.member, welcome.device, f"/reset/{welcome.reset}")


@get("/forgotten", name="accounts:forgotten")
async def forgotten(request: Asked) -> Template:
    return page(request, FORGOTTEN)


@post("/forgotten", name="accounts:ask-reset", status_code=303)
async def ask_reset(request: Asked, place: Here) -> Template | Redirect:
    """The same answer whether or not the address has an account."""
    sent = await form_data(request)
    try:
        form = read(EmailForm, sent, place.zone)
        async with evenly():
            await passwords.forgotten(form.email, visit_of(request.scope).address)
    except (Refused, TooMany) as no:
        return again(request, FORGOTTEN, no, sent)
    told = gettext("If this address has an account, a mail with a link is on its way to it.")
    return go(request, "/sign-in", told)


@get("/reset/{token:str}", name="accounts:reset")
async def reset(request: Asked, token: FromPath[str]) -> Template:
    if await passwords.look(token):
        return page(request, RESET)
    return over(request)


@post("/reset/{token:str}", name="accounts:set-password", status_code=303)
async def set_password(
    request: Asked, token: FromPath[str], viewer: Asker, place: Here
) -> Template | Redirect:
    sent = await form_data(request)
    try:
        form = read(PasswordForm, sent, place.zone)
        member = await passwords.reset(token, form.password)
    except Refused as no:
        if "link_over" in no.codes:
            return over(request)
        return again(request, RESET, no, sent)
    told = gettext("Your new password is set.")
    if viewer and viewer.id == member:  # came in by a code; every session ended with the old one
        await begin_session(request, member)
        return go(request, HOME, told)
    return go(request, "/sign-in", told)


ROUTES = [sign_in, come_in, code, by_code, forgotten, ask_reset, reset, set_password]
