"""What one may wait for, how long an offer is held, when waiting is over. Values in and out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from fablab.bookings.rules import Limits
from fablab.bookings.rules.times import TOLERANCE
from fablab.core import zones
from fablab.core.errors import Problem
from fablab.core.periods import Period
from fablab.core.words import N_, NN_

LONGEST_WINDOW = timedelta(days=31)
MOST_ENTRIES = 10  # of one member, waiting at once
SILENT_ENOUGH = 2  # silent holders after whom the rest have less time to decide


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """The lab's numbers about offers. The night's ends are times on the wall."""

    near: timedelta
    near_within: timedelta
    far: timedelta
    begun: timedelta
    hurried: timedelta
    night_from: time
    night_until: time

    @classmethod
    def of(cls, policy: Mapping[str, Any]) -> "Holding":
        def minutes(name: str) -> timedelta:
            return timedelta(minutes=policy[f"offer_{name}_minutes"])

        return cls(
            near=minutes("near"),
            near_within=minutes("near_within"),
            far=minutes("far"),
            begun=minutes("begun"),
            hurried=minutes("hurried"),
            night_from=time.fromisoformat(policy["offer_night_from"]),
            night_until=time.fromisoformat(policy["offer_night_until"]),
        )


def held_until(
    start: datetime, now: datetime, silent: int, holding: Holding, zone: ZoneInfo
) -> datetime:
    """Until when an offer made now waits for its answer; `silent` holders had it before.

    What begins during the answer is held until it begins, but never less than time that has begun:
    nobody could answer at once.
    """
    least = now + holding.begun
    if start <= now:
        return least
    if start - now <= holding.near_within:
        until = now + holding.near
    elif morning := morning_after(now, holding, zone):
        until = max(morning, now + holding.far)  # whoever sleeps is not passed over
    else:
        until = now + (holding.hurried if silent >= SILENT_ENOUGH else holding.far)
    return max(min(until, start), least)


def morning_after(now: datetime, holding: Holding, zone: ZoneInfo) -> datetime | None:
    """When the night that it is now ends; None by day."""
    face = zones.wall(now, zone)
    if holding.night_until <= face.time() < holding.night_from:
        return None
    day = face.date() if face.time() < holding.night_until else face.date() + timedelta(days=1)
    return zones.again(datetime.combine(day, holding.night_until), zone)


def is_over(window: Period, length: timedelta, now: datetime) -> bool:
    """Whether the window can no longer hold the length."""
    return now - TOLERANCE > window.end - length


def leaves_room(window: Period, gone: Period, length: timedelta) -> bool:
    """Whether the window has another place on that machine, clear of what was let go."""
    return gone.start - window.start >= length or window.end - gone.end >= length


def problems(
    window: Period, length: timedelta, limits: Sequence[Limits], now: datetime, zone: ZoneInfo
) -> tuple[Problem, ...]:
    """Why nobody could ever be offered this; `limits` are those of the machines that would do."""
    if window.end <= window.start:
        message = N_("The end must come after the start.")
        return (Problem("invalid_period", message, "window_end"),)
    found = [window_problem(window, length), length_problem(length, limits)]
    if is_over(window, length, now):
        found.append(Problem("in_the_past", N_("This time has passed."), "window_start"))
    days = max(each.horizon for each in limits)
    last = zones.local_date(now, zone) + timedelta(days=days)
    if window.start + length > zones.day(last, zone).end:
        one, many = NN_(
            "Bookings are open until {last}, one day ahead.",
            "Bookings are open until {last}, {count} days ahead.",
        )
        details = {"last": last}
        found.append(
            Problem("too_far", one, "window_start", details, days, [last], plural=many, count=days)
        )
    return tuple(each for each in found if each)


def window_problem(window: Period, length: timedelta) -> Problem | None:
    if window.length > LONGEST_WINDOW:
        message = N_("One waits for a time within {longest} at most.")
        details = {"longest": LONGEST_WINDOW}
        return Problem("window_too_long", message, "window_end", details, LONGEST_WINDOW)
    if window.length < length:
        message = N_("{length} do not fit between the two times.")
        return Problem("window_too_short", message, "window_end", {"length": length}, length)
    return None


def length_problem(length: timedelta, limits: Sequence[Limits]) -> Problem | None:
    """None where it suits at least one of the machines."""
    if any(suits(length, each) for each in limits):
        return None
    least = min(each.min_duration for each in limits)
    most = max(each.max_duration for each in limits)
    if length < least:
        message = N_("At least {least} at a time.")
        return Problem("too_short", message, "minutes", {"least": least}, least)
    if length > most:
        message = N_("At most {most} at a time.")
        return Problem("too_long", message, "minutes", {"most": most}, most)
    step = min(each.granularity for each in limits)
    message = N_("Lengths go in steps of {step}.")
    return Problem("off_grid", message, "minutes", {"step": step}, step)


def suits(length: timedelta, limits: Limits) -> bool:
    return (
        limits.min_duration <= length <= limits.max_duration
        and length % limits.granularity == timedelta(0)
    )
