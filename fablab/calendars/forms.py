"""What the page of calendars sends."""

from typing import Annotated

import msgspec


class FeedForm(msgspec.Struct):
    """The machine by its slug; empty: one's own bookings."""

    machine: Annotated[str, msgspec.Meta(max_length=80)] = ""
