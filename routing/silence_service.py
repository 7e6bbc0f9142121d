"""Calls of which no news comes: callbacks get lost, so the carrier itself is asked whether they are over."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select, update

from foundation.db import Database, rows_changed
from foundation.log import logger
from intake.store import locked_call
from intake.tables import CallRow
from routing.hunt import ENGAGED, LegStatus
from routing.hunt_service import LegNews, leg_news
from routing.ledger_service import call_ended
from routing.store import locked_leg
from routing.tables import LegRow
from telephony.port import CALL_OVER, OutcomeUnknown, Telephony, TelephonyRefused

SILENT_SECONDS = 60
"""A leg or call of which nothing was heard for this time is asked about (4-carrier, fact 8 of the design)."""

WINNER_SILENT_SECONDS = 5
"""A winner whom a caller is waiting for is asked after sooner: if that call has died, somebody else must ring."""

ASKED_AT_ONCE = 50
"""Calls asked about in one go; with more of them the rest has its turn a minute later, in no fixed order."""

log = logger("silence")


def ask_after_legs(database: Database, telephony: Telephony, at: datetime) -> int:
    """Ask after each leg that was placed a minute ago or longer and has no end; returns how many were asked about."""
    return _ask_after(database, telephony, ENGAGED, SILENT_SECONDS, at)


def ask_after_winners(database: Database, telephony: Telephony, at: datetime) -> int:
    """Ask after each leg that was accepted and not joined to the caller yet; returns how many were asked about."""
    return _ask_after(database, telephony, (LegStatus.ACCEPTED,), WINNER_SILENT_SECONDS, at)


def _ask_after(
    database: Database, telephony: Telephony, states: Sequence[LegStatus], seconds: int, at: datetime
) -> int:
    """Ask after the legs in some states; `place_at` of a placed leg is the instant at which it was last looked after."""
    silent = (
        LegRow.status.in_([status.value for status in states]),
        LegRow.call_sid.is_not(None),
        LegRow.ended_at.is_(None),
        LegRow.place_at <= at - timedelta(seconds=seconds),
    )
    with database.read() as looking:
        legs = list(looking.scalars(select(LegRow).where(*silent).order_by(LegRow.place_at).limit(ASKED_AT_ONCE)))
    for leg in legs:
        _ask_after_leg(database, telephony, leg, at)
    return len(legs)


def _ask_after_leg(database: Database, telephony: Telephony, leg: LegRow, at: datetime) -> None:
    unseen = LegRow.id == leg.id, LegRow.place_at == leg.place_at
    with database.begin() as session:
        if rows_changed(session.execute(update(LegRow).where(*unseen).values(place_at=at))) != 1:
            return
    status = _asked(telephony, leg.call_sid or "")
    if status not in CALL_OVER:
        return
    with database.begin() as session:
        mine = locked_leg(session, leg.token)
        if mine is not None and mine.ended_at is None:
            leg_news(session, mine, LegNews(leg.call_sid or "", status, mine.sequence), at)


def ask_after_calls(database: Database, telephony: Telephony, at: datetime) -> int:
    """Ask after each call that came in a minute ago or longer and has no end; returns how many were asked about."""
    silent = (
        CallRow.direction == "inbound",
        CallRow.ended_at.is_(None),
        CallRow.started_at <= at - timedelta(seconds=SILENT_SECONDS),
    )
    with database.read() as looking:
        sids = list(looking.scalars(select(CallRow.sid).where(*silent).order_by(func.random()).limit(ASKED_AT_ONCE)))
    for sid in sids:
        if _asked(telephony, sid) in CALL_OVER:
            with database.begin() as session:
                call = locked_call(session, sid)
                if call is not None:
                    call_ended(session, call, at)
    return len(sids)


def _asked(telephony: Telephony, sid: str) -> str:
    try:
        return telephony.call_status(sid)
    except (TelephonyRefused, OutcomeUnknown) as fault:
        log.warning("cannot_ask", call=sid, said=str(fault))
        return ""
