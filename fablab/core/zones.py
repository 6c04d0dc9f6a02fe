"""Wall-clock time and instants, from the time-zone data we pin and no other."""

import zoneinfo
from bisect import bisect_left
from datetime import UTC, date, datetime, timedelta
from functools import cache, lru_cache
from importlib.metadata import PackageNotFoundError, version
from zoneinfo import ZoneInfo

from fablab.core.errors import Problem, Refused, WrongSetup
from fablab.core.periods import Period
from fablab.core.words import N_

# Operating systems still ship data from before Morocco left UTC+1 (IANA 2026c), and Python
# looks there first. With an empty path only the pinned `tzdata` package is read.
zoneinfo.reset_tzpath(to=[])
ZoneInfo.clear_cache()

# Far from both ends of what a datetime can hold, so that no sum of ours overflows.
FIRST_YEAR, LAST_YEAR = 1970, 2200
MEND = "Install the package tzdata, version 2026.3 or later: pip install --upgrade 'tzdata>=2026.3'"


@cache
def tzdata_version() -> str:
    """The version of the zone data in use, such as "2026.6"."""
    try:
        return version("tzdata")
    except PackageNotFoundError as missing:
        raise WrongSetup(f"The time-zone data is missing. {MEND}") from missing


def check_zone_data() -> None:
    """Refuse stale or missing zone data: with it, every hour of Berkane would be an hour off.

    Source: IANA 2026c, Morocco on UTC+0 from 2026-09-20.
    """
    tzdata_version()
    try:
        casablanca = ZoneInfo.no_cache("Africa/Casablanca")
    except zoneinfo.ZoneInfoNotFoundError as missing:
        raise WrongSetup(f"The time-zone data is missing. {MEND}") from missing
    noon = datetime(2026, 11, 22, 12, tzinfo=UTC)
    if noon.astimezone(casablanca).hour != 12:
        raise WrongSetup(f"The time-zone data is older than Morocco's law of 2026. {MEND}")


@lru_cache(maxsize=64)
def zone(name: str) -> ZoneInfo:
    """The zone of that IANA name. `Refused` with `unknown_zone` when there is none."""
    try:
        return ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError) as unknown:
        raise Refused(Problem("unknown_zone", N_("This time zone is unknown."))) from unknown


def wall(instant: datetime, tz: ZoneInfo) -> datetime:
    """The instant as the lab's clock on the wall shows it, with its offset."""
    return instant.astimezone(tz)


def candidates(clock_face: datetime, tz: ZoneInfo) -> list[datetime]:
    """The instants (UTC) at which the wall shows this: none, one, or two, earlier first."""
    naive = clock_face.replace(tzinfo=None)
    found = {naive.replace(tzinfo=tz, fold=fold).astimezone(UTC) for fold in (0, 1)}
    return sorted(at for at in found if at.astimezone(tz).replace(tzinfo=None) == naive)


def from_wall(clock_face: datetime, tz: ZoneInfo, about: str | None = None) -> datetime:
    """The one instant (UTC) at which the wall shows this time.

    `Refused` with `nonexistent_time` or `ambiguous_time` where the zone skips it or has it twice.
    """
    found = candidates(clock_face, tz)
    if len(found) == 1:
        return found[0]
    face = clock_face.replace(tzinfo=None)
    if not found:
        after = face.replace(tzinfo=tz, fold=0).astimezone(UTC).astimezone(tz)
        message = N_("The clock skips {time} on that day: choose another time.")
        raise Refused(
            Problem("nonexistent_time", message, about, {"time": f"{face:%H:%M}"}, nearest=[after])
        )
    message = N_("The clock shows {time} twice on that day: say which one you mean.")
    nearest = [at.astimezone(tz) for at in found]
    raise Refused(
        Problem("ambiguous_time", message, about, {"time": f"{face:%H:%M}"}, None, nearest)
    )


def read_time(text: str, tz: ZoneInfo, about: str | None = None) -> datetime:
    """An instant (UTC) from RFC 3339 with an offset, or from the lab's wall clock without.

    `Refused` with `unreadable` (also before 1970 and after 2200), `nonexistent_time` or
    `ambiguous_time`.
    """
    try:
        read = datetime.fromisoformat(text.strip())
        if len(text.strip()) <= len("2026-01-01"):
            raise ValueError("a date without a time")
        if not FIRST_YEAR <= read.year <= LAST_YEAR:
            raise ValueError("a year of no lab")
        return from_wall(read, tz, about) if read.tzinfo is None else read.astimezone(UTC)
    except (ValueError, OverflowError) as unreadable:
        raise Refused(Problem("unreadable", N_("This is not a time."), about)) from unreadable


@lru_cache(maxsize=4096)
def midnight(day: date, tz: ZoneInfo) -> datetime:
    """The first instant (UTC) of the lab's day, also where midnight itself is skipped."""
    face = datetime(day.year, day.month, day.day)  # noqa: DTZ001 - a clock face, not an instant
    return again(face, tz)


def again(agreed: datetime, tz: ZoneInfo) -> datetime:
    """The instant (UTC) at which the wall shows the agreed time under the law we know now.

    Where it is shown twice: the one with the offset that was agreed, else the first. Where it is
    skipped: the first instant after the gap.
    """
    found = candidates(agreed, tz)
    if not found:
        return after_gap(agreed, tz)
    return agreed.astimezone(UTC) if agreed.tzinfo and agreed in found else found[0]


def after_gap(clock_face: datetime, tz: ZoneInfo) -> datetime:
    """The first instant (UTC) after a time that the wall skips."""
    naive = clock_face.replace(tzinfo=None)
    before, after = (naive.replace(tzinfo=tz, fold=fold).astimezone(UTC) for fold in (1, 0))

    def is_over(seconds: int) -> bool:
        at = before + timedelta(seconds=seconds)
        return at.astimezone(tz).replace(tzinfo=None) >= naive

    seconds = range(int((after - before).total_seconds()) + 1)
    return before + timedelta(seconds=bisect_left(seconds, True, key=is_over))


def day(of: date, tz: ZoneInfo) -> Period:
    """The lab's day from midnight to midnight: 23, 24 or 25 hours."""
    return Period(midnight(of, tz), midnight(of + timedelta(days=1), tz))


def local_date(instant: datetime, tz: ZoneInfo) -> date:
    return instant.astimezone(tz).date()


def iso(instant: datetime, tz: ZoneInfo) -> str:
    """RFC 3339 with the lab's offset at that instant, whole seconds."""
    return instant.astimezone(tz).isoformat(timespec="seconds")
