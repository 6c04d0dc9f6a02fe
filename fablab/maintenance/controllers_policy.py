"""The desk's page of the lab's own numbers: lengths, notices, grace, strikes."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import msgspec
from litestar import get, post
from litestar.response import Redirect, Template
from msgspec import Meta

from fablab.core.errors import Refused
from fablab.core.i18n import gettext
from fablab.core.words import N_
from fablab.lab.hours import Attendance, ClosedHours
from fablab.lab.place import Place
from fablab.maintenance.controllers import SAVE, STAFF
from fablab.maintenance.policy import change_networks, change_policy
from fablab.web.auth import Asked, Here, SignedIn
from fablab.web.forms import form_data, read
from fablab.web.pages import go, page
from fablab.web.visits import visit_of

Minutes = Annotated[int, Meta(ge=0, le=10_080)]
Steps = Annotated[int, Meta(ge=5, le=1440)]
Days = Annotated[int, Meta(ge=1, le=730)]
Count = Annotated[int, Meta(ge=1, le=1000)]
TimeOfDay = Annotated[str, Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]


class PolicyForm(msgspec.Struct, kw_only=True):
    granularity_minutes: Steps
    min_minutes: Steps
    max_minutes: Minutes
    turnaround_minutes: Minutes
    notice_to_book_minutes: Minutes
    notice_to_move_minutes: Minutes
    notice_to_cancel_minutes: Minutes
    checkin_opens_before_minutes: Minutes
    grace_minutes: Minutes
    horizon_days: Days
    approval_days: Days
    needs_approval: bool = False
    strikes: Count
    strike_window_days: Days
    hold_days: Days
    offer_near_minutes: Count
    offer_near_within_minutes: Minutes
    offer_far_minutes: Count
    offer_begun_minutes: Count
    offer_hurried_minutes: Count
    offer_night_from: TimeOfDay
    offer_night_until: TimeOfDay
    late_cancellation_strikes: Literal["0", "1/2", "1"] = "0"
    attendance: Attendance
    closed_hours: ClosedHours


NUMBERS = (
    ("granularity_minutes", N_("Steps, in minutes"), ""),
    ("min_minutes", N_("Shortest booking, in minutes"), ""),
    ("max_minutes", N_("Longest booking, in minutes"), ""),
    ("turnaround_minutes", N_("Cleaning up after a booking, in minutes"), ""),
    ("notice_to_book_minutes", N_("Notice to book, in minutes"), ""),
    ("notice_to_move_minutes", N_("Notice to change, in minutes"), ""),
    ("notice_to_cancel_minutes", N_("Notice to cancel, in minutes"), ""),
    ("checkin_opens_before_minutes", N_("Check-in opens, minutes before the start"), ""),
    ("grace_minutes", N_("Grace, minutes after the start"), N_("Then the booking is released.")),
    ("horizon_days", N_("How far ahead, in days"), ""),
    ("approval_days", N_("Days within which a request is decided"), N_("Then it expires.")),
    ("strikes", N_("Strikes that hold an account"), ""),
    ("strike_window_days", N_("Days for which a strike counts"), ""),
    ("hold_days", N_("Days an account is held"), ""),
)
OFFERS = (
    ("offer_far_minutes", N_("Held for, in minutes"), ""),
    ("offer_near_within_minutes", N_("A start is near, minutes ahead"), ""),
    ("offer_near_minutes", N_("Held for when it is near, in minutes"), ""),
    ("offer_begun_minutes", N_("Held for once the time has begun, in minutes"), ""),
    ("offer_hurried_minutes", N_("Held for after two who did not answer, in minutes"), ""),
)
NIGHT = (
    ("offer_night_from", N_("The night begins"), ""),
    ("offer_night_until", N_("Made at night, it is held until"), ""),
)
ATTENDANCE = {
    Attendance.STAFFED: N_("The whole booking lies in opening hours."),
    Attendance.START_AND_END_STAFFED: N_("Its start and its end lie in opening hours."),
    Attendance.ANYTIME: N_("At any time, also when the lab is closed."),
}
GIVEN_UP_LATE = {
    "0": N_("Nothing: it is only noted"),
    "1/2": N_("Half an absence"),
    "1": N_("An absence"),
}
CLOSED_HOURS = {ClosedHours.NIGHT: N_("One night"), ClosedHours.WEEKEND: N_("A weekend")}


@get("/desk/policy", name="desk:policy", **STAFF)
async def show(request: Asked, place: Here) -> Template:
    return policy_page(request, place, typed(place.policy))


def typed(policy: Mapping[str, Any]) -> dict[str, str]:
    """The numbers as the form would send them: what is off sends nothing."""
    return {name: "" if each is False else str(each) for name, each in policy.items()}


def policy_page(request: Asked, place: Place, values: Mapping[str, Any], **more: Any) -> Template:
    return page(
        request,
        "desk/policy.html",
        values={"networks": "\n".join(place.networks), **values},
        address=visit_of(request.scope).address,
        numbers=worded(NUMBERS),
        offers=worded(OFFERS),
        night=worded(NIGHT),
        attendance=[(each.value, gettext(name)) for each, name in ATTENDANCE.items()],
        given_up_late=[(value, gettext(name)) for value, name in GIVEN_UP_LATE.items()],
        closed_hours=[(each.value, gettext(name)) for each, name in CLOSED_HOURS.items()],
        **more,
    )


def worded(fields: tuple[tuple[str, str, str], ...]) -> list[tuple[str, str, str]]:
    return [(name, gettext(label), hint and gettext(hint)) for name, label, hint in fields]


@post("/desk/policy", name="desk:change-policy", **SAVE)
async def change(request: Asked, viewer: SignedIn, place: Here) -> Template | Redirect:
    sent = await form_data(request)
    try:
        form = read(PolicyForm, sent, place.zone)
        await change_policy(numbers_of(form), actor=viewer.id)
    except Refused as no:
        return policy_page(request, place, sent, status=422, problems=no.problems)
    return go(request, "/desk/policy", gettext("The rules are saved. Bookings made before stand."))


def numbers_of(form: PolicyForm) -> dict[str, Any]:
    """As the policy keeps them: whole strikes are numbers, and a half is written as one."""
    halves = form.late_cancellation_strikes
    kept = halves if "/" in halves else int(halves)
    numbers: dict[str, Any] = msgspec.to_builtins(form)
    return numbers | {"late_cancellation_strikes": kept}


class NetworksForm(msgspec.Struct):
    """One network a line, such as 196.200.10.0/24."""

    networks: Annotated[str, Meta(max_length=1000, extra={"lines": True})] = ""


@post("/desk/networks", name="desk:change-networks", stands_on="/desk/policy", **SAVE)
async def change_own_networks(request: Asked, viewer: SignedIn, place: Here) -> Template | Redirect:
    """The lab's own addresses: many people sign up and in from one of them."""
    sent = await form_data(request)
    try:
        form = read(NetworksForm, sent, place.zone)
        await change_networks(form.networks.split(), actor=viewer.id)
    except Refused as no:
        values = typed(place.policy) | sent
        return policy_page(request, place, values, status=422, problems=no.problems)
    return go(request, "/desk/policy", gettext("The lab's own networks are saved."))


ROUTES = [show, change, change_own_networks]
