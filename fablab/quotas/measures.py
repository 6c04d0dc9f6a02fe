"""What a quota counts, over which time, and which hours."""

from enum import StrEnum


class Measure(StrEnum):
    HOURS = "hours"
    BOOKINGS = "bookings"
    OPEN = "open"


class Span(StrEnum):
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class Hours(StrEnum):
    OPENING = "opening"
    ALL = "all"
