"""The hunt on record: started, ticked, won, left; every change is guarded by the row it changes, and nobody here rings."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from foundation.db import insert_once, nudge, rows_changed, take_turns
from foundation.ids import new_token
from foundation.log import logger
from foundation.phone import PhoneNumber
from intake.service import acknowledge, case_event
from intake.store import case_by_id
from intake.tables import CallRow, CaseRow
from oncall.store import Technician, load_technicians
from routing import paging
from routing.hunt import (
    CHASE_WAVE,
    RINGING,
    SAFETY_SECONDS,
    SEARCHING,
    HuntStatus,
    LegStatus,
    Moves,
    NewRing,
    Plan,
    Target,
    leg_after,
    next_moves,
    plan_from,
    plan_json,
)
from routing.store import (
    call_roll,
    case_words,
    critical_steps,
    engaged_phones,
    hunt_facts,
    legs_of,
    load_policies,
    locked_hunt,
)
from routing.tables import HuntEventRow, HuntRow, LegRow
from telephony.outbox import PAGE_VALIDITY, Message, Wish, put
from telephony.port import CALL_OVER

MOVES_A_TICK = 12
"""Limit of rounds in which a tick makes its moves; two are enough, more means that the rules contradict themselves."""

JOIN_SECONDS = 30
"""A winner who has not been joined to the waiting caller by then is not there any more: who is asks for the queue each 12 s."""

LOST_SECONDS = 3
"""How long after a winner's leg has died news of the talk may still be on its way, before the hunt opens again."""

CHASE_RING_SECONDS = 25
"""Ring time of the chase: phones divert to voicemail at 20 to 25 s, and here a voicemail at least gets the text's twin."""

LEADERSHIP_FROM_PASS = 2
"""The chase goes to the duty managers first, from this pass on to leadership and to the technicians again as well."""

log = logger("hunt")


@dataclass(frozen=True, slots=True)
class NewHunt:
    """A hunt to start. `call_sid` is the caller's call; `is_held` False where the caller is told plainly and not kept waiting."""

    case: CaseRow
    plan: Plan
    call_sid: str | None
    is_held: bool = True


def start(session: Session, new: NewHunt, at: datetime) -> HuntRow:
    """Write a hunt with its frozen plan, and its first rings and pages, in the transaction that decided it."""
    ceiling = at + timedelta(seconds=load_policies(session).wait_ceiling_seconds)
    hunt = HuntRow(
        token=new_token(),
        case_id=new.case.id,
        call_sid=new.call_sid,
        plan=plan_json(new.plan),
        started_at=at,
        ceiling_at=ceiling if new.is_held else None,
        status=(HuntStatus.HUNTING if new.is_held else HuntStatus.LEFT).value,
        wave=-1,
        chase_pass=0,
        left_at=None if new.is_held else at,
        left_how=None if new.is_held else "never_held",
    )
    session.add(hunt)
    session.flush()
    people = [[t.technician for t in wave.targets] for wave in new.plan.waves]
    hunt_event(session, hunt, at, "started", plan=people, case=new.case.number)
    tick(session, hunt, at)
    return hunt


def hunt_event(session: Session, hunt: HuntRow, at: datetime, kind: str, **facts: object) -> None:
    """Append one line to a hunt's history."""
    session.add(HuntEventRow(hunt_id=hunt.id, at=at, kind=kind, facts=facts))


def due_hunts(session: Session, at: datetime, limit: int = 100) -> list[int]:
    """Find the hunts whose timer has run down, the longest overdue first."""
    due = select(HuntRow.id).where(HuntRow.next_at <= at).order_by(HuntRow.next_at).limit(limit)
    return list(session.scalars(due))


def tick(session: Session, hunt: HuntRow, at: datetime) -> None:
    """Make whatever moves are due. The caller holds the hunt's row; a tick too many does nothing."""
    if hunt.status == HuntStatus.WON:
        _reopen_if_lost(session, hunt, at)
    for _ in range(MOVES_A_TICK):
        moves = _moves(session, hunt, at)
        if not (moves.lapsed or moves.wave is not None or moves.chase):
            break
        if moves.rings or moves.chase:
            take_turns(session, "planning rings")  # a handset that another hunt plans at this moment counts as engaged
            moves = _moves(session, hunt, at)
        _make(session, hunt, moves, at)
    if hunt.status in SEARCHING:
        hunt.next_at = moves.next_at or at + timedelta(seconds=SAFETY_SECONDS)


def _moves(session: Session, hunt: HuntRow, at: datetime) -> Moves:
    return next_moves(hunt_facts(session, hunt, legs_of(session, hunt.id)), at)


def _make(session: Session, hunt: HuntRow, moves: Moves, at: datetime) -> None:
    for leg in legs_of(session, hunt.id):
        if leg.id in moves.lapsed:
            why = "no key" if leg.status == LegStatus.SCREENING else f"no answer within {leg.ring_seconds} s"
            end_leg(session, leg, LegStatus.NO_ANSWER, at, why)
            _stop_ringing(session, leg, at)
    if moves.wave is not None:
        hunt.wave = moves.wave
        passed_over = [t.technician for t in moves.passed_over]
        hunt_event(
            session,
            hunt,
            at,
            "wave",
            wave=moves.wave,
            rings=[r.target.technician for r in moves.rings],
            passed_over=passed_over,
        )
        for ring in moves.rings:
            _plan_ring(session, hunt, ring, at)
    if moves.chase:
        _chase(session, hunt, at)
    session.flush()


def _plan_ring(session: Session, hunt: HuntRow, ring: NewRing, at: datetime) -> None:
    target = ring.target
    insert_once(
        session,
        LegRow,
        hunt_id=hunt.id,
        token=new_token(),
        technician=target.technician,
        name=target.name,
        phone=target.phone,
        wave=ring.wave,
        ring_seconds=ring.ring_seconds,
        status=LegStatus.PLANNED.value,
        attempt=0,
        sequence=-1,
        place_at=at + timedelta(seconds=ring.delay_seconds),
    )
    nudge(session)


def page(session: Session, hunt: HuntRow, leg: LegRow, at: datetime) -> None:
    """Text a technician beside the ring, as it is placed; once, and anew after they were told that somebody else has it.

    The chase has texts of its own.
    """
    target = next((t for wave in plan_from(hunt.plan).waves for t in wave.targets if t.phone == leg.phone), None)
    if leg.wave >= CHASE_WAVE or target is None:
        return
    lost = sum(other.status == LegStatus.LOST for other in legs_of(session, hunt.id))
    words, asker = case_words(session, case_by_id(session, hunt.case_id)), next_level_asker(session, hunt)
    body = paging.page(words) if asker is None else paging.next_level_page(words, asker.name)
    _page(session, hunt, target, f"page:{hunt.id}:{lost}:{target.technician}", body, at)


def _page(session: Session, hunt: HuntRow, target: Target, key: str, body: str, at: datetime) -> None:
    context = {"hunt": hunt.id, "case": hunt.case_id, "technician": target.technician}
    put(session, at, Message(key, target.text_phone, body, context, PAGE_VALIDITY))


def _chase(session: Session, hunt: HuntRow, at: datetime) -> None:
    """One pass of the chase: everybody up the line is texted and rung at once, and the next pass is set.

    There is nothing to chase for once the case has been resolved by other ways.
    """
    case = case_by_id(session, hunt.case_id)
    if hunt.left_at is not None and case.status in ("resolved", "closed"):
        close(session, hunt, at)
        return
    every = timedelta(minutes=load_policies(session).chase_every_minutes)
    hunt.chase_pass, hunt.chase_at = hunt.chase_pass + 1, at + every
    targets = _chase_targets(session, hunt, at)
    words, minutes = case_words(session, case), int((at - case.opened_at).total_seconds() // 60)
    busy, asker = _busy(session, hunt, targets), next_level_asker(session, hunt)
    body = paging.chase_page(words, minutes) if asker is None else paging.next_level_page(words, asker.name)
    for target in targets:
        _page(session, hunt, target, f"chase:{hunt.id}:{hunt.chase_pass}:{target.technician}", body, at)
        if target.phone not in busy:
            _plan_ring(session, hunt, NewRing(target, CHASE_WAVE + hunt.chase_pass, CHASE_RING_SECONDS), at)
    people = [t.technician for t in targets]
    hunt_event(session, hunt, at, "chase", number=hunt.chase_pass, people=people)
    case_event(session, case, at, "chased", None, number=hunt.chase_pass, people=people)
    if not targets:
        log.error("nobody_to_chase", hunt=hunt.id, case=case.number)


def _busy(session: Session, hunt: HuntRow, targets: tuple[Target, ...]) -> frozenset[PhoneNumber]:
    """Handsets not to be rung by the chase: those that ring already, and those of other hunts unless there are no others."""
    ours = frozenset(leg.phone for leg in legs_of(session, hunt.id) if leg.status in RINGING)
    elsewhere = engaged_phones(session, except_hunt=hunt.id)
    return ours if {target.phone for target in targets} <= elsewhere else ours | elsewhere


def _chase_targets(session: Session, hunt: HuntRow, at: datetime) -> tuple[Target, ...]:
    """Find whom a pass of the chase calls; where no roster and no plan names anybody, everybody who is on the books.

    Whoever asks for the next level is not called, nor are the technicians below it.
    """
    roll, asker = call_roll(session, at), next_level_asker(session, hunt)
    managers = roll.on_roster("managers")
    if managers and hunt.chase_pass < LEADERSHIP_FROM_PASS:
        return managers
    wider = [*managers, *roll.on_roster("leadership")]
    if asker is None:
        steps, _ = critical_steps(roll)
        planned = [target for wave in plan_from(hunt.plan).waves for target in wave.targets]
        wider += [*(t for step in steps for t in step.targets), *planned]
        wider = wider or list(roll.everybody())
    by_phone = {t.phone: t for t in reversed(wider) if asker is None or t.phone != asker.phone}
    return tuple(target for target in dict.fromkeys(wider) if by_phone.get(target.phone) == target)


def next_level_asker(session: Session, hunt: HuntRow) -> Technician | None:
    """Find who has the case and asks for the next level by this hunt; nobody where the hunt serves a caller."""
    if hunt.call_sid is not None:
        return None
    return load_technicians(session).get(case_by_id(session, hunt.case_id).technician or "")


def end_leg(session: Session, leg: LegRow, status: LegStatus, at: datetime, why: str | None) -> None:
    """Put a leg into a final state, with the reason."""
    leg.status, leg.ended_at, leg.why = status.value, at, why
    session.flush()


def _stop_ringing(session: Session, leg: LegRow, at: datetime) -> None:
    if leg.call_sid:
        put(session, at, Wish("cancel_call", leg.call_sid))


# Winning and leaving exclude each other: both are conditional UPDATEs of the same row.


@dataclass(frozen=True, slots=True)
class Won:
    """This leg has the case; the caller waits for it unless `is_caller_gone`."""

    is_caller_gone: bool


@dataclass(frozen=True, slots=True)
class TakenBy:
    """Somebody else has it."""

    name: str


@dataclass(frozen=True, slots=True)
class NotNeeded:
    """The hunt is over without a winner: the caller said that it is fixed, or the case was closed."""


Claim = Won | TakenBy | NotNeeded


def claim(session: Session, leg: LegRow, at: datetime) -> Claim:
    """Try to win the hunt for a leg. The same leg again gets the same answer."""
    is_new = _claim_held(session, leg, at) or _claim_left(session, leg, at)
    hunt = locked_hunt(session, leg.hunt_id)
    if hunt.winner_leg_id == leg.id:
        if is_new:
            _celebrate(session, hunt, leg, at)
        return Won(is_caller_gone=hunt.left_at is not None or caller_has_hung_up(session, hunt))
    return standing(session, hunt)


def _claim_held(session: Session, leg: LegRow, at: datetime) -> bool:
    open_ = (
        HuntRow.id == leg.hunt_id,
        HuntRow.winner_leg_id.is_(None),
        HuntRow.left_at.is_(None),
        HuntRow.status == HuntStatus.HUNTING,
    )
    return _win(session, leg, at, open_)


def _claim_left(session: Session, leg: LegRow, at: datetime) -> bool:
    left = (
        HuntRow.id == leg.hunt_id,
        HuntRow.winner_leg_id.is_(None),
        HuntRow.left_at.is_not(None),
        HuntRow.status.in_(SEARCHING),
    )
    return _win(session, leg, at, left)


def _win(session: Session, leg: LegRow, at: datetime, conditions: Sequence[object]) -> bool:
    values = {"winner_leg_id": leg.id, "won_at": at, "status": HuntStatus.WON.value, "next_at": None}
    claimed = session.execute(update(HuntRow).where(*conditions).values(**values))  # type: ignore[arg-type]  # column conditions
    return rows_changed(claimed) == 1


def standing(session: Session, hunt: HuntRow) -> Claim:
    """Say how a hunt stands to somebody who has not won it."""
    winner = None if hunt.winner_leg_id is None else session.get(LegRow, hunt.winner_leg_id)
    return NotNeeded() if winner is None else TakenBy(winner.name)


def _celebrate(session: Session, hunt: HuntRow, leg: LegRow, at: datetime) -> None:
    """What winning brings: the case has a name on it, the other rings stop, everybody paged is told who has it."""
    leg.status = LegStatus.ACCEPTED.value
    case, asker = case_by_id(session, hunt.case_id), next_level_asker(session, hunt)
    acknowledge(session, case, leg.technician, at, "pressed 1")
    hunt_event(session, hunt, at, "accepted", technician=leg.technician)
    _stand_down(session, hunt, leg, at)
    if asker is not None and asker.key != leg.technician:
        body = paging.taken_over(case_words(session, case), leg.name)
        put(session, at, Message(f"over:{hunt.id}:{leg.id}", asker.text_phone, body, {"case": case.id}))
    phone = case.callback_phone or case.caller_phone
    if hunt.left_at is not None and phone is not None:
        body = paging.caller_has_helper(case.number or "", leg.name)
        put(session, at, Message(f"helper:{hunt.id}:{leg.id}", phone, body, {"case": case.id}))


def _stand_down(session: Session, hunt: HuntRow, winner: LegRow, at: datetime) -> None:
    for leg in legs_of(session, hunt.id):
        if leg.id != winner.id and leg.status in RINGING:
            end_leg(session, leg, LegStatus.CANCELLED, at, f"{winner.name} has it")
            _stop_ringing(session, leg, at)
    tell_taken(session, hunt, winner, at)


def tell_taken(session: Session, hunt: HuntRow, winner: LegRow, at: datetime) -> None:
    """Tell everybody who was paged who has it; each is told once for each winner."""
    words = case_words(session, case_by_id(session, hunt.case_id))
    for technician, phone in _paged(session, hunt, at).items():
        if technician != winner.technician:
            key = f"taken:{hunt.id}:{winner.id}:{technician}"
            put(session, at, Message(key, phone, paging.taken(words, winner.name), {"case": hunt.case_id}))


def _paged(session: Session, hunt: HuntRow, at: datetime) -> dict[str, PhoneNumber]:
    """Find everybody whom this hunt has rung or texted, with the number that their texts go to."""
    chases = select(HuntEventRow.facts).where(HuntEventRow.hunt_id == hunt.id, HuntEventRow.kind == "chase")
    legs = {leg.technician: leg.phone for leg in legs_of(session, hunt.id) if leg.claimed_at is not None}
    people = [*legs, *(person for facts in session.scalars(chases) for person in facts["people"])]
    planned = {t.technician: t.text_phone for wave in plan_from(hunt.plan).waves for t in wave.targets}
    known = {key: person.text_phone for key, person in call_roll(session, at).technicians.items()}
    phones = legs | known | planned
    return {person: phones[person] for person in dict.fromkeys(people) if person in phones}


LEFT_AS = {
    "ceiling": HuntStatus.VOICEMAIL,
    "voicemail": HuntStatus.VOICEMAIL,
    "call_back": HuntStatus.LEFT,
    "hung_up": HuntStatus.ABANDONED,
    "fixed": HuntStatus.DONE,
}
"""What a hunt becomes when its caller is no longer held, by how they left."""


def caller_leaves(session: Session, hunt_id: int, how: str, at: datetime) -> bool:
    """Let the caller go unless somebody has just won; the chase starts or goes on, except where it is fixed."""
    waiting = HuntRow.id == hunt_id, HuntRow.winner_leg_id.is_(None), HuntRow.left_at.is_(None)
    values = {"left_at": at, "left_how": how, "status": LEFT_AS[how].value}
    if rows_changed(session.execute(update(HuntRow).where(*waiting).values(**values))) != 1:
        return False
    hunt = locked_hunt(session, hunt_id)
    hunt_event(session, hunt, at, "caller_left", how=how)
    case_event(session, case_by_id(session, hunt.case_id), at, "caller_left", "caller", how=how)
    if hunt.status == HuntStatus.DONE:
        close(session, hunt, at)
    else:
        tick(session, hunt, at)
    return True


def close(session: Session, hunt: HuntRow, at: datetime) -> None:
    """End a hunt for good: no timer, no rings, and its queue is deleted at the carrier."""
    if hunt.ended_at is not None:
        return
    hunt.status, hunt.ended_at, hunt.next_at = HuntStatus.DONE.value, at, None
    for leg in legs_of(session, hunt.id):
        if leg.status in RINGING:
            end_leg(session, leg, LegStatus.CANCELLED, at, "the hunt is over")
            _stop_ringing(session, leg, at)
    if hunt.queue_sid:
        put(session, at, Wish("delete_queue", hunt.queue_sid))
    hunt_event(session, hunt, at, "ended")


def bridged(session: Session, hunt: HuntRow, at: datetime, leg_sid: str | None = None) -> None:
    """Note that caller and technician are joined; however often it is told, from either side.

    `leg_sid` is the technician's call where the carrier names it.
    """
    if hunt.bridged_at is not None:
        return
    leg = _joined_leg(session, hunt, leg_sid)
    if leg is None:
        return
    hunt.bridged_at, hunt.status, hunt.next_at, hunt.winner_leg_id = at, HuntStatus.WON.value, None, leg.id
    leg.status = LegStatus.BRIDGED.value
    case = case_by_id(session, hunt.case_id)
    case_event(session, case, at, "connected", leg.technician, how="live")
    hunt_event(session, hunt, at, "bridged", technician=leg.technician)


def _joined_leg(session: Session, hunt: HuntRow, leg_sid: str | None) -> LegRow | None:
    """Find the leg that the caller was joined to: the winner, or one that we believed lost before the news came."""
    legs = legs_of(session, hunt.id)
    named = [leg for leg in legs if leg_sid and leg.call_sid == leg_sid]
    winner = [leg for leg in legs if leg.id == hunt.winner_leg_id]
    lost = [leg for leg in legs if leg.status == LegStatus.LOST]
    return next(iter([*named, *winner, *reversed(lost)]), None)


def not_joined(session: Session, hunt: HuntRow, at: datetime) -> None:
    """Take back that the two are joined: one of them was gone before a word was said. The other is not left alone."""
    if hunt.bridged_at is None or hunt.ended_at is not None:
        return
    leg = session.get_one(LegRow, hunt.winner_leg_id)
    hunt.bridged_at, hunt.queued_at, hunt.next_at = None, None, at
    leg.status = (LegStatus.ACCEPTED if leg.ended_at is None else LegStatus.LOST).value
    leg.why = leg.why or (None if leg.ended_at is None else "gone before the talk")
    case_event(session, case_by_id(session, hunt.case_id), at, "not_connected", leg.technician)
    hunt_event(session, hunt, at, "not_joined", technician=leg.technician)
    session.flush()


def _reopen_if_lost(session: Session, hunt: HuntRow, at: datetime) -> None:
    """Search again where the winner's leg died before anybody talked, and no news of a talk came after it."""
    leg = session.get_one(LegRow, hunt.winner_leg_id)
    is_lost = leg.status == LegStatus.LOST and hunt.bridged_at is None and leg.ended_at is not None
    if not is_lost or leg.ended_at is None:
        return
    if hunt.left_at is None and caller_has_hung_up(session, hunt):
        hunt.left_at, hunt.left_how = at, "hung_up"
    case = case_by_id(session, hunt.case_id)
    if hunt.left_at is not None and case.status in ("in_progress", "resolved", "closed"):
        close(session, hunt, at)
        return
    again_at = leg.ended_at + _patience(session, hunt)
    if at < again_at:
        hunt.next_at = again_at
        return
    hunt.winner_leg_id, hunt.won_at = None, None
    hunt.status = (
        HuntStatus.HUNTING if hunt.left_at is None else LEFT_AS.get(hunt.left_how or "", HuntStatus.LEFT)
    ).value
    if case.status == "acknowledged":
        case.status, case.technician, case.acknowledged_at = "new", None, None
    case_event(session, case, at, "technician_lost", leg.technician)
    hunt_event(session, hunt, at, "reopened", lost=leg.technician)
    session.flush()


def _patience(session: Session, hunt: HuntRow) -> timedelta:
    """How long a winner without a talk keeps a case: seconds while the caller waits, else the chase's own pause."""
    if hunt.left_at is None:
        return timedelta(seconds=LOST_SECONDS)
    return timedelta(minutes=load_policies(session).chase_every_minutes)


def caller_waits(session: Session, hunt: HuntRow, at: datetime) -> None:
    """The caller is in the queue and asks what to hear: note it, and let this be the hunt's heartbeat."""
    hunt.queued_at = hunt.queued_at or at
    _give_up_absent_winner(session, hunt, hunt.queued_at, at)
    tick(session, hunt, at)


def _give_up_absent_winner(session: Session, hunt: HuntRow, queued_at: datetime, at: datetime) -> None:
    """The caller waits in the queue and the winner never came to it, though no news of their leg's end came either."""
    if hunt.winner_leg_id is None or hunt.bridged_at is not None:
        return
    leg = session.get_one(LegRow, hunt.winner_leg_id)
    since = max(queued_at, hunt.won_at or queued_at)
    if leg.status == LegStatus.ACCEPTED and at >= since + timedelta(seconds=JOIN_SECONDS):
        end_leg(session, leg, LegStatus.LOST, at, "accepted, and never joined the caller")


def caller_has_hung_up(session: Session, hunt: HuntRow) -> bool:
    """Whether the caller's own call is known to be over."""
    if hunt.call_sid is None:
        return True
    call = session.scalar(select(CallRow).where(CallRow.sid == hunt.call_sid))
    return call is None or call.ended_at is not None


def decline(session: Session, leg: LegRow, at: datetime) -> None:
    """The technician passes; the next person rings at once."""
    hunt = locked_hunt(session, leg.hunt_id)
    if leg.status in RINGING:
        end_leg(session, leg, LegStatus.DECLINED, at, "passed")
        hunt_event(session, hunt, at, "declined", technician=leg.technician)
        tick(session, hunt, at)


def leg_answered(session: Session, leg: LegRow, call_sid: str, at: datetime) -> None:
    """Somebody or something picked up: the whisper begins. A ring that we gave up a moment ago counts again.

    Where one leg has two calls, because an answer in doubt was asked for again, the one that is picked up counts.
    """
    if leg.call_sid not in (None, call_sid) and leg.answered_at is None:
        _stop_ringing(session, leg, at)
        leg.call_sid = call_sid
    attach(leg, call_sid, at)
    if leg.status in (*RINGING, LegStatus.NO_ANSWER) and leg.status != LegStatus.SCREENING:
        leg.status, leg.answered_at, leg.ended_at = LegStatus.SCREENING.value, at, None
    session.flush()


def attach(leg: LegRow, call_sid: str, at: datetime) -> None:
    """Learn the carrier's id of a leg, from whichever side tells it first."""
    leg.call_sid = leg.call_sid or call_sid
    leg.placed_at = leg.placed_at or at
    leg.ring_until = leg.ring_until or at + timedelta(seconds=leg.ring_seconds)


@dataclass(frozen=True, slots=True)
class LegNews:
    """The carrier's word on a leg, with its number in the sequence."""

    call_sid: str
    status: str
    sequence: int


def leg_news(session: Session, leg: LegRow, news: LegNews, at: datetime) -> None:
    """Take news of a leg, in any order and any number of times; what it ends moves the hunt on at once.

    News of another call than the leg's own, the second of a ring that was asked for twice, only stops that call.
    """
    hunt = locked_hunt(session, leg.hunt_id)
    is_final = news.status in CALL_OVER
    if leg.call_sid not in (None, news.call_sid):
        if not is_final:
            put(session, at, Wish("cancel_call", news.call_sid))
        return
    attach(leg, news.call_sid, at)
    before = LegStatus(leg.status)
    after = leg_after(before, news.status)
    leg.sequence = max(leg.sequence, news.sequence)
    if is_final and leg.ended_at is None:
        leg.ended_at = at
    if after is before:
        return
    leg.status = after.value
    if is_final:
        leg.why = leg.why or f"carrier: {news.status}"
        hunt_event(session, hunt, at, after.value, technician=leg.technician)
    session.flush()
    if after is LegStatus.LOST:
        hunt.next_at = at + timedelta(seconds=LOST_SECONDS)
    else:
        tick(session, hunt, at)
