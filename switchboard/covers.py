"""Cover requests and take-overs in the configured database: what `switchboard roster cover` and `take-over` do."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from foundation.clock import SystemClock, iso
from oncall import cover_service
from oncall.cover_service import Answerer, CoverWish, TakeOverWish
from oncall.cover_store import request_document, requests
from oncall.layers import Roster
from oncall.store import load_roster, load_rosters
from oncall.tables import CoverRequestRow
from routing.command_service import take_over
from routing.guard_service import rung_together
from switchboard.duty import stored
from switchboard.opening import opened_database


@dataclass(frozen=True, slots=True)
class Shown:
    """A request as the command prints it: for programs, and in the zone of its roster for people."""

    document: dict[str, Any]
    zone: ZoneInfo


@contextmanager
def _writing() -> Iterator[Session]:
    with opened_database() as database, database.begin() as session:
        yield session


def asked(key: str, wish: Callable[[Roster], CoverWish]) -> Shown:
    """Ask for cover on a stored roster; the wish is made with that roster, in whose wall clock its times may be told."""
    with _writing() as session:
        roster = stored(session, key)
        row = cover_service.ask(session, SystemClock().now(), wish(roster), rung_together(session))
        return _shown(session, row)


def accepted(number: int, answerer: Answerer) -> Shown:
    """Take what a request asks for."""
    with _writing() as session:
        row = cover_service.accept(session, SystemClock().now(), number, answerer, rung_together(session))
        return _shown(session, row)


def declined(number: int, answerer: Answerer) -> Shown:
    """Say no to a request."""
    with _writing() as session:
        return _shown(session, cover_service.decline(session, SystemClock().now(), number, answerer))


def withdrawn(number: int, by: Answerer) -> Shown:
    """Take a request back."""
    with _writing() as session:
        return _shown(session, cover_service.withdraw(session, SystemClock().now(), number, by))


def listed(key: str | None, state: str | None) -> list[Shown]:
    """List requests, the newest first; Refused for a roster that there is not."""
    with opened_database() as database, database.read() as session:
        if key is not None:
            stored(session, key)
        zones = {roster.key: roster.zone for roster in load_rosters(session)}
        found = requests(session, key, state)
        return [Shown(request_document(session, row), zones.get(row.roster_key, UTC)) for row in found]


UTC = ZoneInfo("UTC")


def taken_over(key: str, wish: Callable[[Roster], TakeOverWish]) -> Shown:
    """Put somebody on duty now."""
    with _writing() as session:
        roster = stored(session, key)
        wished = wish(roster)
        found = take_over(session, SystemClock().now(), wished)
        period = {"start": iso(found.period.start), "end": iso(found.period.end)}
        named = {"roster": key, "technician": wished.answerer.technician, "instead_of": list(found.from_)}
        return Shown(named | period, roster.zone)


def _shown(session: Session, row: CoverRequestRow) -> Shown:
    roster = load_roster(session, row.roster_key)
    return Shown(request_document(session, row), UTC if roster is None else roster.zone)
