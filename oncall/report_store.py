"""What reports and calendars need to know of people besides their phones: what they are called, and their own zone."""

from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.windows import zone_named
from oncall.tables import TechnicianRow


def people_names(session: Session) -> dict[str, str]:
    """Load what everybody is called, by key."""
    rows = session.execute(select(TechnicianRow.key, TechnicianRow.name).order_by(TechnicianRow.key))
    return {key: name for key, name in rows}  # noqa: C416 - dict(rows) does not type-check: rows are no tuples


def people_zones(session: Session) -> dict[str, ZoneInfo]:
    """Load the zones of those who have said theirs, by key."""
    rows = session.execute(
        select(TechnicianRow.key, TechnicianRow.time_zone).where(TechnicianRow.time_zone.is_not(None))
    )
    return {key: zone_named(zone) for key, zone in rows if zone}
