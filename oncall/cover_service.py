"""Cover requests and take-overs on record: asked, answered, followed up, and written into the roster by one winner.

Whoever changes a roster here first waits for its turn, so that what is judged is what is written. Each refusal carries a
sentence, `why`, fit for a text and for a terminal.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from foundation.audit import record
from foundation.db import insert_once, rows_changed, take_turns
from foundation.errors import Conflict, NotFound, Refused
from foundation.ids import new_token
from foundation.log import logger
from foundation.windows import Interval
from oncall import cover_words
from oncall.cover_store import (
    UNANSWERED,
    People,
    load_people,
    locked_request,
    locked_roster_row,
    open_requests_of,
    replies_to,
    request_of,
    story_of,
)
from oncall.cover_words import Story, refusal_words
from oncall.follow_ups import Step, follow_up_at
from oncall.layers import Override, Roster, parse_roster
from oncall.managers_store import duty_managers
from oncall.resolver import on_duty
from oncall.store import Technician, load_roster, load_rosters, roster_data
from oncall.swaps import (
    Objection,
    Request,
    Rewritten,
    TakenOver,
    next_shift,
    participants,
    rewritten,
    settled,
    taken_over,
    whole_second,
)
from oncall.tables import CoverReplyRow, CoverRequestRow, OverrideRow, RosterRow
from telephony.outbox import Message, put

Together = Sequence[frozenset[str]]
"""Sets of rosters that ring at the same time: nobody may come to be on duty on two of one set."""

log = logger("cover")


@dataclass(frozen=True, slots=True)
class CoverWish:
    """What is to be asked. No period: the present or next shift. Nobody named: anybody of the roster, in a swap whoever can.

    `on_behalf_by` is who asks in the name of `asked_by`, a technician's key or any name. It expires when the period begins,
    or when it ends if it has begun, unless told otherwise.
    """

    roster: str
    asked_by: str
    period: Interval | None = None
    asked: tuple[str, ...] = ()
    back: Interval | None = None
    reason: str | None = None
    expires_at: datetime | None = None
    on_behalf_by: str | None = None


@dataclass(frozen=True, slots=True)
class Answerer:
    """Who answers, over which channel (text, call, link, console, command), and who enters it for them, if somebody does."""

    technician: str
    channel: str
    by: str | None = None

    @property
    def actor(self) -> str:
        """Whom the audit names."""
        return self.by or self.technician

    @property
    def how(self) -> str:
        """How it was decided, in words."""
        return self.channel if self.by is None else f"{self.channel}, entered by {self.by}"


# Asking ---------------------------------------------------------------------------------------------------------------


def ask(session: Session, at: datetime, wish: CoverWish, together: Together = ()) -> CoverRequestRow:
    """Write a request and ask everybody who could take it by text; Refused, with a sentence, if nobody could.

    Somebody who is named and could not take it is a refusal too, so that whoever asks can name another.
    """
    people, roster = load_people(session), _roster(session, wish.roster)
    _known(people, (wish.asked_by, *wish.asked))
    request = Request(
        wish.asked_by, wish.period or _own_shift(roster, people, wish.asked_by, at), wish.back, wish.asked
    )
    asked = _askable(session, roster, request, at, people, together)
    _not_asked_yet(session, roster, request)
    row = _written(session, at, wish, roster, request)
    story = story_of(row, roster, people)
    for person in asked:
        _reply(session, at, row, Answerer(person.key, "text"), UNANSWERED)
    _text(session, at, row, "ask", dict.fromkeys(asked, cover_words.asking_words(story)))
    if row.on_behalf_by is not None and row.on_behalf_by != row.asked_by:
        _text(
            session,
            at,
            row,
            "for_you",
            {p: cover_words.asked_for_you_words(story) for p in people.some([row.asked_by])},
        )
    _audit(session, at, row, wish.on_behalf_by or wish.asked_by, before=None)
    return row


def _own_shift(roster: Roster, people: People, person: str, at: datetime) -> Interval:
    shift = next_shift(roster, person, whole_second(at))
    if shift is None:
        raise Refused("cover_refused", why=f"{people.name(person)} has no shift on {roster.name} in the coming year.")
    return shift


def _askable(
    session: Session, roster: Roster, request: Request, at: datetime, people: People, together: Together
) -> list[Technician]:
    """Find those who could take it now: everybody who is named must, of an open request somebody."""
    others = _others(session, roster.key, together)
    keys = request.asked or [key for key in participants(roster) if key != request.asked_by and key in people.by_key]
    judged = {key: settled(roster, request, key, at, others) for key in keys}
    objections = [found for found in judged.values() if isinstance(found, Objection)]
    if objections and (request.asked or len(objections) == len(judged)):
        raise _refused(objections[0], people, roster)
    if not judged:
        raise Refused("cover_refused", why=f"There is nobody else on {roster.name} who could be asked.")
    return people.some(key for key, found in judged.items() if not isinstance(found, Objection))


def _not_asked_yet(session: Session, roster: Roster, request: Request) -> None:
    same = open_requests_of(session, roster.key, request.asked_by, request.period)
    if same:
        raise Refused("cover_refused", why=f"Request {same[0].id} asks for this time already. Withdraw it first.")


def _written(session: Session, at: datetime, wish: CoverWish, roster: Roster, request: Request) -> CoverRequestRow:
    start, end = request.period
    expires = wish.expires_at or (start if start > at else end)
    if not at < expires <= end:
        raise Refused("cover_refused", why="A request expires after now, and not after the end of what is asked.")
    row = CoverRequestRow(
        token=new_token(),
        roster_key=roster.key,
        asked_by=request.asked_by,
        on_behalf_by=wish.on_behalf_by,
        start=start,
        end=end,
        return_start=None if request.back is None else request.back.start,
        return_end=None if request.back is None else request.back.end,
        asked=list(request.asked),
        reason=wish.reason,
        state="open",
        created_at=at,
        expires_at=expires,
        next_at=follow_up_at(at, expires, Step.ASK_AGAIN, roster.zone),
        reminders=0,
    )
    session.add(row)
    session.flush()
    return row


# Answering ------------------------------------------------------------------------------------------------------------


def accept(session: Session, at: datetime, number: int, answerer: Answerer, together: Together = ()) -> CoverRequestRow:
    """Take what a request asks for. One wins: Conflict for whoever is later; Refused where it must not be.

    Asked again, the winner is answered the same. The roster gets its overrides, both sides and all who were asked are told.
    """
    take_turns(session, "rosters")
    people, row = load_people(session), locked_request(session, number)
    _known(people, [answerer.technician])
    if row.state == "accepted" and row.accepted_by == answerer.technician:
        return row
    _still_open(row, people)
    stored = _roster_row(session, row.roster_key)
    roster = parse_roster(roster_data(stored))
    others = _others(session, roster.key, together)
    after = settled(roster, request_of(row), answerer.technician, at, others)
    if isinstance(after, Objection):
        raise _refused(after, people, roster)
    _win(session, row, answerer, at)
    origin = Origin("cover" if row.return_start is None else "swap", answerer.actor, row.id, row.reason)
    _rewrite(session, at, stored, roster.overrides, after.overrides, origin)
    _reply(session, at, row, answerer, "yes")
    _tell_accepted(session, at, row, story_of(row, roster, people), people, answerer)
    return row


def _win(session: Session, row: CoverRequestRow, answerer: Answerer, at: datetime) -> None:
    """Claim the request by conditional UPDATE: one is first."""
    values = {"state": "accepted", "accepted_by": answerer.technician, "decided_at": at, "decided_how": answerer.how}
    still = CoverRequestRow.id == row.id, CoverRequestRow.state == "open"
    won = session.execute(update(CoverRequestRow).where(*still).values(**values, next_at=None))
    if rows_changed(won) != 1:
        raise Conflict("cover_taken", why="Somebody else was faster.")
    session.refresh(row)
    _audit(session, at, row, answerer.actor, before="open")
    log.info("cover_accepted", request=row.id, roster=row.roster_key, giver=row.asked_by, taker=row.accepted_by)


def _tell_accepted(
    session: Session, at: datetime, row: CoverRequestRow, story: Story, people: People, answerer: Answerer
) -> None:
    taker, by = people.name(answerer.technician), None if answerer.by is None else people.name(answerer.by)
    others = [person for person in _waiting(session, row, people) if person.key != answerer.technician]
    words = {person: cover_words.taken_by_other_words(story, taker) for person in others}
    words |= {p: cover_words.taken_words(story, taker, by) for p in people.some([row.asked_by])}
    words |= {p: cover_words.yours_words(story, by) for p in people.some([answerer.technician])}
    _text(session, at, row, "accepted", words)


def decline(session: Session, at: datetime, number: int, answerer: Answerer) -> CoverRequestRow:
    """Say no to a request. When everybody who was asked has, it is closed, and asker and managers hear at once."""
    people, row = load_people(session), locked_request(session, number)
    _known(people, [answerer.technician])
    _still_open(row, people)
    roster = _roster(session, row.roster_key)
    if answerer.technician not in _asked(row, roster):
        raise _refused(Objection("not_asked", answerer.technician, row.start, row.end, roster.name), people, roster)
    _reply(session, at, row, answerer, "no")
    if not _waiting(session, row, people):
        _close(session, at, row, "refused", answerer)
        story = story_of(row, roster, people)
        _tell_failed(session, at, row, story, people, cover_words.declined_by_all_words(story))
    return row


def withdraw(session: Session, at: datetime, number: int, by: Answerer) -> CoverRequestRow:
    """Take an open request back: by its asker, or by somebody in their name, of which the asker hears."""
    people, row = load_people(session), locked_request(session, number)
    if by.by is None and by.technician != row.asked_by:
        why = f"Request {row.id} is {people.name(row.asked_by)}'s: only they or somebody in their name can withdraw it."
        raise Refused("cover_refused", why=why)
    _still_open(row, people)
    roster = _roster(session, row.roster_key)
    waiting = _waiting(session, row, people)
    _close(session, at, row, "withdrawn", by)
    words = cover_words.withdrawn_words(story_of(row, roster, people), people.name(by.actor))
    told = [*waiting, *(people.some([row.asked_by]) if by.by not in (None, row.asked_by) else [])]
    _text(session, at, row, "withdrawn", dict.fromkeys(told, words))
    return row


def _close(session: Session, at: datetime, row: CoverRequestRow, state: str, by: Answerer) -> None:
    before = row.state
    row.state, row.decided_at, row.decided_how, row.next_at = state, at, by.how, None
    session.flush()
    _audit(session, at, row, by.actor, before=before)
    log.info("cover_closed", request=row.id, state=state)


# Following up ---------------------------------------------------------------------------------------------------------


def follow_up(session: Session, number: int, at: datetime) -> None:
    """Do what is due on a request: ask again, tell the managers, or let it expire; late is expired at once."""
    row = locked_request(session, number)
    if row.state != "open" or row.next_at is None or row.next_at > at:
        return
    people, roster = load_people(session), load_roster(session, row.roster_key)
    step = Step.EXPIRE if at >= row.expires_at or roster is None else Step(row.reminders)
    late = int((at - row.next_at).total_seconds())
    log.info("cover_followed_up", request=row.id, step=step.name.lower(), late_seconds=late)
    if step is Step.EXPIRE:
        _expire(session, at, row, roster, people)
        return
    assert roster is not None  # without one it expires
    story = story_of(row, roster, people)
    if step is Step.ASK_AGAIN:
        waiting = _waiting(session, row, people)
        _text(session, at, row, "again", dict.fromkeys(waiting, cover_words.asking_words(story, is_again=True)))
    else:
        words = cover_words.untaken_words(story, row.expires_at)
        _text(session, at, row, "managers", dict.fromkeys(duty_managers(session, at), words))
    row.reminders = step + 1
    row.next_at = follow_up_at(row.created_at, row.expires_at, Step(row.reminders), roster.zone)


def _expire(session: Session, at: datetime, row: CoverRequestRow, roster: Roster | None, people: People) -> None:
    _close(session, at, row, "expired", Answerer("clock", "time"))
    if roster is not None:
        story = story_of(row, roster, people)
        _tell_failed(session, at, row, story, people, cover_words.expired_words(story))


def _tell_failed(
    session: Session, at: datetime, row: CoverRequestRow, story: Story, people: People, to_asker: str
) -> None:
    """Tell the asker, and whoever asked in their name, and the managers, that it stays as it is."""
    said_no = sum(reply.answer == "no" for reply in replies_to(session, row.id))
    words = dict.fromkeys(duty_managers(session, at), cover_words.unanswered_words(story, said_no))
    words |= dict.fromkeys(people.some(key for key in (row.on_behalf_by, row.asked_by) if key), to_asker)
    _text(session, at, row, "failed", words)


# Taking over ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TakeOverWish:
    """Who takes over which roster at once; until an instant, else until the present shift ends."""

    roster: str
    answerer: Answerer
    until: datetime | None = None
    reason: str | None = None


def take_over(session: Session, at: datetime, wish: TakeOverWish, together: Together = ()) -> TakenOver:
    """Put somebody on duty now in the place of the person who is; both sides get the texts of any handover."""
    take_turns(session, "rosters")
    taker, people = wish.answerer.technician, load_people(session)
    _known(people, [taker])
    stored = _roster_row(session, wish.roster)
    roster = parse_roster(roster_data(stored))
    if wish.until is not None and wish.until <= whole_second(at):
        raise Refused("cover_refused", why="A take-over ends after now.")
    found = taken_over(roster, taker, at, wish.until, _others(session, roster.key, together))
    if isinstance(found, Objection):
        raise _refused(found, people, roster)
    origin = Origin("takeover", wish.answerer.actor, None, wish.reason)
    _rewrite(session, at, stored, roster.overrides, found.roster.overrides, origin)
    log.info("taken_over", roster=roster.key, taker=taker, givers=list(found.from_), channel=wish.answerer.channel)
    return found


def rosters_to_take(session: Session, technician: str, at: datetime) -> list[Roster]:
    """Find the rosters that somebody is in the order of and not on duty on: those they could take over."""
    return [
        roster
        for roster in load_rosters(session)
        if technician in participants(roster) and technician not in (duty.technician for duty in on_duty(roster, at))
    ]


# Writing --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an override comes from: cover, swap or takeover, by whom, on which request and why."""

    source: str
    by: str
    request_id: int | None
    reason: str | None


def _rewrite(
    session: Session,
    at: datetime,
    row: RosterRow,
    before: Sequence[Override],
    after: Sequence[Override],
    origin: Origin,
) -> None:
    """Write what a giving comes to: whole overrides stay as they are, parts of one keep where it came from."""
    gone, coming = rewritten(before, after)
    stored = list(row.overrides)
    new = [_override_row(at, piece, stored, origin) for piece in coming]
    for place in gone:
        row.overrides.remove(stored[place])
    row.overrides.extend(new)
    session.flush()
    removed, added = [_override_document(stored[place]) for place in gone], [_override_document(one) for one in new]
    subject = "roster", row.key
    record(session, at, origin.by, subject, {"overrides": removed}, {"overrides": added}, origin.reason)


def _override_row(at: datetime, piece: Rewritten, stored: Sequence[OverrideRow], origin: Origin) -> OverrideRow:
    override = piece.override
    row = OverrideRow(
        kind=override.kind,
        technician=override.technician,
        replaces=override.replaces,
        start=override.start,
        end=override.end,
        source=origin.source,
        request_id=origin.request_id,
        created_by=origin.by,
        created_at=at,
        reason=origin.reason,
    )
    if piece.part_of is not None:
        whole = stored[piece.part_of]
        row.source, row.request_id, row.created_by = whole.source, whole.request_id, whole.created_by
        row.created_at, row.reason = whole.created_at, whole.reason
    return row


def _override_document(row: OverrideRow) -> dict[str, object]:
    names = ("kind", "technician", "replaces", "start", "end", "source", "request_id")
    return {name: value for name in names if (value := getattr(row, name)) is not None}


def _reply(session: Session, at: datetime, row: CoverRequestRow, answerer: Answerer, answer: str) -> None:
    """Write that somebody was asked, then what they said; a later answer of the same person counts instead."""
    given = {"answer": answer, "at": at, "channel": answerer.channel}
    if not insert_once(session, CoverReplyRow, request_id=row.id, technician=answerer.technician, **given):
        theirs = CoverReplyRow.request_id == row.id, CoverReplyRow.technician == answerer.technician
        session.execute(update(CoverReplyRow).where(*theirs).values(**given))
    if answer == "no":
        record(session, at, answerer.actor, ("cover_request", str(row.id)), None, {"no": answerer.technician})


def _audit(session: Session, at: datetime, row: CoverRequestRow, actor: str, before: str | None) -> None:
    after: dict[str, object] = {"state": row.state, "roster": row.roster_key, "asked_by": row.asked_by}
    if row.accepted_by is not None:
        after["accepted_by"] = row.accepted_by
    subject = "cover_request", str(row.id)
    record(session, at, actor, subject, None if before is None else {"state": before}, after, row.reason)


def _text(session: Session, at: datetime, row: CoverRequestRow, what: str, words: dict[Technician, str]) -> None:
    for person, body in words.items():
        key = f"cover:{row.id}:{what}:{person.key}"
        put(session, at, Message(key, person.text_phone, body, {"roster": row.roster_key, "request": row.id}))


# Gathering ------------------------------------------------------------------------------------------------------------


def _asked(row: CoverRequestRow, roster: Roster) -> tuple[str, ...]:
    return tuple(key for key in (row.asked or participants(roster)) if key != row.asked_by)


def _waiting(session: Session, row: CoverRequestRow, people: People) -> list[Technician]:
    """Find those who were asked and have not answered."""
    return people.some(reply.technician for reply in replies_to(session, row.id) if reply.answer == UNANSWERED)


def _still_open(row: CoverRequestRow, people: People) -> None:
    if row.state == "accepted":
        raise Conflict("cover_taken", why=f"{people.name(row.accepted_by or '')} has taken request {row.id} already.")
    if row.state != "open":
        raise Refused("cover_refused", why=f"Request {row.id} is closed: {row.state}.")


def _others(session: Session, roster_key: str, together: Together) -> list[Roster]:
    """Load the rosters that ring at the same time as one."""
    keys = {key for rosters in together if roster_key in rosters for key in rosters} - {roster_key}
    return [roster for key in sorted(keys) if (roster := load_roster(session, key)) is not None]


def _roster(session: Session, key: str) -> Roster:
    return parse_roster(roster_data(_roster_row(session, key)))


def _roster_row(session: Session, key: str) -> RosterRow:
    row = locked_roster_row(session, key)
    if row is None:
        known = ", ".join(roster.key for roster in load_rosters(session)) or "none yet"
        raise NotFound("roster_unknown", key=key, known=known, why=f"There is no roster {key}. Known: {known}.")
    return row


def _known(people: People, keys: Iterable[str]) -> None:
    for key in keys:
        if key not in people.by_key:
            known = ", ".join(people.by_key) or "none yet"
            raise NotFound(
                "technician_unknown", key=key, known=known, why=f"There is no technician {key}. Known: {known}."
            )


def _refused(objection: Objection, people: People, roster: Roster) -> Refused:
    why = refusal_words(objection, people.names, roster.time_zone)
    return Refused("cover_refused", why=why, objection=objection.code)
