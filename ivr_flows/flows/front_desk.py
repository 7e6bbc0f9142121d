"""What every caller hears. Ring first, ask later: the emergency key opens case and hunt before anything is asked."""

from ivr_flows.nodes import (
    Ask,
    Collect,
    Flow,
    Hangup,
    Hold,
    Key,
    Menu,
    Nodes,
    Note,
    Offers,
    Record,
    Reject,
    Say,
    Style,
    Switch,
    Tries,
)
from ivr_flows.questions import (
    AccountFound,
    CallBackWanted,
    CriticalOpened,
    HelpReady,
    Hunting,
    Kept,
    Moved,
    NumberKept,
    Question,
    QueueOver,
    TicketOpened,
    WhoIsCalling,
)

GREETING: Nodes = {
    "who": Ask(
        Question.WHO_IS_CALLING,
        {
            WhoIsCalling.BLOCKED: "blocked",
            WhoIsCalling.OVER_LIMIT: "over_limit",
            WhoIsCalling.ONE_ACCOUNT: "greeting",
            WhoIsCalling.SEVERAL_ACCOUNTS: "greeting",
            WhoIsCalling.UNKNOWN: "greeting",
        },
    ),
    "blocked": Reject(),
    "over_limit": Say("message.over_limit", then="message"),
    "greeting": Menu(
        "greeting.organisation",
        keys=(
            Key("1", then="down", says="greeting.down", is_emergency=True),
            Key("2", then="other", says="greeting.other"),
        ),
        default="no_choice",
        help="greeting.help",
        is_evidence=True,
    ),
    "down": Note({"lane": "critical", "severity": "critical"}, then="identify"),
    "other": Note({"lane": "other"}, then="identify"),
}

IDENTIFYING: Nodes = {
    "identify": Switch(
        "who_is_calling",
        {"one_account": "by_caller_id", "several_accounts": "choose_account"},
        default="ask_number",
    ),
    "ask_number": Switch("lane", {"critical": "emergency_number"}, default="account_number"),
    "by_caller_id": Note({"identity": "caller_id"}, then="identified"),
    "choose_account": Menu(
        "",
        offers=Offers("account", then="chosen", first="account.first", following="account.following"),
        keys=(Key("4", then="ask_number", says="account.another"),),
        default="account_not_chosen",
        help="account.choose_help",
    ),
    "chosen": Note({"identity": "chosen"}, then="identified"),
    "account_not_chosen": Note({"identity": "one_of_several"}, then="not_chosen_lane"),
    "not_chosen_lane": Switch("lane", {"critical": "open_critical"}, default="no_choice"),
    "account_number": Collect(
        "account.key_in",
        field="account_number",
        then="find_account",
        none="name",
        default="name",
        length_fact="account_digits",
        help="account.key_in_help",
    ),
    "emergency_number": Collect(  # silence is distress here: one reprompt, then on, to ring within 45 s of the answer
        "account.key_in",
        field="account_number",
        then="find_account",
        none="name",
        default="name",
        length_fact="account_digits",
        help="account.key_in_help",
        silences=2,
    ),
    "number_again": Collect(
        "account.key_in_again",
        field="account_number",
        then="find_account",
        none="name",
        default="name",
        length_fact="account_digits",
        help="account.key_in_help",
        silences=2,
    ),
    "find_account": Ask(
        Question.FIND_ACCOUNT,
        {AccountFound.FOUND: "read_back", AccountFound.NOT_FOUND: "not_found"},
    ),
    "read_back": Menu(
        "account.read_back",
        keys=(
            Key("1", then="keyed", says="account.right"),
            Key("2", then="number_again", says="account.key_again"),
        ),
        default="keyed",
        silences=1,
        timeout_seconds=2,
    ),
    "keyed": Note({"identity": "keyed"}, then="identified"),
    "not_found": Tries(3, again="not_found_again", spent="name"),
    "not_found_again": Say("account.not_found", then="number_again"),
    "name": Record("unverified.name", field="name", max_seconds=8, then="recorded", silence_seconds=3),
    "recorded": Note({"identity": "recorded"}, then="identified"),
    "identified": Switch("lane", {"critical": "open_critical"}, default="severity"),
}

JUDGING: Nodes = {
    "severity": Menu(
        "",
        keys=(
            Key("1", then="critical", says="severity.critical"),
            Key("2", then="medium", says="severity.medium"),
            Key("3", then="low", says="severity.low"),
            Key("4", then="in_doubt", says="severity.not_sure"),
        ),
        default="severity_not_stated",
        style=Style.BRIEF,
        help="severity.help",
        is_evidence=True,
    ),
    "critical": Note({"lane": "critical", "severity": "critical"}, then="open_critical"),
    "in_doubt": Note({"lane": "critical", "severity": "critical", "severity_in_doubt": "yes"}, then="open_critical"),
    "medium": Note({"severity": "medium"}, then="open_ticket"),
    "low": Note({"severity": "low"}, then="open_ticket"),
    "severity_not_stated": Note({"severity": "medium", "severity_not_stated": "yes"}, then="no_choice"),
}

OPENING_CRITICAL: Nodes = {
    "open_critical": Ask(
        Question.OPEN_CRITICAL,
        {
            CriticalOpened.HUNTING: "hunting",
            CriticalOpened.DUTY_MANAGER_PAGED: "duty_manager",
            CriticalOpened.CONSENT_NEEDED: "consent",
            CriticalOpened.TICKET_ONLY: "ticket_only",
        },
    ),
    "consent": Menu(
        "consent.offer",
        keys=(
            Key("1", then="consented", says="consent.accept"),
            Key("2", then="refused", says="consent.refuse"),
        ),
        default="refused",
        help="consent.help",
        is_evidence=True,
    ),
    "consented": Note({"consent": "accepted"}, then="open_billable"),
    "refused": Note({"consent": "refused"}, then="open_ticket"),
    "open_billable": Ask(Question.OPEN_BILLABLE, {Hunting.HUNTING: "hunting"}),
    "duty_manager": Say("hunting.duty_manager", then="hunting_number"),
    "hunting": Say("hunting.called", then="hunting_number"),
    "hunting_number": Say("case.number_twice", then="hunting_menu"),
    "hunting_menu": Menu(
        "",
        keys=(Key("3", then="other_organisation", says="hunting.other_organisation"),),
        default="help_ready_first",
        silences=1,
        timeout_seconds=2,
    ),
    "other_organisation": Collect(
        "account.key_in_other",
        field="other_account_number",
        then="move",
        none="help_ready_first",
        default="help_ready_first",
        length_fact="account_digits",
        silences=2,
    ),
    "move": Ask(Question.MOVE_TO_ACCOUNT, {Moved.MOVED: "moved", Moved.NOT_FOUND: "not_moved"}),
    "moved": Say("account.moved", then="help_ready_first"),
    "not_moved": Say("account.not_moved", then="help_ready_first"),
}

WHILE_IT_RINGS: Nodes = {
    "help_ready_first": Ask(
        Question.IS_HELP_READY,
        {HelpReady.READY: "help_ready", HelpReady.NOT_YET: "describe_outage"},
    ),
    "help_ready": Say("hunting.ready", then="hold"),
    "describe_outage": Record("describe.outage", field="description", max_seconds=15, then="keep_outage"),
    "keep_outage": Ask(Question.KEEP_DESCRIPTION, {Kept.KEPT: "help_ready_second"}),
    "help_ready_second": Ask(
        Question.IS_HELP_READY,
        {HelpReady.READY: "help_ready", HelpReady.NOT_YET: "callback"},
    ),
    "callback": Switch("caller_id", {"known": "callback_confirm"}, default="callback_number"),
    "callback_confirm": Menu(
        "callback.confirm",
        keys=(Key("2", then="callback_number", says="callback.another"),),
        default="hold_on",
        silences=1,
        timeout_seconds=2,
    ),
    "callback_number": Collect(
        "callback.key_in",
        field="callback_number",
        then="keep_callback",
        none="hold_on",
        default="hold_on",
        shortest=7,
        longest=15,
        silences=2,
    ),
    "keep_callback": Ask(
        Question.KEEP_CALLBACK_NUMBER,
        {NumberKept.KEPT: "callback_kept", NumberKept.NOT_A_NUMBER: "callback_wrong"},
    ),
    "callback_wrong": Tries(2, again="callback_again", spent="hold_on"),
    "callback_again": Say("callback.not_a_number", then="callback_number"),
    "callback_kept": Say("callback.kept", then="hold_on"),
    "hold_on": Say("hold.on", then="hold"),
    "hold": Hold(then="after_queue"),
}

AFTER_THE_WAIT: Nodes = {
    "after_queue": Ask(
        Question.AFTER_QUEUE,
        {
            QueueOver.TALKED: "after_talk",
            QueueOver.CEILING: "ceiling",
            QueueOver.VOICEMAIL_WANTED: "voicemail",
            QueueOver.CALL_BACK_WANTED: "call_back_promised",
            QueueOver.NUMBER_NEEDED: "promise_number",
            QueueOver.FIXED: "fixed",
            QueueOver.STILL_HUNTING: "hold_again",
        },
    ),
    "after_talk": Menu(
        "",
        keys=(
            Key("1", then="goodbye", says="after_talk.finished"),
            Key("2", then="connect_again", says="after_talk.again"),
        ),
        default="goodbye",
        silences=1,
    ),
    "connect_again": Ask(Question.CONNECT_AGAIN, {Hunting.HUNTING: "connecting_again"}),
    "connecting_again": Say("hunting.again", then="hold"),
    "hold_again": Tries(5, again="hold_on", spent="ceiling"),
    "ceiling": Menu(
        "ceiling.nobody_yet",
        keys=(
            Key("1", then="voicemail", says="ceiling.leave_message"),
            Key("2", then="want_call_back", says="ceiling.only_call_back"),
        ),
        default="voicemail",
        silences=1,
        timeout_seconds=3,
    ),
    "voicemail": Record("voicemail.prompt", field="voicemail", max_seconds=120, then="keep_voicemail"),
    "keep_voicemail": Ask(Question.KEEP_VOICEMAIL, {Kept.KEPT: "chase_goes_on"}),
    "chase_goes_on": Say("voicemail.chase_goes_on", then="goodbye"),
    "want_call_back": Ask(
        Question.WANT_CALL_BACK,
        {CallBackWanted.KEPT: "call_back_promised", CallBackWanted.NUMBER_NEEDED: "promise_number"},
    ),
    "promise_number": Collect(
        "callback.key_in",
        field="callback_number",
        then="keep_promise_number",
        none="voicemail",
        default="voicemail",
        shortest=7,
        longest=15,
    ),
    "keep_promise_number": Ask(
        Question.KEEP_CALLBACK_NUMBER,
        {NumberKept.KEPT: "call_back_promised", NumberKept.NOT_A_NUMBER: "promise_wrong"},
    ),
    "promise_wrong": Tries(3, again="promise_again", spent="voicemail"),
    "promise_again": Say("callback.not_a_number", then="promise_number"),
    "call_back_promised": Say("callback.promised", then="goodbye"),
    "fixed": Say("goodbye.fixed", then="goodbye"),
    "goodbye": Hangup("goodbye.case"),
}

TICKET: Nodes = {
    "open_ticket": Ask(
        Question.OPEN_TICKET,
        {
            TicketOpened.TICKET_WITH_CLOCK: "ticket_clock",
            TicketOpened.TICKET_OPENS_LATER: "ticket_later",
            TicketOpened.TICKET_WITHOUT_CLOCK: "ticket_no_clock",
            TicketOpened.TRIAGE: "ticket_triage",
        },
    ),
    "ticket_clock": Say("ticket.clock", then="ticket_number"),
    "ticket_later": Say("ticket.opens_later", then="ticket_later_by"),
    "ticket_later_by": Say("ticket.clock", then="ticket_number"),
    "ticket_no_clock": Say("ticket.no_clock", then="ticket_number"),
    "ticket_triage": Say("ticket.triage", then="ticket_number"),
    "ticket_number": Say("case.number_twice", then="ticket_text"),
    "ticket_text": Switch("texted", {"yes": "ticket_texted"}, default="ticket_menu"),
    "ticket_texted": Say("ticket.texted", then="ticket_menu"),
    "ticket_menu": Menu(
        "",
        keys=(
            Key("1", then="worse", says="ticket.worse"),
            Key("2", then="describe", says="ticket.describe"),
        ),
        default="describe",
        silences=1,
        timeout_seconds=3,
        is_evidence=True,
    ),
    "worse": Note({"lane": "critical", "severity": "critical", "became_worse": "yes"}, then="make_critical"),
    "make_critical": Ask(
        Question.MAKE_CRITICAL,
        {
            CriticalOpened.HUNTING: "hunting",
            CriticalOpened.DUTY_MANAGER_PAGED: "duty_manager",
            CriticalOpened.CONSENT_NEEDED: "consent",
            CriticalOpened.TICKET_ONLY: "ticket_only",
        },
    ),
    "ticket_only": Say("ticket.no_agreement", then="ticket_only_number"),
    "ticket_only_number": Say("case.number_twice", then="describe"),
    "describe": Record("describe.problem", field="description", max_seconds=60, then="keep_description"),
    "keep_description": Ask(Question.KEEP_DESCRIPTION, {Kept.KEPT: "goodbye"}),
}

DEFAULT_ROUTE: Nodes = {
    "no_choice": Say("message.no_choice", then="message"),
    "message": Record("message.prompt", field="message", max_seconds=60, then="keep_message"),
    "keep_message": Ask(Question.KEEP_MESSAGE, {Kept.KEPT: "message_kept"}),
    "message_kept": Say("case.number_twice", then="goodbye"),
    "lost": Say("lost.place", then="lost_lane"),
    "lost_lane": Switch("lane", {"critical": "open_critical"}, default="message"),
}

FRONT_DESK = Flow(
    name="front_desk",
    start="who",
    lost="lost",
    nodes={
        **GREETING,
        **IDENTIFYING,
        **JUDGING,
        **OPENING_CRITICAL,
        **WHILE_IT_RINGS,
        **AFTER_THE_WAIT,
        **TICKET,
        **DEFAULT_ROUTE,
    },
    knows=frozenset({"caller_id"}),
    defaults={"organisation": "Technical support", "account_digits": "6", "language": "en"},
    must_leave_case=True,
)
