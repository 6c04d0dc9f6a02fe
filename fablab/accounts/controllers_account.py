"""A member's own pages: profile, e-mail, password, devices, tokens."""

import json
from typing import Any

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template

from fablab.accounts import access, passwords, profile
from fablab.accounts.controllers import Asked, again, offered
from fablab.accounts.forms import ChangeEmailForm, ChangePasswordForm, PersonForm, TokenForm
from fablab.core.errors import Refused, TooMany
from fablab.core.i18n import gettext
from fablab.lab.place import Place
from fablab.members import agents, queries, rules, sessions
from fablab.members.viewer import Viewer
from fablab.web.auth import Here, SignedIn, signed_in
from fablab.web.forms import form_data, read
from fablab.web.pages import go, page
from fablab.web.sessions import begin_session

PROFILE, EMAIL = "accounts/profile.html", "accounts/email.html"
PASSWORD, TOKENS = "accounts/password.html", "accounts/tokens.html"
OWN: dict[str, Any] = {"guards": [signed_in]}
DONE: dict[str, Any] = {"guards": [signed_in], "status_code": 303}


@get("/account", name="accounts:profile", **OWN)
async def show_profile(request: Asked, viewer: SignedIn, place: Here) -> Template:
    values = (await queries.by_id(viewer.id)).to_dict()
    return page(request, PROFILE, values=values, **known(values, place))


def known(member: dict[str, Any], place: Place) -> dict[str, Any]:
    return {"birth_year": member["birth_year"], **offered(place)}


@post("/account", name="accounts:change-profile", **DONE)
async def change_profile(request: Asked, viewer: SignedIn, place: Here) -> Template | Redirect:
    sent = await form_data(request)
    try:
        form = read(PersonForm, sent, place.zone)
        await profile.change_profile(viewer.id, form.person(), place)
    except Refused as no:
        kept = (await queries.by_id(viewer.id)).to_dict()
        return again(request, PROFILE, no, sent, **known(kept, place))
    return go(request, "/account", gettext("Your profile is changed."))


@get("/account/email", name="accounts:email", **OWN)
async def show_email(request: Asked, viewer: SignedIn) -> Template:
    return page(request, EMAIL, **await secrets_of(viewer))


@post("/account/email", name="accounts:change-email", **DONE)
async def change_email(request: Asked, viewer: SignedIn, place: Here) -> Template | Redirect:
    sent = await form_data(request)
    try:
        form = read(ChangeEmailForm, sent, place.zone)
        await profile.ask_for_email(viewer.id, form.email, form.password)
    except (Refused, TooMany) as no:
        return again(request, EMAIL, no, sent, **await secrets_of(viewer))
    told = gettext("Look at the mail of the new address: it counts once its link is followed.")
    return go(request, "/account/email", told)


@get("/account/password", name="accounts:password", **OWN)
async def show_password(request: Asked, viewer: SignedIn) -> Template:
    return page(request, PASSWORD, **await secrets_of(viewer))


@post("/account/password", name="accounts:change-password", **DONE)
async def change_password(request: Asked, viewer: SignedIn, place: Here) -> Template | Redirect:
    """Every other browser is signed out, and this one gets a new key."""
    sent = await form_data(request)
    try:
        form = read(ChangePasswordForm, sent, place.zone)
        await passwords.change(
            viewer.id, form.old_password, form.new_password, session_id=viewer.session_id
        )
    except (Refused, TooMany) as no:
        return again(request, PASSWORD, no, sent, **await secrets_of(viewer))
    await begin_session(request, viewer.id)
    return go(request, "/account", gettext("Your password is changed."))


async def secrets_of(viewer: Viewer) -> dict[str, Any]:
    member = await queries.by_id(viewer.id)
    return {"has_password": member.password_hash is not None}


@get("/account/sessions", name="accounts:sessions", **OWN)
async def show_sessions(request: Asked, viewer: SignedIn) -> Template:
    rows = await sessions.of_member(viewer.id)
    shown = [(row, *agents.described(row.agent), row.id == viewer.session_id) for row in rows]
    return page(request, "accounts/sessions.html", sessions=shown)


@post("/account/sessions/{session_id:int}/end", name="accounts:end-session", **DONE)
async def end_session(request: Asked, viewer: SignedIn, session_id: FromPath[int]) -> Redirect:
    await access.end_session(viewer.id, session_id)
    return go(request, "/account/sessions", gettext("That device is signed out."))


@post("/account/sessions/end-others", name="accounts:end-others", **DONE)
async def end_others(request: Asked, viewer: SignedIn) -> Redirect:
    await access.end_other_sessions(viewer.id, viewer.session_id)
    return go(request, "/account/sessions", gettext("All other devices are signed out."))


@get("/account/tokens", name="accounts:tokens", **OWN)
async def show_tokens(request: Asked, viewer: SignedIn) -> Template:
    return page(request, TOKENS, **await tokens_of(viewer))


@post("/account/tokens", name="accounts:make-token", status_code=200, guards=[signed_in])
async def make_token(request: Asked, viewer: SignedIn, place: Here) -> Template:
    """Shown on the page that answers, and never again."""
    sent = await form_data(request)
    try:
        form = read(TokenForm, sent, place.zone)
        made = await access.make_token(viewer.id, form.name, form.scopes)
    except Refused as no:
        return again(request, TOKENS, no, sent, **await tokens_of(viewer))
    return page(request, TOKENS, made=made, **await tokens_of(viewer))


async def tokens_of(viewer: Viewer) -> dict[str, Any]:
    rows = await queries.tokens_of(viewer.id)
    listed = [(row, json.loads(row.scopes)) for row in rows]
    return {"tokens": listed, "scopes": rules.allowed_scopes(viewer.role)}


@post("/account/tokens/{token_id:int}/revoke", name="accounts:revoke-token", **DONE)
async def revoke_token(request: Asked, viewer: SignedIn, token_id: FromPath[int]) -> Redirect:
    await access.revoke_token(viewer.id, token_id)
    return go(request, "/account/tokens", gettext("The token is revoked."))


ROUTES = [
    show_profile,
    change_profile,
    show_email,
    change_email,
    show_password,
    change_password,
    show_sessions,
    end_session,
    end_others,
    show_tokens,
    make_token,
    revoke_token,
]
