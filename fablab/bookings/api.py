"""JSON for members and their programs: booking, and checking before."""

from dataclasses import replace
from typing import Any

import msgspec
from litestar import Request, Response, post

from fablab.bookings import actions, listing, settling, wanting
from fablab.bookings.actions import Override
from fablab.bookings.materials import material_called
from fablab.bookings.queries import project_of
from fablab.bookings.schemas import (
    MOST,
    AlternativeShown,
    BookingShown,
    BookingWish,
    OverrideWish,
    PartyShown,
    Verdict,
)
from fablab.bookings.wanting import Wanted, Way
from fablab.core import zones
from fablab.core.errors import Forbidden, Problem, Refused, Unreadable
from fablab.core.periods import Period
from fablab.core.words import N_, NN_
from fablab.lab.place import Place
from fablab.machines.catalogue import Catalogue, MachineView
from fablab.members.queries import by_number
from fablab.members.viewer import Viewer
from fablab.web import once, problems
from fablab.web.auth import Here, Machines, SignedIn, scope
from fablab.web.bodies import body
from fablab.web.openapi import described

Asked = Request[Any, Any, Any]
MAY_BOOK = [scope("book")]
MAY_READ = [scope("read")]
NOT_THEIRS = ("status", "price", "approved_by")


@post(
    "/bookings",
    name="api:book",
    tags=["bookings"],
    guards=MAY_BOOK,
    opt=described(takes=BookingWish, gives=(BookingShown, PartyShown), status=201, also=(200,)),
)
async def book(
    request: Asked, viewer: SignedIn, place: Here, machines: Machines
) -> Response[bytes]:
    """Book a machine, any of a category, or several machines or seats as a party.

    201 with the booking, or with all `bookings` of the party; the same wish again is answered 200
    with what was made already. All broken rules come together: 409 when the time is taken or on
    hold, else 422.
    """
    wanted = await wish(request, viewer, place, machines)
    await settling.settle(wanted.machine_ids)

    async def act() -> once.Answer:
        made = await wanting.make(viewer, wanted)
        first, status = made.bookings[0], 201 if made.new else 200
        at = f"/api/v1/bookings/{first.id}"
        if wanted.way == Way.ALL:
            party = await listing.these(viewer, place, machines, made.bookings)
            return once.answer(status, PartyShown(party), at)
        return once.answer(status, await listing.made(viewer, place, machines, first), at)

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
    wanted = await wish(request, viewer, place, machines)
    await settling.settle(wanted.machine_ids)

    async def act() -> once.Answer:
        said = await wanting.check(viewer, wanted)
        return once.answer(
            200,
            Verdict(
                violations=[problems.violation(problem) for problem in said.problems],
                alternatives=[
                    AlternativeShown(
                        each.machine.slug,
                        zones.iso(each.period.start, place.zone),
                        zones.iso(each.period.end, place.zone),
                        each.why,
                    )
                    for each in said.others
                ],
            ),
        )

    return await once.once(request, viewer.id, await request.body(), act)


async def wish(request: Asked, viewer: Viewer, place: Place, machines: Catalogue) -> Wanted:
    sent = await body(request, BookingWish, place.zone)
    must_not_set(sent, NOT_THEIRS)
    if not viewer.acts_as_staff:
        must_not_set(sent, ("member", "override"))
    must_want_one_thing(sent)
    material_called(sent.material, machines)
    views = wanted_machines(sent, viewer, machines)
    asked = await first_asked(sent, viewer, views[0])
    each = tuple(replace(asked, machine_id=view.id) for view in views)
    if sent.category is not None:
        return Wanted(each, Way.ANY)
    return Wanted(each, Way.ALL if sent.machines or sent.seats else Way.ONE)


def must_want_one_thing(sent: BookingWish) -> None:
    """A machine, machines or a category; seats of one machine only."""
    named = [name for name in ("machine", "machines", "category") if getattr(sent, name)]
    if not named:
        message = N_("Say which: `machine`, `machines` or `category`.")
        raise Unreadable(Problem("required", message, "machine"))
    if len(named) > 1:
        message = N_("Say one of `machine`, `machines` and `category`, not several.")
        raise Unreadable(*(Problem("unreadable", message, name) for name in named))
    if sent.seats is not None and sent.machine is None:
        message = N_("`seats` goes with `machine`: places of that one.")
        raise Unreadable(Problem("unreadable", message, "seats"))
    if sent.machines and len(sent.machines) > MOST:
        message, plural = NN_("At most one.", "At most {count}.")
        problem = Problem("unreadable", message, "machines", {}, MOST, plural=plural, count=MOST)
        raise Unreadable(problem)
    if sent.machines and len(set(sent.machines)) < len(sent.machines):
        message = N_("The same machine is named twice.")
        raise Unreadable(Problem("unreadable", message, "machines"))


def wanted_machines(
    sent: BookingWish, viewer: Viewer, machines: Catalogue
) -> tuple[MachineView, ...]:
    """One for each seat or machine; of a category those that may be had one day."""
    if sent.category is not None:
        return family(sent.category, machines)
    if sent.machines:
        return tuple(
            machine_called(slug, viewer, machines, f"machines[{number}]")
            for number, slug in enumerate(sent.machines)
        )
    return (machine_called(sent.machine or "", viewer, machines),) * (sent.seats or 1)


def family(slug: str, machines: Catalogue) -> tuple[MachineView, ...]:
    if found := machines.of_category(slug):
        return found
    message = N_("There is no category of this name.")
    raise Refused(Problem("unknown_category", message, "category"))


async def first_asked(sent: BookingWish, viewer: Viewer, view: MachineView) -> actions.Asked:
    member = await member_called(sent.member)
    return actions.Asked(
        machine_id=view.id,
        period=period(sent),
        member_id=member,
        project_id=await project_of(member or viewer.id, sent.project) if sent.project else None,
        note=sent.note,
        material=sent.material or "",
        own_material=sent.own_material,
        buddy_id=await member_called(sent.buddy, "buddy"),
        via="api",
        override=override(sent.override),
    )


async def member_called(number: int | None, about: str = "member") -> int | None:
    if number is None:
        return None
    if found := await by_number(number):
        return found.id
    raise Refused(Problem("unknown_member", N_("There is no member of this number."), about))


def period(sent: BookingWish) -> Period:
    return Period(sent.starts_at, sent.ends_at)


def override(sent: OverrideWish | None) -> Override | None:
    return Override(rules=frozenset(sent.rules), reason=sent.reason) if sent else None


def must_not_set(sent: msgspec.Struct, names: tuple[str, ...]) -> None:
    """A field that is known, and not the sender's to set: said, never ignored."""
    for name in names:
        if getattr(sent, name) is not None:
            raise Forbidden(N_("This field is not yours to set."), name)


def machine_called(
    slug: str, viewer: Viewer, machines: Catalogue, about: str = "machine"
) -> MachineView:
    view = machines.seen(slug, staff=viewer.is_staff)
    if view is None:
        message = N_("There is no machine of this name.")
        raise Refused(Problem("unknown_machine", message, about))
    return view


ROUTES = [book, check]
