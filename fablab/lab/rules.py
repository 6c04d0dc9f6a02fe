"""What hours may be written down: pure checks of what staff type."""

import ipaddress
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from fablab.core.errors import Problem
from fablab.core.words import N_, Words
from fablab.lab.hours import Window, Windows

LONGEST_SPAN = timedelta(days=366)
FULL_DAY = 24 * 60
WIDEST = {4: 16, 6: 32}


def span_problems(name: Words, first_day: date, last_day: date) -> tuple[Problem, ...]:
    """A closure or a season has a name, and ends on or after its first day, within a year."""
    found = []
    if not name:
        found.append(Problem("required", N_("Give a name in one language at least."), "name_ar"))
    if last_day < first_day:
        message = N_("The last day must not come before the first.")
        found.append(Problem("invalid_period", message, "last_day", limit=first_day))
    elif last_day - first_day > LONGEST_SPAN:
        found.append(Problem("too_long", N_("At most one year at a time."), "last_day"))
    return tuple(found)


def window_problems(windows: Windows) -> tuple[Problem, ...]:
    """A day's windows do not overlap each other, and only the last may end after midnight."""
    spans = sorted(minutes(window) for window in windows)
    for (_, end), (start, _) in pairwise(spans):
        if start < end:
            return (Problem("overlapping_hours", N_("These hours overlap."), "opens_2"),)
    if spans and spans[-1][1] - FULL_DAY > spans[0][0]:
        message = N_("The hours reach into those of the next day.")
        return (Problem("overlapping_hours", message, "opens_1"),)
    return ()


def minutes(window: Window) -> tuple[int, int]:
    """From midnight of its day; an end that is not later lies on the next day."""
    start = window.opens.hour * 60 + window.opens.minute
    end = window.closes.hour * 60 + window.closes.minute
    return start, end if end > start else end + FULL_DAY


def network_problems(networks: Sequence[str]) -> tuple[Problem, ...]:
    """Each is an address or a network, and none so wide that it exempts the world."""
    for text in networks:
        try:
            network = ipaddress.ip_network(text, strict=False)
        except ValueError:
            message = N_("{text} is no network, such as 196.200.10.0/24.")
            return (Problem("unreadable", message, "networks", {"text": text}),)
        if network.prefixlen < WIDEST[network.version]:
            message = N_("{text} is too wide to be one lab's.")
            return (Problem("too_wide", message, "networks", {"text": text}),)
    return ()


def policy_problems(numbers: Mapping[str, Any]) -> tuple[Problem, ...]:
    """Lengths lie on the grid, the grid fits a day, the longest is no shorter than the least."""
    step, least, most = (numbers[f"{name}_minutes"] for name in ("granularity", "min", "max"))
    if step <= 0 or FULL_DAY % step:
        message = N_("A day must be a whole number of steps.")
        return (Problem("off_grid", message, "granularity_minutes"),)
    off_grid = N_("This must be a whole number of steps.")
    found = [
        Problem("off_grid", off_grid, about)
        for about in ("min_minutes", "max_minutes")
        if numbers[about] % step
    ]
    if most < least:
        message = N_("The longest booking must not be shorter than the shortest.")
        found.append(Problem("too_short", message, "max_minutes", limit=least))
    return tuple(found)
