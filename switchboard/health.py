"""Health: whether database, schema and clock are in order, and the figures that operators watch."""

from prometheus_client import CollectorRegistry, Gauge, generate_latest
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from foundation.runtime import Runtime
from intake.tables import CallRow, CaseRow
from routing.hunt import SEARCHING
from routing.tables import HuntRow, LegRow
from switchboard.tables import HeartbeatRow
from telephony.tables import OutboxRow

CLOCK_SILENT_SECONDS = 30
"""A clock process beats every 5 s; after this long without one, hunts are only moved by their callers' polls."""


def readiness(runtime: Runtime) -> dict[str, object]:
    """Check what serving a call needs; every check says ok, or what is wrong."""
    # Alembic takes 0.1 s of the 0.9 s in which a web process imports everything, and the first call does not need it.
    from switchboard.schema import is_current  # noqa: PLC0415 - measured above

    try:
        migrations = "ok" if is_current(runtime.settings.database_url) else "run: switchboard migrate"
        age = clock_age(runtime) if migrations == "ok" else None
    except SQLAlchemyError as fault:
        return {"ready": False, "database": type(fault).__name__, "migrations": "unknown", "clock_age_seconds": None}
    silent = age is None or age > CLOCK_SILENT_SECONDS
    clock = "start: switchboard clock" if silent else "ok"
    return {
        "ready": migrations == "ok",
        "database": "ok",
        "migrations": migrations,
        "clock": clock,
        "clock_age_seconds": age,
    }


def clock_age(runtime: Runtime) -> float | None:
    """Seconds since any clock process last beat; nothing if none ever did."""
    with runtime.database.read() as session:
        beat = session.scalar(select(func.max(HeartbeatRow.at)))
    return None if beat is None else round((runtime.clock.now() - beat).total_seconds(), 1)


def metrics_text(runtime: Runtime) -> bytes:
    """Count what stands in the database now; a registry of its own per request, so that processes need not share memory."""
    registry = CollectorRegistry()
    with runtime.database.read() as session:
        figures = {
            "switchboard_hunts_open": (
                "Hunts without a winner",
                select(func.count()).select_from(HuntRow).where(HuntRow.status.in_(SEARCHING)),
            ),
            "switchboard_legs_ringing": (
                "Handsets ringing",
                select(func.count()).select_from(LegRow).where(LegRow.status == "ringing"),
            ),
            "switchboard_calls": (
                "Calls that came in",
                select(func.count()).select_from(CallRow).where(CallRow.direction == "inbound"),
            ),
            "switchboard_cases_new": (
                "Cases that nobody has taken",
                select(func.count()).select_from(CaseRow).where(CaseRow.status == "new"),
            ),
            "switchboard_outbox_waiting": (
                "Messages not yet sent",
                select(func.count()).select_from(OutboxRow).where(OutboxRow.status == "queued"),
            ),
        }
        for name, (meaning, query) in figures.items():
            Gauge(name, meaning, registry=registry).set(session.scalar(query) or 0)
    age = clock_age(runtime)
    Gauge("switchboard_clock_age_seconds", "Seconds since a clock process beat", registry=registry).set(
        -1 if age is None else age
    )
    return generate_latest(registry)
