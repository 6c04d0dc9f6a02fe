"""Pages for joining: sign up, look at your mail, confirm the address."""

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template

from fablab.accounts import confirming, signing_up
from fablab.accounts.controllers import HOME, Asked, again, browser_of, let_in, offered
from fablab.accounts.forms import EmailForm, PasswordForm, SignUpForm
from fablab.core.errors import Refused, TooMany
from fablab.core.i18n import gettext, language
from fablab.web.auth import Asker, Here
from fablab.web.evenly import evenly
from fablab.web.forms import form_data, read
from fablab.web.pages import go, page
from fablab.web.visits import visit_of

SIGN_UP, CONFIRM = "accounts/sign_up.html", "accounts/confirm.html"
SENT = "/sign-up/sent"


@get("/sign-up", name="accounts:sign-up")
async def sign_up(request: Asked, viewer: Asker, place: Here) -> Template | Redirect:
    if viewer:
        return go(request, HOME)
    values = {"language": language.get()}
    return page(request, SIGN_UP, values=values, **offered(place))


@post("/sign-up", name="accounts:join", status_code=303)
async def join(request: Asked, place: Here) -> Template | Redirect:
    """The same answer whether or not the address has an account: look at your mail."""
    sent = await form_data(request)
    from_ = visit_of(request.scope).address
    try:
        form = read(SignUpForm, sent, place.zone)
        async with evenly():
            await signing_up.sign_up(form.person(), form.email, form.password, place, from_)
    except (Refused, TooMany) as no:
        return again(request, SIGN_UP, no, sent, **offered(place))
    return go(request, SENT)


@get(SENT, name="accounts:sent")
async def sent(request: Asked) -> Template:
    return page(request, "accounts/sent.html")


@post("/confirm/again", name="accounts:resend", status_code=303, stands_on=SENT)
async def resend(request: Asked, place: Here) -> Template | Redirect:
    typed = await form_data(request)
    try:
        form = read(EmailForm, typed, place.zone)
        async with evenly():
            await signing_up.resend(form.email, visit_of(request.scope).address)
    except (Refused, TooMany) as no:
        return again(request, "accounts/sent.html", no, typed)
    told = gettext("If this address waits to be confirmed, the mail is on its way again.")
    return go(request, SENT, told)


@get("/confirm/{token:str}", name="accounts:confirm")
async def look(request: Asked, viewer: Asker, token: FromPath[str]) -> Template:
    """A link from a mail only asks: programs that follow links must not confirm anything."""
    question = await confirming.look(token, viewer.id if viewer else None)
    return page(request, CONFIRM, question=question) if question else over(request)


@post("/confirm/{token:str}", name="accounts:confirmed", status_code=303)
async def confirm(
    request: Asked, viewer: Asker, place: Here, token: FromPath[str]
) -> Template | Redirect:
    asker = viewer.id if viewer else None
    typed = await form_data(request)
    try:
        form = read(PasswordForm, typed, place.zone)
        welcome = await confirming.confirm(token, browser_of(request), form.password, asker)
    except (Refused, TooMany) as no:
        if question := await confirming.look(token, asker):
            return again(request, CONFIRM, no, {}, question=question)
        return over(request)
    told = gettext("Your e-mail address is confirmed.")
    return await let_in(request, welcome.member, welcome.device, HOME, told)


def over(request: Asked) -> Template:
    return page(request, "accounts/link_over.html", status=410)


ROUTES = [sign_up, join, sent, resend, look, confirm]
