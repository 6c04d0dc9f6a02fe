"""The times of a day as a form offers them: chosen, not typed into a browser's own field."""

DAY = 24 * 60


def times_of_day(step: int, typed: str = "") -> list[tuple[str, str]]:
    """Every `step` minutes from midnight on, as (value, words); `typed` too, whatever it is."""
    found = [f"{minute // 60:02}:{minute % 60:02}" for minute in range(0, DAY, max(step, 1))]
    if typed and typed not in found:
        found = sorted([*found, typed])
    return [(each, each) for each in found]
