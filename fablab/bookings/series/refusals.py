"""What is wrong with a series as a whole, whatever its dates."""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise

from fablab.bookings.rules.times import LONGEST_USE
from fablab.bookings.series.repeating import LAST, Repeat, Unit
from fablab.core.errors import Problem
from fablab.core.periods import Period
from fablab.core.words import N_, NN_

MOST = 366  # instances of one series, even where staff set the policy's limit aside
FARTHEST = timedelta(days=10 * 366)


def senseless(repeat: Repeat, first: date) -> Problem | None:
    """What can mean nothing, whatever the machine."""
    if repeat.unit == Unit.WEEK and not repeat.beginning(first).weekdays:
        return Problem("no_weekday", N_("Choose at least one day of the week."), "weekdays")
    if repeat.unit != Unit.WEEK and repeat.weekdays:
        message = N_("Days of the week are for what repeats by weeks.")
        return Problem("invalid_repeat", message, "weekdays")
    if repeat.unit != Unit.MONTH and repeat.nth is not None:
        message = N_("Which weekday of the month is for what repeats by months.")
        return Problem("invalid_repeat", message, "nth")
    if repeat.every < 1 or (repeat.nth is not None and repeat.nth not in (1, 2, 3, 4, 5, LAST)):
        return Problem("invalid_repeat", N_("This repeats never."), "every")
    if (repeat.until is None) == (repeat.count is None):
        message = N_("Say either the last day or how many times.")
        return Problem("invalid_repeat", message, "until")
    if repeat.count is not None and repeat.count < 1:
        return Problem("invalid_repeat", N_("At least once."), "count", {}, 1, [1])
    if repeat.until is not None and repeat.until < first:
        message = N_("The last day, {until}, comes before the first, {first}.")
        details = {"until": repeat.until, "first": first}
        return Problem("invalid_repeat", message, "until", details, None, [first])
    return None


def backwards(first: Period) -> Problem | None:
    if first.end <= first.start:
        return Problem("invalid_period", N_("The end must come after the start."), "ends_at")
    if first.length > LONGEST_USE:
        message = N_("A booking lasts at most {longest}.")
        details = {"longest": LONGEST_USE}
        return Problem("invalid_period", message, "ends_at", details, limit=LONGEST_USE)
    return None


def empty(found: Sequence[date], repeat: Repeat) -> Problem | None:
    if found:
        return None
    message = N_("No such day comes until {until}.")
    return Problem("invalid_repeat", message, "until", {"until": repeat.until})


def overlapping(found: Sequence[date], length: timedelta, turnaround: timedelta) -> Problem | None:
    """Instances longer than their distance, the time for cleaning up between them included."""
    distance = min((after - before for before, after in pairwise(found)), default=None)
    if distance is None or length + turnaround <= distance:
        return None
    message = N_("Each lasts {length}, but the next begins {distance} later: they would overlap.")
    details = {"length": length + turnaround, "distance": distance}
    return Problem("instances_overlap", message, "ends_at", details, distance)


def too_many(found: Sequence[date], most: int) -> Problem | None:
    if len(found) <= min(most, MOST):
        return None
    one, many = NN_("A series has at most {count} date.", "A series has at most {count} dates.")
    may = len(found) <= MOST
    limit = most if may else min(most, MOST)
    return Problem("series_too_long", one, "repeat", {}, limit, [limit], may, many, limit)


def too_far(found: Sequence[date], first: date) -> Problem | None:
    if found[-1] - first <= FARTHEST:
        return None
    return Problem("invalid_repeat", N_("A series ends within ten years."), "until")
