"""Cover requests out of the database: as rows to be changed under a lock, as frozen requests, and as JSON."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.clock import iso, iso_or_none
from foundation.errors import NotFound
from foundation.windows import Interval
from oncall.cover_words import Story
from oncall.layers import Roster
from oncall.store import Technician, load_technicians
from oncall.swaps import Request
from oncall.tables import CoverReplyRow, CoverRequestRow, RosterRow

UNANSWERED = "asked"
"""What stands in the place of an answer until there is one."""


@dataclass(frozen=True, slots=True)
class People:
    """Everybody by key, with names for keys, known or not."""

    by_key: dict[str, Technician]

    def name(self, key: str) -> str:
        """Return a person's name; a key that is nobody's, such as an operator's sign-in, is a name already."""
        return self.by_key[key].name if key in self.by_key else key

    @property
    def names(self) -> dict[str, str]:
        """All names by key."""
        return {key: person.name for key, person in self.by_key.items()}

    def some(self, keys: Iterable[str]) -> list[Technician]:
        """Return the people of these keys whom there are."""
        return [self.by_key[key] for key in dict.fromkeys(keys) if key in self.by_key]


def load_people(session: Session) -> People:
    """Load everybody."""
    return People(load_technicians(session))


def locked_request(session: Session, number: int) -> CoverRequestRow:
    """Load a request by the number that people are told, locked until the transaction ends; NotFound if there is none."""
    row = session.get(CoverRequestRow, number, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound("cover_unknown", number=number, why=f"There is no request {number}.")
    return row


def request_by_token(session: Session, token: str) -> CoverRequestRow | None:
    """Load a request by the opaque name that a link carries."""
    return session.scalar(select(CoverRequestRow).where(CoverRequestRow.token == token))


def locked_roster_row(session: Session, key: str) -> RosterRow | None:
    """Load a roster with its overrides as they are now, whatever this session has seen before."""
    wanted = select(RosterRow).where(RosterRow.key == key).execution_options(populate_existing=True)
    return session.scalar(wanted.with_for_update())


def requests(session: Session, roster_key: str | None = None, state: str | None = None) -> list[CoverRequestRow]:
    """Load requests, the newest first."""
    wanted = select(CoverRequestRow).order_by(CoverRequestRow.id.desc())
    if roster_key is not None:
        wanted = wanted.where(CoverRequestRow.roster_key == roster_key)
    if state is not None:
        wanted = wanted.where(CoverRequestRow.state == state)
    return list(session.scalars(wanted))


def replies_to(session: Session, number: int) -> list[CoverReplyRow]:
    """Load what was said to a request, in order."""
    return list(
        session.scalars(select(CoverReplyRow).where(CoverReplyRow.request_id == number).order_by(CoverReplyRow.id))
    )


def request_of(row: CoverRequestRow) -> Request:
    """Freeze a request for the rules."""
    return Request(row.asked_by, Interval(row.start, row.end), _back(row), tuple(row.asked))


def story_of(row: CoverRequestRow, roster: Roster, people: People) -> Story:
    """Gather what texts say of a request."""
    by = None if row.on_behalf_by is None else people.name(row.on_behalf_by)
    return Story(row.id, roster, people.name(row.asked_by), Interval(row.start, row.end), _back(row), by, row.reason)


def _back(row: CoverRequestRow) -> Interval | None:
    if row.return_start is None or row.return_end is None:
        return None
    return Interval(row.return_start, row.return_end)


def request_document(session: Session, row: CoverRequestRow) -> dict[str, Any]:
    """Write a request as JSON."""
    replies = replies_to(session, row.id)
    return {
        "number": row.id,
        "roster": row.roster_key,
        "asked_by": row.asked_by,
        "on_behalf_by": row.on_behalf_by,
        "start": iso(row.start),
        "end": iso(row.end),
        "return_start": iso_or_none(row.return_start),
        "return_end": iso_or_none(row.return_end),
        "asked": list(row.asked),
        "reason": row.reason,
        "state": row.state,
        "created_at": iso(row.created_at),
        "expires_at": iso(row.expires_at),
        "accepted_by": row.accepted_by,
        "decided_at": iso_or_none(row.decided_at),
        "decided_how": row.decided_how,
        "replies": [_reply_document(reply) for reply in replies if reply.answer != UNANSWERED],
        "waiting_for": [reply.technician for reply in replies if reply.answer == UNANSWERED]
        if row.state == "open"
        else [],
    }


def _reply_document(reply: CoverReplyRow) -> dict[str, Any]:
    return {
        "technician": reply.technician,
        "answer": reply.answer,
        "at": iso(reply.at),
        "channel": reply.channel,
    }


def open_requests_of(session: Session, roster_key: str, asked_by: str, period: Interval) -> list[CoverRequestRow]:
    """Load somebody's open requests that share time with a period."""
    same = CoverRequestRow.roster_key == roster_key, CoverRequestRow.asked_by == asked_by
    meeting = CoverRequestRow.start < period.end, CoverRequestRow.end > period.start
    return list(session.scalars(select(CoverRequestRow).where(CoverRequestRow.state == "open", *same, *meeting)))


def due_requests(session: Session, at: datetime) -> list[int]:
    """Find the open requests whose timer has run down."""
    due = CoverRequestRow.state == "open", CoverRequestRow.next_at <= at
    return list(session.scalars(select(CoverRequestRow.id).where(*due).order_by(CoverRequestRow.next_at).limit(200)))


def next_follow_up(session: Session) -> datetime | None:
    """Return when the next timer of an open request runs down."""
    soonest = select(CoverRequestRow.next_at).where(
        CoverRequestRow.state == "open", CoverRequestRow.next_at.is_not(None)
    )
    return session.scalar(soonest.order_by(CoverRequestRow.next_at).limit(1))
