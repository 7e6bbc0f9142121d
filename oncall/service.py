"""Handovers on record: told once to each side, by whichever clock process is first, late rather than never."""

from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from foundation.db import insert_once, rows_changed
from foundation.log import logger
from oncall.handover import Handover, handovers, incoming_words, outgoing_words
from oncall.layers import Roster
from oncall.resolver import next_change, on_duty
from oncall.store import Technician, load_roster, load_technicians
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


def tell_handovers(session: Session, roster_key: str, at: datetime) -> datetime | None:
    """Tell every handover up to `at` that was not told yet; returns the instant of the next one."""
    roster = load_roster(session, roster_key)
    if roster is None:
        return None
    watch = session.get(RosterWatchRow, roster_key, with_for_update=True, populate_existing=True)
    if watch is None:
        _watch_from_now(session, roster, at)
    elif watch.told_until < at:
        _tell_since(session, roster, watch, at)
    return next_change(roster, at, at + HORIZON)


def _watch_from_now(session: Session, roster: Roster, at: datetime) -> None:
    people = [duty.technician for duty in on_duty(roster, at)]
    insert_once(session, RosterWatchRow, roster_key=roster.key, told_until=at, people=people)


def _tell_since(session: Session, roster: Roster, watch: RosterWatchRow, at: datetime) -> None:
    found = handovers(roster, watch.people, watch.told_until, at + timedelta(microseconds=1))
    people = list(found[-1].on_duty) if found else watch.people
    ours = RosterWatchRow.roster_key == roster.key, RosterWatchRow.told_until == watch.told_until
    moved = session.execute(update(RosterWatchRow).where(*ours).values(told_until=at, people=people))
    if rows_changed(moved) != 1 or not found:
        return
    technicians = load_technicians(session)
    for handover in found:
        _tell(session, roster, handover, technicians, at)


def _tell(
    session: Session, roster: Roster, handover: Handover, technicians: dict[str, Technician], at: datetime
) -> None:
    sides = {"incoming": list(handover.incoming), "outgoing": list(handover.outgoing)}
    if not insert_once(session, HandoverRow, roster_key=roster.key, at=handover.at, told_at=at, **sides):
        return
    late = at - handover.at
    log.log(30 if late > LATE else 20, "handover", roster=roster.key, late_seconds=int(late.total_seconds()), **sides)
    key = f"handover:{roster.key}:{handover.at:%Y%m%dT%H%M%S}"
    until = next_change(roster, handover.at, handover.at + HORIZON)
    names = [technicians[k].name for k in handover.on_duty if k in technicians]
    words = dict.fromkeys(handover.incoming, incoming_words(roster, handover.at, until))
    words |= dict.fromkeys(handover.outgoing, outgoing_words(roster, handover.at, names))
    for person, body in words.items():
        if person in technicians:
            put(session, at, Message(f"{key}:{person}", technicians[person].text_phone, body, {"roster": roster.key}))
