"""Readiness on record: reminders, drills before each shift, what follows from silence, and numbers verified by a code."""

import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from foundation.db import insert_once, nudge, rows_changed
from foundation.errors import NotFound, Refused
from foundation.ids import new_token
from foundation.log import logger
from foundation.phone import PhoneNumber
from foundation.windows import Interval
from oncall.backup import backups, coming
from oncall.cover_service import CoverWish, ask
from oncall.handover import wall_words
from oncall.layers import Roster
from oncall.managers_store import MANAGERS, duty_managers
from oncall.readiness import (
    DRILL_BEFORE,
    DRILL_DEADLINE,
    REMIND_HOURS,
    DrillChannel,
    drill_words,
    next_drill_step,
    reminder_words,
    silent_words,
)
from oncall.readiness_store import open_drill, open_verification
from oncall.resolver import on_duty
from oncall.store import Technician, load_roster, load_technicians
from oncall.tables import DrillRow, RosterWatchRow, TechnicianRow, VerificationRow
from telephony.outbox import Message, put

CODE_HOLDS = timedelta(minutes=15)
"""How long a verification code holds."""

CODE_TRIES = 5
"""How many wrong codes are taken before a new one has to be sent."""

LATEST_LOOK_BACK = timedelta(days=2)
"""After a longer downtime nobody is reminded of shifts that have long begun; they are left out, not told late."""

log = logger("readiness")


# Reminders


def remind(session: Session, roster_key: str, at: datetime) -> None:
    """Remind everybody whose shift comes as near as they wish to be told, once each, late after downtime if it has not begun."""
    found = _window(session, roster_key, "reminded_until", at)
    if found is None:
        return
    roster, since = found
    people, wishes = load_technicians(session), _remind_hours(session)
    for hours in sorted({h for wanted in wishes.values() for h in wanted}):
        ahead = timedelta(hours=hours)
        for person, shift in coming(roster, since + ahead, at + ahead):
            if person in people and hours in wishes[person] and shift.start > at:
                _remind(session, roster, people[person], shift, hours, at)


def _remind(session: Session, roster: Roster, person: Technician, shift: Interval, hours: int, at: datetime) -> None:
    begins, ends = wall_words(shift.start, roster.time_zone), wall_words(shift.end, roster.time_zone)
    key = f"remind:{roster.key}:{shift.start:%Y%m%dT%H%M%S}:{hours}:{person.key}"
    put(session, at, Message(key, person.text_phone, reminder_words(roster.name, begins, ends), {"roster": roster.key}))


def _remind_hours(session: Session) -> dict[str, tuple[int, ...]]:
    rows = session.execute(select(TechnicianRow.key, TechnicianRow.remind_hours))
    return {key: REMIND_HOURS if hours is None else tuple(hours) for key, hours in rows}


def _window(session: Session, roster_key: str, mark: str, at: datetime) -> tuple[Roster, datetime] | None:
    """Move a mark of the roster's watch on to `at` and return where it stood; nothing if another process was faster."""
    roster = load_roster(session, roster_key)
    watch = session.get(RosterWatchRow, roster_key, with_for_update=True, populate_existing=True)
    if roster is None or watch is None:
        return None
    since: datetime | None = getattr(watch, mark)
    if since is not None and since >= at:
        return None
    setattr(watch, mark, at)
    return (roster, max(since, at - LATEST_LOOK_BACK)) if since is not None else None


# Drills


def plan_drills(session: Session, roster_key: str, at: datetime) -> None:
    """Ask everybody whose shift begins within the hour whether they can be reached, in the way that they chose."""
    found = _window(session, roster_key, "drilled_until", at)
    if found is None:
        return
    roster, since = found
    people = load_technicians(session)
    for person, shift in coming(roster, since + DRILL_BEFORE, at + DRILL_BEFORE):
        if person in people and shift.start > at:
            ask_ready(session, roster, people[person], shift.start, at)


def ask_ready(
    session: Session,
    roster: Roster,
    person: Technician,
    shift_start: datetime,
    at: datetime,
    channel: str | None = None,
) -> bool:
    """Write a drill, once for a person and a shift, and ask; returns whether it was new."""
    chosen = (
        channel
        or session.scalar(select(TechnicianRow.drill).where(TechnicianRow.key == person.key))
        or DrillChannel.TEXT
    )
    if chosen == DrillChannel.NONE:
        return False
    steps = {"deadline_at": shift_start - DRILL_DEADLINE, "next_at": next_drill_step(shift_start, at), "asked_at": at}
    names = {"roster_key": roster.key, "technician": person.key, "shift_start": shift_start}
    if not insert_once(session, DrillRow, token=new_token(), channel=chosen, state="asked", **names, **steps):
        return False
    if chosen == DrillChannel.CALL:
        nudge(session)
        return True
    begins = wall_words(shift_start, roster.time_zone)
    key = f"drill:{roster.key}:{shift_start:%Y%m%dT%H%M%S}:{person.key}"
    put(session, at, Message(key, person.text_phone, drill_words(roster.name, begins), {"roster": roster.key}))
    return True


def answer_drill(session: Session, technician: str, how: str, at: datetime) -> DrillRow | None:
    """The person says that they can be reached; returns the drill that this answers, nothing if none waits."""
    drill = open_drill(session, technician)
    if drill is None:
        return None
    drill.state, drill.answered_at, drill.how, drill.next_at = "ready", at, how, None
    proven = "phone_verified_at" if how == "call" else "texts_verified_at"
    session.execute(update(TechnicianRow).where(TechnicianRow.key == technician).values(**{proven: at}))
    return drill


def due_drills(session: Session, at: datetime, limit: int = 100) -> list[int]:
    """Find the drills whose deadline has come without an answer."""
    due = DrillRow.state == "asked", DrillRow.next_at <= at
    return list(session.scalars(select(DrillRow.id).where(*due).order_by(DrillRow.next_at).limit(limit)))


def give_up_drill(session: Session, drill_id: int, at: datetime) -> None:
    """Nobody answered in time: the shift is offered to the backup, and the duty manager hears of it; once."""
    claimed = update(DrillRow).where(DrillRow.id == drill_id, DrillRow.state == "asked", DrillRow.next_at <= at)
    if rows_changed(session.execute(claimed.values(state="silent", next_at=None))) != 1:
        return
    drill = session.get_one(DrillRow, drill_id, populate_existing=True)
    roster, people = load_roster(session, drill.roster_key), load_technicians(session)
    if roster is None or drill.technician not in people:
        return
    offered = _offer(session, drill, roster, people, at)
    begins = wall_words(drill.shift_start, roster.time_zone)
    body = silent_words(people[drill.technician].name, roster.name, begins, offered)
    for manager in duty_managers(session, at):
        if manager.key != drill.technician:
            put(
                session,
                at,
                Message(f"silent:{drill.id}:{manager.key}", manager.text_phone, body, {"roster": roster.key}),
            )


def _offer(session: Session, drill: DrillRow, roster: Roster, people: dict[str, Technician], at: datetime) -> list[str]:
    """Ask the backup to take the shift; whoever was silent is then still on duty until somebody does."""
    shift = next(
        (
            s
            for p, s in coming(roster, drill.shift_start - timedelta(seconds=1), drill.shift_start)
            if p == drill.technician
        ),
        None,
    )
    if shift is None or shift.start < at or drill.roster_key == MANAGERS:
        return []
    for backup in backups(roster, drill.technician, shift.start):
        wish = CoverWish(
            roster.key,
            drill.technician,
            shift,
            (backup,),
            reason="no answer to the readiness check",
            on_behalf_by="readiness check",
        )
        try:
            ask(session, at, wish)
        except (Refused, NotFound) as refusal:
            log.warning("cannot_offer", roster=roster.key, backup=backup, code=refusal.code)
            continue
        drill.state = "offered"
        return [people[backup].name]
    return []


@dataclass(frozen=True, slots=True)
class CallToMake:
    """A drill that is made by phone: whom to ring, under which token."""

    drill_id: int
    token: str
    phone: PhoneNumber


def calls_waiting(session: Session) -> bool:
    """Whether a drill waits to be made by phone."""
    return session.scalar(select(DrillRow.id).where(*_to_ring()).limit(1)) is not None


def _to_ring() -> tuple[ColumnElement[bool], ...]:
    return DrillRow.state == "asked", DrillRow.channel == DrillChannel.CALL.value, DrillRow.claimed_at.is_(None)


def claim_drill_calls(session: Session, at: datetime) -> list[CallToMake]:
    """Claim the drills that are to be made by phone; each is rung once, whichever process is first."""
    drills = list(session.scalars(select(DrillRow).where(*_to_ring()).limit(20).with_for_update(skip_locked=True)))
    people = load_technicians(session)
    for drill in drills:
        drill.claimed_at = at
    return [CallToMake(d.id, d.token, people[d.technician].phone) for d in drills if d.technician in people]


def drill_by_token(session: Session, token: str) -> DrillRow | None:
    """Load a drill by the opaque name in its call's address."""
    return session.scalar(select(DrillRow).where(DrillRow.token == token).with_for_update())


def drill_now(session: Session, roster_keys: Sequence[str], at: datetime, channel: str = "call") -> list[DrillRow]:
    """Ask everybody who is on duty now whether they can be reached; nobody's shift is offered to others for it."""
    people = load_technicians(session)
    for roster in (found for key in roster_keys if (found := load_roster(session, key)) is not None):
        for person in (people[duty.technician] for duty in on_duty(roster, at) if duty.technician in people):
            ask_ready(session, roster, person, at, at, channel)
    session.flush()
    asked = DrillRow.shift_start == at, DrillRow.roster_key.in_(list(roster_keys))
    drills = list(session.scalars(select(DrillRow).where(*asked).order_by(DrillRow.id)))
    for drill in drills:
        drill.next_at = None
    return drills


def tell_of_refusal(session: Session, technician: str, at: datetime) -> None:
    """Alarm the duty managers, once a day, that somebody's handset takes no texts from us: that person cannot be paged by text."""
    person = load_technicians(session).get(technician)
    if person is None:
        return
    body = (
        f"{person.name} cannot be paged by text: the handset refuses our texts. Please have START texted to us from it."
    )
    for manager in duty_managers(session, at):
        if manager.key != technician:
            put(session, at, Message(f"refused:{technician}:{at:%Y%m%d}:{manager.key}", manager.text_phone, body))


# Verification


def send_code(session: Session, technician: str, at: datetime) -> VerificationRow:
    """Text a code to the number that gets this person's pages; a code sent before no longer holds."""
    person = _person(session, technician)
    earlier = VerificationRow.technician == technician, VerificationRow.verified_at.is_(None)
    session.execute(update(VerificationRow).where(*earlier).values(expires_at=at))
    code = f"{secrets.randbelow(10**6):06d}"
    row = VerificationRow(
        technician=technician,
        channel="text",
        phone=person.text_phone,
        code=code,
        sent_at=at,
        expires_at=at + CODE_HOLDS,
        attempts=0,
    )
    session.add(row)
    session.flush()
    body = f"Switchboard code: {code}. Reply with it to prove that pages reach you here. It holds for 15 minutes."
    put(session, at, Message(f"verify:{row.id}", person.text_phone, body, {"technician": technician}))
    return row


def check_code(session: Session, technician: str, code: str, at: datetime) -> bool:
    """Take a code: right, and the number is verified; wrong too often, and a new one has to be sent."""
    row = open_verification(session, technician, "text", at)
    if row is None or row.attempts >= CODE_TRIES:
        return False
    row.attempts += 1
    if not hmac.compare_digest(row.code.encode(), code.strip().encode()):
        return False
    row.verified_at = at
    session.execute(
        update(TechnicianRow).where(TechnicianRow.key == technician).values(texts_verified_at=at, texts_refused=False)
    )
    return True


def _person(session: Session, technician: str) -> Technician:
    people = load_technicians(session)
    if technician not in people:
        raise NotFound("technician_unknown", key=technician, known=", ".join(people) or "none yet")
    return people[technician]
