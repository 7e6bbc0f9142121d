"""From planned legs to ringing handsets: claimed one by one, asked of the carrier outside any transaction, settled if in doubt."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.clock import Clock
from foundation.db import Database, nudge
from foundation.log import logger
from foundation.phone import PhoneNumber
from routing.hunt import RINGING, SEARCHING, LegStatus
from routing.hunt_service import end_leg, hunt_event, page, tell_taken, tick
from routing.store import locked_hunt
from routing.tables import HuntRow, LegRow
from telephony.outbox import Wish, put
from telephony.port import OutcomeUnknown, Ring, Telephony, TelephonyRefused

CLAIMS = 20
"""Legs claimed at once; more are left for the next claim, a moment later or in another process."""

TRIES = 3
"""How often a passing refusal is tried on one leg before the next person is rung: about three seconds in all."""

IN_DOUBT_SECONDS = 8
"""A request had 7 s to be answered; a claim older than this has no known outcome."""

UNSENT_SECONDS = 1
"""A claim that waited longer than this for its turn is handed back unsent, so that no request is under way when it is doubted."""

log = logger("rings")


@dataclass(frozen=True, slots=True)
class Handset:
    """A claimed leg: enough to ring it without the database."""

    leg_id: int
    token: str
    phone: PhoneNumber
    ring_seconds: int
    attempt: int
    claimed_at: datetime


@dataclass(frozen=True, slots=True)
class LegAddresses:
    """Where a leg's voice and news go; the leg's token stands in for {token}."""

    voice: str
    status: str
    fallback: str

    def ring(self, handset: Handset, from_: PhoneNumber) -> Ring:
        """Make the request for one handset."""
        voice, status = (address.replace("{token}", handset.token) for address in (self.voice, self.status))
        return Ring(handset.phone, from_, handset.ring_seconds, voice, self.fallback, status)


def claim_handsets(database: Database, clock: Clock) -> list[Handset]:
    """Claim the legs that are due to ring; two clock processes never claim the same one.

    A claim's instant is read once its rows are locked: the wait for the database must not count as an answer's.
    """
    due = LegRow.status == LegStatus.PLANNED.value, LegRow.place_at <= clock.now()
    with database.read() as looking:
        if looking.scalar(select(LegRow.id).where(*due).limit(1)) is None:
            return []
    with database.begin() as session:
        found = select(LegRow).where(*due).order_by(LegRow.place_at, LegRow.id).limit(CLAIMS)
        legs = list(session.scalars(found.with_for_update(skip_locked=True)))
        at = clock.now()
        return [handset for leg in legs if (handset := _claim(session, leg, at))]


def _claim(session: Session, leg: LegRow, at: datetime) -> Handset | None:
    hunt = session.get_one(HuntRow, leg.hunt_id)
    if hunt.status not in SEARCHING:
        end_leg(session, leg, LegStatus.CANCELLED, at, "the hunt was decided before it rang")
        return None
    leg.status, leg.claimed_at, leg.attempt = LegStatus.PLACING.value, at, leg.attempt + 1
    page(session, hunt, leg, at)
    return Handset(leg.id, leg.token, leg.phone, leg.ring_seconds, leg.attempt, at)


def ring_handset(database: Database, telephony: Telephony, ring: Ring, handset: Handset, at: datetime) -> None:
    """Ask the carrier for one ring and write down what came of it."""
    if at - handset.claimed_at > timedelta(seconds=UNSENT_SECONDS):
        with database.begin() as session:
            _hand_back(session, handset, at)
        return
    try:
        sid = telephony.ring(ring)
    except TelephonyRefused as refusal:
        _refused(database, handset, refusal, at)
    except OutcomeUnknown as fault:
        log.warning("ring_unknown", leg=handset.leg_id, said=str(fault))
        with database.begin() as session:
            _in_doubt(session, handset, at)
    else:
        with database.begin() as session:
            _placed(session, handset, sid, at)


def _ours(session: Session, handset: Handset) -> LegRow | None:
    """Lock the leg's hunt, then the leg, and return it if nobody else has claimed it since."""
    leg = session.get_one(LegRow, handset.leg_id)
    locked_hunt(session, leg.hunt_id)
    session.refresh(leg, with_for_update=True)
    return leg if leg.attempt == handset.attempt else None


def _hand_back(session: Session, handset: Handset, at: datetime) -> None:
    """The carrier was not asked in time, and has not been since: whoever claims the leg next asks it."""
    leg = _ours(session, handset)
    if leg is not None and leg.status == LegStatus.PLACING:
        leg.status, leg.place_at = LegStatus.PLANNED.value, at
        nudge(session)


def _in_doubt(session: Session, handset: Handset, at: datetime) -> None:
    """Nobody knows whether it rings: the leg is never asked for blindly again, and its hunt goes on in time."""
    leg = _ours(session, handset)
    if leg is not None and leg.status == LegStatus.PLACING:
        leg.status = LegStatus.UNKNOWN.value
        session.flush()
        tick(session, session.get_one(HuntRow, leg.hunt_id), at)


def _placed(session: Session, handset: Handset, sid: str, at: datetime) -> None:
    leg = _ours(session, handset)
    if leg is None:
        put(session, at, Wish("cancel_call", sid))
        return
    if leg.call_sid not in (None, sid):  # a callback was faster, and told of the call of an earlier request
        put(session, at, Wish("cancel_call", sid))
        return
    leg.call_sid, leg.placed_at = sid, leg.placed_at or at
    leg.ring_until = leg.ring_until or at + timedelta(seconds=leg.ring_seconds)
    if leg.status in (LegStatus.PLACING, LegStatus.UNKNOWN):
        leg.status = LegStatus.RINGING.value
    hunt = session.get_one(HuntRow, leg.hunt_id)
    hunt_event(session, hunt, at, "rings", technician=leg.technician, wave=leg.wave)
    if leg.status not in RINGING and leg.answered_at is None:
        _too_late(session, hunt, sid, at)
    session.flush()
    tick(session, hunt, at)


def _too_late(session: Session, hunt: HuntRow, sid: str, at: datetime) -> None:
    """The hunt was decided while the carrier was being asked: the ring is stopped, and its owner told who has it."""
    put(session, at, Wish("cancel_call", sid))
    winner = None if hunt.winner_leg_id is None else session.get(LegRow, hunt.winner_leg_id)
    if winner is not None:
        tell_taken(session, hunt, winner, at)


def _refused(database: Database, handset: Handset, refusal: TelephonyRefused, at: datetime) -> None:
    """A passing refusal is tried again in about a second; anything else means the next person, at once."""
    log.error("ring_refused", leg=handset.leg_id, code=refusal.code, attempt=handset.attempt)
    with database.begin() as session:
        leg = _ours(session, handset)
        if leg is None or leg.status not in RINGING:
            return
        if not refusal.permanent and handset.attempt < TRIES:
            jitter = random.uniform(0.7, 1.3)  # noqa: S311 - spreads retries, guards nothing
            leg.status, leg.place_at = LegStatus.PLANNED.value, at + timedelta(seconds=jitter)
            return
        hunt = session.get_one(HuntRow, leg.hunt_id)
        end_leg(session, leg, LegStatus.FAILED, at, f"carrier error {refusal.code}")
        hunt_event(session, hunt, at, "failed", technician=leg.technician, code=refusal.code)
        tick(session, hunt, at)


def settle_rings(database: Database, telephony: Telephony, at: datetime) -> int:
    """Find out what became of rings whose answer never came: on the carrier's list they ring, else they are asked again."""
    in_doubt = (LegStatus.PLACING.value, LegStatus.UNKNOWN.value)
    old = (
        LegRow.status.in_(in_doubt),
        LegRow.call_sid.is_(None),
        LegRow.claimed_at <= at - timedelta(seconds=IN_DOUBT_SECONDS),
    )
    with database.read() as looking:
        legs = list(looking.scalars(select(LegRow).where(*old).limit(CLAIMS)))
    for leg in legs:
        _settle(database, telephony, leg, at)
    return len(legs)


def _settle(database: Database, telephony: Telephony, leg: LegRow, at: datetime) -> None:
    try:
        listed = telephony.calls_to(leg.phone, leg.claimed_at or at)
    except (TelephonyRefused, OutcomeUnknown) as fault:
        log.warning("cannot_settle", leg=leg.id, said=str(fault))
        return
    handset = Handset(leg.id, leg.token, leg.phone, leg.ring_seconds, leg.attempt, leg.claimed_at or at)
    with database.begin() as session:
        known = set(session.scalars(select(LegRow.call_sid).where(LegRow.call_sid.in_(listed)))) if listed else set()
        found = next((sid for sid in listed if sid not in known), None)
        if found is not None:
            _placed(session, handset, found, at)
            return
        mine = _ours(session, handset)
        if mine is not None and mine.status in in_doubt_states() and mine.call_sid is None:
            mine.status, mine.place_at = LegStatus.PLANNED.value, at


def in_doubt_states() -> tuple[str, str]:
    """Return the states of a leg whose request has no known outcome."""
    return LegStatus.PLACING.value, LegStatus.UNKNOWN.value
