"""How long a booking of a machine may be, as a form offers it."""

from datetime import timedelta

from fablab.core import formats, i18n
from fablab.machines.catalogue import MachineView

MOST_LENGTHS = 48


def minutes_of(view: MachineView) -> int:
    """An hour, or what comes nearest to it."""
    least, most = view.policy.min_duration, view.policy.max_duration
    return int(max(least, min(timedelta(hours=1), most)).total_seconds()) // 60


def lengths(view: MachineView, chosen: str) -> list[tuple[str, str]]:
    """The machine's legal lengths in its steps, not too many, and what was typed."""
    policy, language = view.policy, i18n.language.get()
    step = policy.granularity
    while (policy.max_duration - policy.min_duration) / step > MOST_LENGTHS:
        step *= 2
    found, length = [], policy.min_duration
    while length <= policy.max_duration:
        found.append(int(length.total_seconds()) // 60)
        length += step
    if chosen.isdecimal() and 0 < int(chosen[:5]) <= 10_080:
        found = sorted({*found, int(chosen[:5])})
    return [(str(each), formats.duration(timedelta(minutes=each), language)) for each in found]
