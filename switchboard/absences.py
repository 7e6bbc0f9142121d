"""An import of time off, from a calendar's bytes to the rosters, and how it is told to programs and to people."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from foundation.clock import iso
from foundation.errors import NotFound, Refused
from foundation.windows import Interval
from oncall.report_store import people_names, people_zones
from oncall.store import load_roster, load_rosters
from oncall.time_off import TimeOffPlan
from oncall.time_off_import import Absence, EventFault, NotACalendar, Reading, read_absences
from oncall.time_off_service import Import, plan_import, put_time_off
from switchboard.world_shape import Document


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import found, what it would do on each roster, and in whose zone it is told."""

    faults: tuple[EventFault, ...]
    plans: tuple[TimeOffPlan, ...]
    zone: ZoneInfo

    @property
    def refusals(self) -> int:
        """How many events and absences stand in the way."""
        return len(self.faults) + sum(len(plan.refused) for plan in self.plans)

    @property
    def new(self) -> int:
        """How many entries the rosters get."""
        return sum(len(plan.new) for plan in self.plans)


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose absences are imported for which rosters, out of which events; `source` is how the audit calls the calendar."""

    technician: str
    rosters: tuple[str, ...]
    only: str | None
    source: str


def own_zone(session: Session, asked: Asked) -> ZoneInfo:
    """Return the person's own zone, else the first roster's; NotFound if the person or that roster is unknown."""
    names = people_names(session)
    if asked.technician not in names:
        raise NotFound("technician_unknown", key=asked.technician, known=", ".join(names) or "none yet")
    roster = load_roster(session, asked.rosters[0])
    if roster is None:
        known = ", ".join(one.key for one in load_rosters(session)) or "none yet"
        raise NotFound("roster_unknown", key=asked.rosters[0], known=known)
    return people_zones(session).get(asked.technician, roster.zone)


def import_report(session: Session, contents: bytes, asked: Asked, window: Interval) -> ImportReport:
    """Work out an import without doing it. Refused if the contents are no calendar or the person is not on a roster."""
    zone = own_zone(session, asked)
    try:
        reading: Reading = read_absences(contents, zone, window, asked.only)
    except NotACalendar as fault:
        raise Refused("calendar_malformed", source=asked.source, why=fault) from fault
    return ImportReport(reading.faults, plan_import(session, _import(asked, reading.absences)), zone)


def do_import(session: Session, at: datetime, asked: Asked, report: ImportReport, actor: str) -> None:
    """Put on the rosters what a report, made in the same transaction, holds as new."""
    put_time_off(session, at, _import(asked, ()), report.plans, actor)


def _import(asked: Asked, absences: tuple[Absence, ...]) -> Import:
    return Import(asked.technician, asked.rosters, absences, asked.source)


def report_document(report: ImportReport, *, is_applied: bool) -> Document:
    """Write a report as JSON."""
    return {
        "applied": is_applied,
        "rosters": [_plan_document(plan) for plan in report.plans],
        "faults": [{"event": fault.event, "why": fault.says} for fault in report.faults],
    }


def _plan_document(plan: TimeOffPlan) -> Document:
    return {
        "roster": plan.roster,
        "new": [_absence(absence) for absence in plan.new],
        "already": [_absence(absence) for absence in plan.already],
        "refused": [_absence(refusal.absence) | {"why": refusal.says} for refusal in plan.refused],
        "warnings": list(plan.warnings),
    }


def _absence(absence: Absence) -> Document:
    return {"start": iso(absence.start), "end": iso(absence.end), "summary": absence.summary}


def report_lines(report: ImportReport) -> Iterator[str]:
    """Write a report for people, in the person's own time."""
    for plan in report.plans:
        yield f"roster {plan.roster}: {len(plan.new)} new, {len(plan.already)} on record already, {len(plan.refused)} refused"
        yield from (f"  + {_said(absence, report.zone)}" for absence in plan.new)
        yield from (f"  = {_said(absence, report.zone)}" for absence in plan.already)
        yield from (f"  ! {_said(refusal.absence, report.zone)} {refusal.says}" for refusal in plan.refused)
        yield from (f"  warning: {warning}" for warning in plan.warnings)
    yield from (f"event {fault}" for fault in report.faults)


def _said(absence: Absence, zone: ZoneInfo) -> str:
    start, end = (at.astimezone(zone) for at in absence.interval)
    return f"{start:%a %Y-%m-%d %H:%M} to {end:%a %Y-%m-%d %H:%M %Z}  {absence.summary!r}"
