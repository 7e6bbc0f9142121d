"""Calendar feeds on record: made, listed, revoked, and read by whoever has the token."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from foundation.audit import AuditRow, record
from foundation.db import rows_changed
from foundation.errors import Conflict, NotFound, Refused
from foundation.ids import new_token
from oncall.layers import Roster
from oncall.report_store import people_names
from oncall.resolver import compiled
from oncall.store import load_roster, load_rosters
from oncall.tables import FeedRow, TechnicianRow

READ_NOTED_EVERY = timedelta(hours=1)
"""A reading is noted at most so often: clients look every few minutes, and each note is a write."""

AUDITED_ROSTER = "roster"
"""Kind of the audit rows that tell of a roster's change."""


@dataclass(frozen=True, slots=True)
class NewFeed:
    """Whose shifts a feed shows: a person's on all rosters, a roster's, or a person's on one roster."""

    technician: str | None
    roster: str | None


@dataclass(frozen=True, slots=True)
class Changes:
    """How often a roster was changed on record, and when last."""

    count: int
    last_at: datetime


@dataclass(frozen=True, slots=True)
class FeedFacts:
    """Everything that a feed is written from."""

    technician: str | None
    names: dict[str, str]
    zone: str | None
    rosters: tuple[tuple[Roster, Changes], ...]


def create_feed(session: Session, at: datetime, new: NewFeed, actor: str) -> FeedRow:
    """Make a feed with a token of its own. Refused without person and roster; NotFound if one of them is unknown."""
    if new.technician is None and new.roster is None:
        raise Refused("feed_of_nobody")
    _must_exist(session, new)
    feed = FeedRow(token=new_token(), technician=new.technician, roster_key=new.roster, created_at=at, created_by=actor)
    session.add(feed)
    session.flush()
    record(session, at, actor, ("calendar_feed", str(feed.id)), None, _audited(feed))
    return feed


def _must_exist(session: Session, new: NewFeed) -> None:
    if new.technician is not None and new.technician not in people_names(session):
        raise NotFound("technician_unknown", key=new.technician, known=", ".join(people_names(session)) or "none yet")
    if new.roster is not None and load_roster(session, new.roster) is None:
        known = ", ".join(roster.key for roster in load_rosters(session)) or "none yet"
        raise NotFound("roster_unknown", key=new.roster, known=known)


def revoke_feed(session: Session, at: datetime, feed_id: int, actor: str) -> FeedRow:
    """End a feed for good: its address answers as one that never was. NotFound, or Conflict if it was ended before."""
    feed = session.get(FeedRow, feed_id)
    if feed is None:
        raise NotFound("feed_unknown", id=feed_id)
    before = _audited(feed)
    mine = FeedRow.id == feed_id, FeedRow.revoked_at.is_(None)
    if rows_changed(session.execute(update(FeedRow).where(*mine).values(revoked_at=at))) != 1:
        raise Conflict("feed_revoked", id=feed_id)
    record(session, at, actor, ("calendar_feed", str(feed_id)), before, before | {"revoked": True})
    return session.get_one(FeedRow, feed_id, populate_existing=True)


def _audited(feed: FeedRow) -> dict[str, object]:
    return {"technician": feed.technician, "roster": feed.roster_key, "revoked": feed.revoked_at is not None}


def list_feeds(session: Session) -> list[FeedRow]:
    """Load every feed, revoked ones too, the oldest first."""
    return list(session.scalars(select(FeedRow).order_by(FeedRow.id)))


def feed_of_token(session: Session, token: str) -> FeedRow | None:
    """Find the feed of a token; nothing for one that is unknown or revoked."""
    return session.scalar(select(FeedRow).where(FeedRow.token == token, FeedRow.revoked_at.is_(None)))


def is_to_be_noted(feed: FeedRow, at: datetime) -> bool:
    """Whether a reading now is worth a write."""
    return feed.last_read_at is None or feed.last_read_at <= at - READ_NOTED_EVERY


def note_read(session: Session, feed_id: int, at: datetime) -> None:
    """Note that a feed was read; two readers at once note it once."""
    stale = or_(FeedRow.last_read_at.is_(None), FeedRow.last_read_at <= at - READ_NOTED_EVERY)
    session.execute(update(FeedRow).where(FeedRow.id == feed_id, stale).values(last_read_at=at))


def feed_facts(session: Session, feed: FeedRow) -> FeedFacts:
    """Load what a feed shows; a roster or person deleted meanwhile leaves an empty feed, not an error."""
    rosters = [roster for roster in load_rosters(session) if _concerns(roster, feed)]
    zone = session.scalar(select(TechnicianRow.time_zone).where(TechnicianRow.key == feed.technician))
    return FeedFacts(
        technician=feed.technician,
        names=people_names(session),
        zone=zone or (rosters[0].time_zone if len(rosters) == 1 else None),
        rosters=tuple((roster, _changes(session, roster.key, feed.created_at)) for roster in rosters),
    )


def _concerns(roster: Roster, feed: FeedRow) -> bool:
    if feed.roster_key is not None and roster.key != feed.roster_key:
        return False
    return feed.technician is None or feed.technician in _everybody(roster)


def _everybody(roster: Roster) -> set[str]:
    """Return everybody who could ever be on duty on a roster."""
    versions = [version for level in compiled(roster).levels for version in level]
    placed = {person for override in roster.overrides for person in override.people}
    return placed | {person for version in versions for person in version.layer.participants}


def _changes(session: Session, key: str, unchanged_since: datetime) -> Changes:
    """Count the changes of a roster that are on record: every one that a person made is."""
    of_it = AuditRow.kind == AUDITED_ROSTER, AuditRow.key == key
    count, last = session.execute(select(func.count(), func.max(AuditRow.at)).where(*of_it)).one()
    return Changes(count, last if count else unchanged_since)
