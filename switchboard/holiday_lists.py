"""Public holidays of a country or a part of one, as closures, from the `holidays` package."""

from datetime import datetime

from foundation.errors import Refused
from foundation.windows import Closure


def public_holidays(place: str, start: datetime, end: datetime) -> tuple[Closure, ...]:
    """List the public holidays of `US` or `US-CA` in the years that a range touches; Refused for an unknown place."""
    # The package takes 0.09 s to import, and few reports name a place.
    import holidays  # noqa: PLC0415 - measured above

    country, _, part = place.upper().partition("-")
    years = range(start.year - 1, end.year + 2)
    try:
        dates = holidays.country_holidays(country, subdiv=part or None, years=years)
    except (NotImplementedError, KeyError) as fault:
        raise Refused("holidays_unknown", place=place) from fault
    return tuple(Closure(day) for day in sorted(dates))
