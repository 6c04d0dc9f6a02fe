"""JSON for members and their programs: their bookings, booking, and checking before."""

from datetime import datetime
from typing import Any

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath

from fablab.bookings import actions, listing, settling
from fablab.bookings.actions import Override
from fablab.bookings.alternatives import alternatives
from fablab.bookings.queries import project_of
from fablab.bookings.schemas import (
    AlternativeShown,
    BookingList,
    BookingShown,
    BookingWish,
    ListAsked,
    Verdict,
)
from fablab.core import zones
from fablab.core.errors import Forbidden, NotFound, Problem, Refused
from fablab.core.periods import Period
from fablab.core.words import N_
from fablab.lab.place import Place
from fablab.machines.catalogue import Catalogue, MachineView
from fablab.members.queries import by_number
from fablab.members.viewer import Viewer
from fablab.web import once, paging, problems
from fablab.web.auth import Here, Machines, SignedIn, scope
from fablab.web.bodies import body, query
from fablab.web.openapi import described

Asked = Request[Any, Any, Any]
MAY_BOOK = [scope("book")]
MAY_READ = [scope("read")]
NOT_THEIRS = ("status", "price", "approved_by")


@get(
    "/bookings",
    name="api:bookings",
    tags=["bookings"],
    guards=MAY_READ,
    opt=described(asks=ListAsked, gives=BookingList),
)
async def bookings(
    request: Asked, viewer: SignedIn, place: Here, machines: Machines
) -> dict[str, Any]:
    """My bookings and my projects', in order of start; staff see everybody's."""
    asked = query(request, ListAsked, place.zone)
    view = machines.seen(asked.machine, staff=viewer.is_staff) if asked.machine else None
    if asked.machine and view is None:
        raise NotFound("machine")
    wanted = paging.wanted(asked.limit, asked.cursor, datetime, int)
    rows = await listing.several(
        viewer,
        limit=wanted.limit + 1,
        after=wanted.after,
        mine=asked.mine,
        machine_id=view.id if view else None,
        start=asked.from_,
        end=asked.to,
        status=asked.status,
    )
    return paging.piece(
        rows,
        wanted,
        show=lambda row: listing.shown(row, viewer, place, machines),
        at=lambda row: (row["starts_at"], row["id"]),
    )


@get(
    "/bookings/{booking_id:int}",
    name="api:booking",
    tags=["bookings"],
    guards=MAY_READ,
    opt=described(gives=BookingShown),
)
async def booking(
    viewer: SignedIn, place: Here, machines: Machines, booking_id: FromPath[int]
) -> BookingShown:
    """One of my bookings."""
    return await listing.one(viewer, place, machines, booking_id)


@post(
    "/bookings",
    name="api:book",
    tags=["bookings"],
    guards=MAY_BOOK,
    opt=described(takes=BookingWish, gives=BookingShown, status=201, also=(200,)),
)
async def book(
    request: Asked, viewer: SignedIn, place: Here, machines: Machines
) -> Response[bytes]:
    """Book a machine.

    201 with the booking; the same wish again is answered 200 with the booking already made. All
    broken rules come together: 409 when the time is taken or on hold, else 422.
    """
    asked = await wish(request, viewer, place, machines)
    await settling.settle([asked.machine_id])

    async def act() -> once.Answer:
        made = await actions.make(viewer, asked)
        shown = await listing.made(viewer, place, machines, made.booking)
        return once.answer(201 if made.new else 200, shown, f"/api/v1/bookings/{shown.id}")

    return await once.once(request, viewer.id, await request.body(), act)


@post(
    "/bookings/check",
    name="api:check",
    tags=["bookings"],
    guards=MAY_BOOK,
    opt=described(takes=BookingWish, gives=Verdict),
)
async def check(
    request: Asked, viewer: SignedIn, place: Here, machines: Machines
) -> Response[bytes]:
    """What booking it would say, and up to five alternatives. Writes nothing."""
    asked = await wish(request, viewer, place, machines)

    async def act() -> once.Answer:
        judged = await actions.check(viewer, asked)
        others = await alternatives(judged.situation, judged.wish) if judged.problems else []
        return once.answer(
            200,
            Verdict(
                violations=[problems.violation(problem) for problem in judged.problems],
                alternatives=[
                    AlternativeShown(
                        each.machine.slug,
                        zones.iso(each.period.start, place.zone),
                        zones.iso(each.period.end, place.zone),
                        each.why,
                    )
                    for each in others
                ],
            ),
        )

    return await once.once(request, viewer.id, await request.body(), act)


async def wish(request: Asked, viewer: Viewer, place: Place, machines: Catalogue) -> actions.Asked:
    sent = await body(request, BookingWish, place.zone)
    must_not_set(sent, NOT_THEIRS)
    if not viewer.acts_as_staff:
        must_not_set(sent, ("member", "override"))
    view = machine_called(sent.machine, viewer, machines)
    return actions.Asked(
        machine_id=view.id,
        period=period(sent),
        member_id=await member_called(sent.member),
        project_id=await project_of(viewer.id, sent.project) if sent.project else None,
        note=sent.note,
        material=sent.material or "",
        own_material=sent.own_material,
        buddy_id=await member_called(sent.buddy, "buddy"),
        via="api",
        override=override(sent),
    )


async def member_called(number: int | None, about: str = "member") -> int | None:
    if number is None:
        return None
    if found := await by_number(number):
        return found.id
    raise Refused(Problem("unknown_member", N_("There is no member of this number."), about))


def period(sent: BookingWish) -> Period:
    return Period(sent.starts_at, sent.ends_at)


def override(sent: BookingWish) -> Override | None:
    if sent.override is None:
        return None
    return Override(rules=frozenset(sent.override.rules), reason=sent.override.reason)


def must_not_set(sent: msgspec.Struct, names: tuple[str, ...]) -> None:
    """A field that is known, and not the sender's to set: said, never ignored."""
    for name in names:
        if getattr(sent, name) is not None:
            raise Forbidden(N_("This field is not yours to set."), name)


def machine_called(slug: str, viewer: Viewer, machines: Catalogue) -> MachineView:
    view = machines.seen(slug, staff=viewer.is_staff)
    if view is None:
        message = N_("There is no machine of this name.")
        raise Refused(Problem("unknown_machine", message, "machine"))
    return view


ROUTES = [bookings, booking, book, check]
