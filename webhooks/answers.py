"""How the house answers each question that a flow may ask: the only bridge between what a call says and what is on record."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from datetime import timedelta

from foundation.phone import PhoneNumber, keyed_number
from intake.caller import Account, Contact, OneAccount, SeveralAccounts, Unknown, identify
from intake.entitlement import COVERED
from intake.service import NewRecording, case_event, keep_recording, move_recordings
from intake.severity import Severity
from intake.store import account_by_key, account_by_number, case_by_id, contacts_with_phone
from intake.tables import CaseRow
from ivr_flows.events import Answered, Event, Recorded
from ivr_flows.place import Place
from ivr_flows.questions import (
    AccountFound,
    BridgeOver,
    CallBackOver,
    CallBackWanted,
    CriticalOpened,
    Declined,
    Done,
    HelpReady,
    Hunting,
    HuntProgress,
    Kept,
    Leaving,
    Moved,
    NextLevel,
    NumberKept,
    Question,
    QueueOver,
    StillNeeded,
    Taken,
    Texted,
    TicketOpened,
    WhoIsCalling,
)
from routing import hunt_service, paging
from routing.clock_service import change_severity
from routing.hunt import RINGING, LegStatus
from routing.hunt_service import NotNeeded, TakenBy, Won
from routing.ledger_service import caller_gave_up, recorded_as
from routing.service import (
    Caller,
    ConsentNeeded,
    Hunted,
    Ticketed,
    Told,
    connect_again,
    make_critical,
    move_to_account,
    next_level,
    open_critical,
    open_ticket,
    refuse_charge,
    resolve,
    still_working,
    talked,
)
from routing.store import case_words, hunt_of_call, legs_of, locked_hunt
from routing.tables import HuntRow, LegRow
from telephony.outbox import Message, put
from webhooks.duty_answers import drill_heard, my_next_shift, take_over_now, what_can_i_take_over
from webhooks.line import Line

CHARGE = "by our price list"
"""How the charge of a billable call is named until the organisation names an amount."""

PROBLEMS = {
    "critical": "Whole system or network down.",
    "medium": "Work slowed or limited.",
    "low": "Small problem or question.",
}
"""What a technician reads and hears of a severity that the caller chose."""

IN_DOUBT = "Caller unsure, treated as critical."
NOT_STATED = "Message recorded; the severity was not stated."
NOT_CHOSEN = "The caller has several accounts and named none."

Answer = Callable[[Line, Place], Answered]


# Who is calling


def who_is_calling(line: Line, _place: Place) -> Answered:
    """Find the accounts that know the caller's number; a technician who goes on as a caller is one like any other."""
    line.call.end = None
    phone = line.call.from_phone
    contacts = [] if phone is None else contacts_with_phone(line.session, phone)
    match identify(contacts):
        case OneAccount(contact):
            _note_contact(line, contact)
            return Answered(WhoIsCalling.ONE_ACCOUNT, _language(contact.account))
        case SeveralAccounts(several):
            return Answered(WhoIsCalling.SEVERAL_ACCOUNTS, _choices(several))
        case Unknown():
            return Answered(WhoIsCalling.UNKNOWN)


def _note_contact(line: Line, contact: Contact) -> None:
    line.call.account_id, line.call.contact_id = contact.account.id, contact.id


def _language(account: Account) -> dict[str, str]:
    return {"language": account.language} if account.language else {}


def _choices(contacts: tuple[Contact, ...]) -> dict[str, str]:
    facts: dict[str, str] = {}
    for number, contact in enumerate(contacts[:3], 1):
        facts[f"account.{number}"] = contact.account.key
        facts[f"account.{number}.spoken"] = contact.account.number[-3:]
    return facts


def find_account(line: Line, place: Place) -> Answered:
    """Look up the account number that was keyed in."""
    account = account_by_number(line.session, place.answers.get("account_number", ""))
    if account is None:
        return Answered(AccountFound.NOT_FOUND)
    return Answered(AccountFound.FOUND, _language(account))


def _caller(line: Line, place: Place) -> Caller:
    """Gather who calls, by the way in which they were identified."""
    phone = line.call.from_phone
    contacts = [] if phone is None else contacts_with_phone(line.session, phone)
    account = _account_named(line, place, contacts)
    contact = next((c for c in contacts if account and c.account.id == account.id), None)
    line.call.account_id = None if account is None else account.id
    line.call.contact_id = None if contact is None else contact.id
    return Caller(line.call.sid, phone, account, line.call.started_at, line.call.contact_id)


def _account_named(line: Line, place: Place, contacts: list[Contact]) -> Account | None:
    """Find the account that the caller speaks for; the best covered one of those that know their number if they named none."""
    answers = place.answers
    if answers.get(Question.MOVE_TO_ACCOUNT.value) == Moved.MOVED:
        return account_by_number(line.session, answers.get("other_account_number", ""))
    match answers.get("identity"):
        case "keyed":
            return account_by_number(line.session, answers.get("account_number", ""))
        case "chosen":
            return account_by_key(line.session, answers.get("account", ""))
        case "recorded":
            return None
        case None if answers.get(Question.FIND_ACCOUNT.value) == AccountFound.FOUND:  # gone while it was read back
            return account_by_number(line.session, answers.get("account_number", ""))
        case _:
            known = [contact.account for contact in contacts]
            return max(known, key=lambda a: COVERED_RANK.get(a.entitlement(line.at).tier, -1), default=None)


COVERED_RANK = {tier: rank for rank, tier in enumerate(COVERED)}
"""Whoever cannot or does not choose among several accounts speaks, in an emergency, for the best covered one."""


def _described(place: Place, problem: str) -> str:
    answers = place.answers
    has_several = answers.get(Question.WHO_IS_CALLING.value) == WhoIsCalling.SEVERAL_ACCOUNTS
    named_none = answers.get("identity") in (None, "one_of_several")
    return f"{problem} {NOT_CHOSEN}" if has_several and named_none else problem


def _told(place: Place, severity: Severity) -> Told:
    in_doubt = place.answers.get("severity_in_doubt") == "yes"
    problem = _described(place, IN_DOUBT if in_doubt else PROBLEMS[severity.value])
    answers = {
        k: v for k, v in place.answers.items() if k in ("lane", "severity", "identity", "consent", "became_worse")
    }
    keys = [asdict(evidence) for evidence in place.evidence]
    return Told(severity, problem, {"keys": keys, "answers": answers})


# Opening


def _critical(line: Line, place: Place, *, consented: bool) -> Hunted | ConsentNeeded | Ticketed:
    caller, told = _caller(line, place), _told(place, Severity.CRITICAL)
    if line.call.case_id is None:
        opened = open_critical(line.session, caller, told, line.at, line.house, consented=consented)
    else:
        case = case_by_id(line.session, line.call.case_id)
        opened = make_critical(line.session, case, caller, told, line.at, line.house, consented=consented)
    if not isinstance(opened, ConsentNeeded):
        _belongs(line, place, opened.case)
    return opened


def _belongs(line: Line, place: Place, case: CaseRow) -> None:
    """Tie call and case together, with what was recorded before there was a case."""
    line.call.case_id = case.id
    _keep(line, place, "name", case)
    move_recordings(line.session, line.call.sid, case)


def open_critical_case(line: Line, place: Place) -> Answered:
    """Open or worsen a case as the table says."""
    match _critical(line, place, consented=False):
        case Hunted(case, hunt, by_duty_manager):
            outcome = CriticalOpened.DUTY_MANAGER_PAGED if by_duty_manager else CriticalOpened.HUNTING
            return Answered(outcome, {"case_number": case.number or "", "queue": hunt.token})
        case ConsentNeeded():
            return Answered(CriticalOpened.CONSENT_NEEDED, {"charge": CHARGE})
        case Ticketed(case):
            return Answered(CriticalOpened.TICKET_ONLY, {"case_number": case.number or ""})


def open_billable(line: Line, place: Place) -> Answered:
    """The caller has agreed to be charged: the consent is on the case, and the hunt starts."""
    opened = _critical(line, place, consented=True)
    assert isinstance(opened, Hunted)  # consent is what the table was waiting for
    consent = [asdict(e) for e in place.evidence if e.node == "consent"]
    case_event(line.session, opened.case, line.at, "consented", "caller", keys=consent)
    return Answered(Hunting.HUNTING, {"case_number": opened.case.number or "", "queue": opened.hunt.token})


def open_ticket_case(line: Line, place: Place) -> Answered:
    """Open a case that is not hunted, and say which clock it has."""
    caller = _caller(line, place)
    if line.call.case_id is None:
        severity = Severity(place.answers.get("severity", "medium"))
        case = open_ticket(line.session, caller, _told(place, severity), line.at, line.house).case
        _belongs(line, place, case)
    else:
        case = case_by_id(line.session, line.call.case_id)
    if place.answers.get("consent") == "refused":
        refuse_charge(line.session, case, line.at)
    return _ticket_answer(line, caller.account, case)


def _ticket_facts(case: CaseRow) -> dict[str, str]:
    texted = {"texted": "yes"} if case.caller_phone else {}
    return {"case_number": case.number or "", "priority": case.severity, **texted}


def _ticket_answer(line: Line, account: Account | None, case: CaseRow) -> Answered:
    facts = _ticket_facts(case)
    if account is None:
        return Answered(TicketOpened.TRIAGE, facts)
    if case.response_due is None:
        return Answered(TicketOpened.TICKET_WITHOUT_CLOCK, facts)
    facts["response_by"] = paging.spoken_time(case.response_due, account.time_zone)
    if case.starts_at is not None and case.starts_at > line.at:
        facts["opens"] = paging.spoken_time(case.starts_at, account.time_zone)
        return Answered(TicketOpened.TICKET_OPENS_LATER, facts)
    return Answered(TicketOpened.TICKET_WITH_CLOCK, facts)


def move_case(line: Line, place: Place) -> Answered:
    """The caller speaks for another organisation than their number says."""
    account = account_by_number(line.session, place.answers.get("other_account_number", ""))
    if account is None or line.call.case_id is None:
        return Answered(Moved.NOT_FOUND)
    line.call.account_id, line.call.contact_id = account.id, None
    hunt = move_to_account(line.session, case_by_id(line.session, line.call.case_id), account, line.at)
    return Answered(Moved.MOVED, {} if hunt is None else {"queue": hunt.token})


# What was said


def _keep(line: Line, place: Place, purpose: str, case: CaseRow | None) -> None:
    sid = place.answers.get(f"{purpose}.sid") or place.answers.get(f"{purpose}.url")
    if not sid:
        return
    url, length = place.answers[f"{purpose}.url"], int(place.answers.get(f"{purpose}.seconds", "0"))
    keep_recording(line.session, line.at, NewRecording(sid, line.call.sid, purpose, url, length), case)
    recorded_as(line.session, sid, purpose)


def _case(line: Line) -> CaseRow | None:
    return None if line.call.case_id is None else case_by_id(line.session, line.call.case_id)


def keep_description(line: Line, place: Place) -> Answered:
    """Keep what the caller said is down."""
    _keep(line, place, "description", _case(line))
    return Answered(Kept.KEPT)


def keep_voicemail(line: Line, place: Place) -> Answered:
    """Keep the message of a caller whom nobody could answer in time; nobody holds them any more."""
    hunt = hunt_of_call(line.session, line.call.sid)
    if hunt is not None:
        hunt_service.caller_leaves(line.session, hunt.id, "voicemail", line.at)
    _keep(line, place, "voicemail", _case(line))
    return Answered(Kept.KEPT)


def keep_message(line: Line, place: Place) -> Answered:
    """Keep the message of a caller who could not choose; without a case yet, it becomes one for the desk."""
    case = _case(line)
    if case is None:
        severity = Severity(place.answers.get("severity", "medium"))
        told = replace(_told(place, severity), problem=_described(place, NOT_STATED))
        case = open_ticket(line.session, _caller(line, place), told, line.at, line.house).case
        case.desk_at = line.at
        _belongs(line, place, case)
    _keep(line, place, "message", case)
    return Answered(Kept.KEPT, {"case_number": case.number or ""})


def keep_last_message(line: Line, event: Event) -> None:
    """Keep what was recorded at the end of the chain of last resort; a call without a case is critical in doubt."""
    if not isinstance(event, Recorded):
        return
    recorded = {"message.url": event.url, "message.sid": event.sid, "message.seconds": str(event.seconds)}
    place = Place("front_desk", "message", answers={"severity_in_doubt": "yes", **recorded})
    if line.call.case_id is None:
        open_critical_case(line, place)
    keep_message(line, place)


def keep_callback_number(line: Line, place: Place) -> Answered:
    """Keep the number at which the caller wants to be reached."""
    phone = keyed_number(place.answers.get("callback_number", ""), line.settings.service_number)
    case = _case(line)
    if phone is None or case is None:
        return Answered(NumberKept.NOT_A_NUMBER)
    case.callback_phone = phone
    case_event(line.session, case, line.at, "callback_number", "caller")
    return Answered(NumberKept.KEPT, {"callback_spoken": phone.spoken})


# Waiting


def is_help_ready(line: Line, _place: Place) -> Answered:
    """Whether somebody has accepted already."""
    hunt = hunt_of_call(line.session, line.call.sid)
    return Answered(HelpReady.READY if hunt and hunt.winner_leg_id else HelpReady.NOT_YET)


ANNOUNCEMENT = timedelta(seconds=12)
"""How long the longest announcement of the wait lasts with its choices; nearer than this to the ceiling music plays until it."""


def how_is_the_hunt(line: Line, _place: Place) -> Answered:
    """Tick the hunt, for this poll is its heartbeat, and say where it stands."""
    hunt = _hunt(line)
    hunt_service.caller_waits(line.session, hunt, line.at)
    if hunt.winner_leg_id is not None:
        return Answered(HuntProgress.ACCEPTED)
    if hunt.left_at is not None or hunt.ended_at is not None:
        return Answered(HuntProgress.OVER)
    if hunt.ceiling_at is not None and hunt.ceiling_at <= line.at:
        left = hunt_service.caller_leaves(line.session, hunt.id, "ceiling", line.at)
        return Answered(HuntProgress.CEILING if left else HuntProgress.ACCEPTED)
    return _being_tried(line, hunt)


def _hunt(line: Line) -> HuntRow:
    assert line.hunt is not None  # the address of the wait names it
    return line.hunt


def _being_tried(line: Line, hunt: HuntRow) -> Answered:
    if hunt.ceiling_at is not None and hunt.ceiling_at - line.at <= ANNOUNCEMENT:
        return Answered(HuntProgress.LAST_SECONDS)
    waited = spoken_duration(int((line.at - hunt.started_at).total_seconds()))
    legs = [leg for leg in legs_of(line.session, hunt.id) if leg.status in RINGING]
    if not legs:
        return Answered(HuntProgress.NOBODY_YET, {"waited": waited})
    tried = [leg for leg in legs if leg.status != LegStatus.PLANNED]
    if not tried:
        return Answered(HuntProgress.STARTING)
    people = "our technicians" if line.call.account_id is None else _people(tried)  # a stranger hears no names
    return Answered(HuntProgress.TRYING, {"being_tried": people, "waited": waited})


def _people(legs: list[LegRow]) -> str:
    names = list(dict.fromkeys(leg.name.split()[0] for leg in legs))
    if len(names) > 2:  # noqa: PLR2004 - a listener keeps two names
        return f"{len(names)} people at once"
    return " and ".join(names)


def spoken_duration(seconds: int) -> str:
    """Say a duration in plain words, to the nearest ten seconds below a minute."""
    if seconds < 60:  # noqa: PLR2004 - a minute
        return f"{max(10, seconds // 10 * 10)} seconds"
    minutes = seconds // 60
    return "1 minute" if minutes == 1 else f"{minutes} minutes"


def leave_for_voicemail(line: Line, _place: Place) -> Answered:
    """The caller would rather leave a message."""
    return _leave(line, "voicemail")


def leave_for_call_back(line: Line, _place: Place) -> Answered:
    """The caller would rather be called back."""
    return _leave(line, "call_back")


def _leave(line: Line, how: str) -> Answered:
    hunt = _hunt(line)
    left = hunt_service.caller_leaves(line.session, hunt.id, how, line.at)
    return Answered(Leaving.LEAVING if left or hunt.left_at is not None else Leaving.HELP_IS_HERE)


def after_queue(line: Line, place: Place) -> Answered:
    """Why the caller is out of the queue: joined, gone, let go, or thrown out by a fault."""
    hunt = hunt_of_call(line.session, line.call.sid)
    result = place.answers.get("queue_result", "error")
    if hunt is None:
        return Answered(QueueOver.CEILING)
    hunt = locked_hunt(line.session, hunt.id)
    if result == "bridged":
        return _talked(line, hunt)
    hunt_service.not_joined(line.session, hunt, line.at)
    if result == "hangup":
        caller_gave_up(line.session, line.call, hunt, line.at)
        return Answered(QueueOver.CEILING)
    match hunt.left_how:
        case "voicemail":
            return Answered(QueueOver.VOICEMAIL_WANTED)
        case "call_back":
            return _call_back_wanted(line)
        case "fixed":
            return Answered(QueueOver.FIXED)
        case None:
            return Answered(QueueOver.STILL_HUNTING)
        case _:
            return Answered(QueueOver.CEILING)


def _talked(line: Line, hunt: HuntRow) -> Answered:
    hunt_service.bridged(line.session, hunt, hunt.won_at or line.at)
    since = hunt.bridged_at or line.at
    talked(line.session, hunt, int((line.at - since).total_seconds()), line.at)
    return Answered(QueueOver.TALKED)


def _call_back_wanted(line: Line) -> Answered:
    phone = _reachable(_case(line))
    if phone is None:
        return Answered(QueueOver.NUMBER_NEEDED)
    return Answered(QueueOver.CALL_BACK_WANTED, {"callback_spoken": phone.spoken})


def _reachable(case: CaseRow | None) -> PhoneNumber | None:
    return None if case is None else case.callback_phone or case.caller_phone


def want_call_back(line: Line, _place: Place) -> Answered:
    """After the ceiling the caller would rather be called back than leave a message."""
    hunt, case = hunt_of_call(line.session, line.call.sid), _case(line)
    if hunt is not None and not hunt_service.caller_leaves(line.session, hunt.id, "call_back", line.at):
        hunt.left_how = "call_back" if hunt.left_at is not None else None
    phone = _reachable(case)
    if phone is None:
        return Answered(CallBackWanted.NUMBER_NEEDED)
    return Answered(CallBackWanted.KEPT, {"callback_spoken": phone.spoken})


def call_again(line: Line, _place: Place) -> Answered:
    """After the talk the caller wants to be connected again."""
    hunt = connect_again(line.session, line.call.sid, line.at)
    assert hunt is not None  # whoever has talked had a hunt
    return Answered(Hunting.HUNTING, {"queue": hunt.token})


# The technician


def _leg(line: Line) -> LegRow:
    assert line.leg is not None  # the technician's flow only runs on a leg
    return line.leg


def is_still_needed(line: Line, _place: Place) -> Answered:
    """Whether the person who picked up is still needed, and whether the caller still waits."""
    hunt = locked_hunt(line.session, _leg(line).hunt_id)
    if hunt.winner_leg_id == _leg(line).id or (hunt.winner_leg_id is None and hunt.ended_at is None):
        asker = hunt_service.next_level_asker(line.session, hunt)
        if asker is not None:
            return Answered(StillNeeded.NEXT_LEVEL, {"technician": asker.name})
        gone = hunt.left_at is not None or hunt_service.caller_has_hung_up(line.session, hunt)
        return Answered(StillNeeded.CALLER_GONE if gone else StillNeeded.OPEN)
    match hunt_service.standing(line.session, hunt):
        case TakenBy(name):
            return Answered(StillNeeded.TAKEN, {"technician": name})
        case _:
            return Answered(StillNeeded.OVER)


def take(line: Line, _place: Place) -> Answered:
    """1 was pressed: claim the case."""
    match hunt_service.claim(line.session, _leg(line), line.at):
        case Won(is_caller_gone=False):
            return Answered(Taken.WON)
        case Won():
            phone = _reachable(_hunted_case(line))
            return (
                Answered(Taken.WON_CALLER_GONE, {"caller_phone": phone.e164})
                if phone
                else Answered(Taken.WON_NO_NUMBER)
            )
        case TakenBy(name):
            return Answered(Taken.TAKEN, {"technician": name})
        case NotNeeded():
            return Answered(Taken.OVER)


def _hunted_case(line: Line) -> CaseRow:
    return case_by_id(line.session, locked_hunt(line.session, _leg(line).hunt_id).case_id)


def decline(line: Line, _place: Place) -> Answered:
    """2 was pressed: the next person is rung at once."""
    hunt_service.decline(line.session, _leg(line), line.at)
    return Answered(Declined.DECLINED)


def after_bridge(line: Line, place: Place) -> Answered:
    """How joining the caller ended: talked, the caller is still on the way to the queue, or gone."""
    hunt = locked_hunt(line.session, _leg(line).hunt_id)
    length = int(place.answers.get("bridge_seconds", "0"))
    was_joined = hunt.bridged_at is not None and place.answers.get("bridge_status") == "completed" and length > 0
    if place.answers.get("bridged") == "yes" or was_joined:
        hunt_service.bridged(line.session, hunt, line.at)
        talked(line.session, hunt, length, line.at)
        return Answered(BridgeOver.TALKED)
    if hunt.left_at is None and not hunt_service.caller_has_hung_up(line.session, hunt):
        return Answered(BridgeOver.CALLER_ON_THE_WAY)
    phone = _reachable(_hunted_case(line))
    return Answered(BridgeOver.CALLER_GONE, {"caller_phone": phone.e164}) if phone else Answered(BridgeOver.NO_NUMBER)


def after_call_back(line: Line, place: Place) -> Answered:
    """How calling the customer back ended."""
    hunt = locked_hunt(line.session, _leg(line).hunt_id)
    if place.answers.get("bridged") != "yes":
        hunt_service.not_joined(line.session, hunt, line.at)
        return Answered(CallBackOver.NOT_CONNECTED)
    hunt_service.bridged(line.session, hunt, line.at)
    talked(line.session, hunt, int(place.answers.get("bridge_seconds", "0")), line.at)
    return Answered(CallBackOver.CONNECTED)


def leave_with_text(line: Line, place: Place) -> Answered:
    """The customer is not reached by phone, or not called, and gets a text; whoever chose that keeps the case."""
    case, leg = _hunted_case(line), _leg(line)
    phone, number = _reachable(case), case.number or ""
    was_tried = place.answers.get("after_call_back") == CallBackOver.NOT_CONNECTED
    body = paging.caller_was_tried(number) if was_tried else paging.caller_is_left(number, leg.name)
    if phone is not None:
        put(line.session, line.at, Message(f"tried:{leg.id}", phone, body, {"case": case.id}))
    case_event(line.session, case, line.at, "call_back_missed" if was_tried else "left_with_text", leg.technician)
    if place.answers.get("left") == "with_text":
        still_working(line.session, case, leg.technician, line.at)
    return Answered(Texted.TEXTED)


def resolve_case(line: Line, _place: Place) -> Answered:
    """The technician says that it works again."""
    resolve(line.session, _hunted_case(line), _leg(line).technician, line.at)
    return Answered(Done.DONE)


def keep_working(line: Line, _place: Place) -> Answered:
    """The technician goes on with the case."""
    still_working(line.session, _hunted_case(line), _leg(line).technician, line.at)
    return Answered(Done.DONE)


def call_next_level(line: Line, _place: Place) -> Answered:
    """The technician wants the next level."""
    called = next_level(line.session, _hunted_case(line), _leg(line).technician, line.at)
    return Answered(NextLevel.CALLED if called else NextLevel.NOBODY_ABOVE)


def judge_severity(line: Line, place: Place) -> Answered:
    """The technician knows better how bad it is."""
    severity = Severity(place.answers.get("severity", "medium"))
    change_severity(
        line.session, _hunted_case(line), severity, line.at, actor=_leg(line).technician, reason="reclassified"
    )
    return Answered(Done.DONE)


ANSWERS: Mapping[Question, Answer] = {
    Question.WHO_IS_CALLING: who_is_calling,
    Question.FIND_ACCOUNT: find_account,
    Question.OPEN_CRITICAL: open_critical_case,
    Question.MAKE_CRITICAL: open_critical_case,
    Question.OPEN_BILLABLE: open_billable,
    Question.OPEN_TICKET: open_ticket_case,
    Question.IS_HELP_READY: is_help_ready,
    Question.MOVE_TO_ACCOUNT: move_case,
    Question.KEEP_DESCRIPTION: keep_description,
    Question.KEEP_CALLBACK_NUMBER: keep_callback_number,
    Question.KEEP_VOICEMAIL: keep_voicemail,
    Question.KEEP_MESSAGE: keep_message,
    Question.AFTER_QUEUE: after_queue,
    Question.WANT_CALL_BACK: want_call_back,
    Question.CONNECT_AGAIN: call_again,
    Question.HOW_IS_THE_HUNT: how_is_the_hunt,
    Question.LEAVE_FOR_VOICEMAIL: leave_for_voicemail,
    Question.LEAVE_FOR_CALL_BACK: leave_for_call_back,
    Question.IS_STILL_NEEDED: is_still_needed,
    Question.TAKE: take,
    Question.DECLINE: decline,
    Question.AFTER_BRIDGE: after_bridge,
    Question.AFTER_CALL_BACK: after_call_back,
    Question.LEAVE_WITH_TEXT: leave_with_text,
    Question.RESOLVE: resolve_case,
    Question.STILL_WORKING: keep_working,
    Question.NEXT_LEVEL: call_next_level,
    Question.CHANGE_SEVERITY: judge_severity,
    Question.DRILL_HEARD: drill_heard,
    Question.WHAT_CAN_I_TAKE_OVER: what_can_i_take_over,
    Question.TAKE_OVER: take_over_now,
    Question.NEXT_SHIFT: my_next_shift,
}
"""Every question that the shipped flows ask; a test holds this against the list of questions."""


def answer(line: Line, question: Question, place: Place) -> Answered:
    """Answer one question of a flow."""
    return ANSWERS[question](line, place)


def page_facts(line: Line, leg: LegRow, hunt: HuntRow) -> dict[str, str]:
    """Gather what the whisper says."""
    case = case_by_id(line.session, hunt.case_id)
    words = case_words(line.session, case)
    phone = _reachable(case)
    caller_spoken = "withheld" if case.caller_phone is None else case.caller_phone.spoken
    return {
        "account": words.who,
        "coverage": paging.tier_words(words.tier),
        "problem": (case.problem or "").split(". ")[0].rstrip("."),  # the rest is in the text: a whisper has 10 s
        "case_number": case.number or "",
        "caller_spoken": caller_spoken,
        "waiting_since": paging.spoken_time(hunt.started_at, words.zone),
        "queue": hunt.token,
        "caller_phone": "" if phone is None else phone.e164,
        "service_number": line.settings.service_number.e164,
        "technician": leg.name,
    }
