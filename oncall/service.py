"""Handovers on record: told once to each side, by whichever clock process is first, late rather than never."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from foundation.db import insert_once, rows_changed
from foundation.log import logger
from oncall.backup import backups
from oncall.handover import Handover, Outlook, handovers, incoming_words, next_words, outgoing_words
from oncall.layers import Roster
from oncall.resolver import next_change, on_duty
from oncall.store import Technician, load_roster, load_rosters, load_technicians
from oncall.tables import HandoverRow, RosterRow, RosterWatchRow
from telephony.outbox import Message, put

HORIZON = timedelta(days=400)
"""How far the next handover is looked for: a yearly rotation has one within it."""

LATE = timedelta(minutes=2)
"""A handover told later than this after its instant is logged as late."""

log = logger("handovers")


def roster_keys(session: Session) -> list[str]:
    """Return the keys of all rosters."""
    return list(session.scalars(select(RosterRow.key).order_by(RosterRow.key)))


def next_changes(session: Session, at: datetime) -> list[tuple[str, datetime]]:
    """Find the next handover of each roster that has one."""
    found = ((roster.key, next_change(roster, at, at + HORIZON)) for roster in load_rosters(session))
    return [(key, change) for key, change in found if change is not None]


def tell_handovers(
    session: Session, roster_key: str, at: datetime, open_criticals: tuple[str, ...] = ()
) -> datetime | None:
    """Tell every handover up to `at` that was not told yet; returns the instant of the next one."""
    roster = load_roster(session, roster_key)
    if roster is None:
        return None
    watch = session.get(RosterWatchRow, roster_key, with_for_update=True, populate_existing=True)
    if watch is None:
        _watch_from_now(session, roster, at)
    elif watch.told_until < at:
        for handover in _missed(session, roster, watch, at):
            _tell(session, Telling(roster, handover, at, open_criticals))
    return next_change(roster, at, at + HORIZON)


def _watch_from_now(session: Session, roster: Roster, at: datetime) -> None:
    people = [duty.technician for duty in on_duty(roster, at)]
    marks = {"told_until": at, "reminded_until": at, "drilled_until": at}
    insert_once(session, RosterWatchRow, roster_key=roster.key, people=people, **marks)


def _missed(session: Session, roster: Roster, watch: RosterWatchRow, at: datetime) -> list[Handover]:
    """Move the watch on to `at`; the handovers in between are ours to tell, unless another process was faster."""
    found = handovers(roster, watch.people, watch.told_until, at + timedelta(microseconds=1))
    people = list(found[-1].on_duty) if found else watch.people
    ours = RosterWatchRow.roster_key == roster.key, RosterWatchRow.told_until == watch.told_until
    moved = session.execute(update(RosterWatchRow).where(*ours).values(told_until=at, people=people))
    return found if rows_changed(moved) == 1 else []


@dataclass(frozen=True, slots=True)
class Telling:
    """One handover to tell, at an instant, with the critical cases that are open then."""

    roster: Roster
    handover: Handover
    at: datetime
    open_criticals: tuple[str, ...]


def _tell(session: Session, telling: Telling) -> None:
    roster, handover, at = telling.roster, telling.handover, telling.at
    sides = {"incoming": list(handover.incoming), "outgoing": list(handover.outgoing)}
    if not insert_once(session, HandoverRow, roster_key=roster.key, at=handover.at, told_at=at, **sides):
        return
    late = at - handover.at
    log.log(30 if late > LATE else 20, "handover", roster=roster.key, late_seconds=int(late.total_seconds()), **sides)
    key = f"handover:{roster.key}:{handover.at:%Y%m%dT%H%M%S}"
    technicians = load_technicians(session)
    for person, body in _words(telling, technicians).items():
        if person in technicians:
            put(session, at, Message(f"{key}:{person}", technicians[person].text_phone, body, {"roster": roster.key}))


def _words(telling: Telling, technicians: dict[str, Technician]) -> dict[str, str]:
    """Find who is told what: who comes, who goes, and who comes next if they are neither."""
    roster, handover = telling.roster, telling.handover
    until = next_change(roster, handover.at, handover.at + HORIZON)
    following = () if until is None else tuple(duty.technician for duty in on_duty(roster, until))
    coming_next = [key for key in following if key not in handover.on_duty]
    words = {}
    for person in handover.incoming:
        names = _names(backups(roster, person, handover.at)[:1], technicians)
        words[person] = incoming_words(roster, handover.at, Outlook(until, names, telling.open_criticals))
    for person in handover.outgoing:
        again = until if person in coming_next else None
        words[person] = outgoing_words(roster, handover.at, _names(handover.on_duty, technicians), again)
    if until is not None:
        words = dict.fromkeys(coming_next, next_words(roster, until)) | words
    return words


def _names(keys: Iterable[str], technicians: dict[str, Technician]) -> tuple[str, ...]:
    return tuple(technicians[key].name for key in keys if key in technicians)
