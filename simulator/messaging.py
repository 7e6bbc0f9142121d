"""Text messages: on their way to phones, from phones to the service, and the words that belong to the carrier."""

from dataclasses import dataclass
from urllib.parse import urljoin

from simulator.calls import rfc2822
from simulator.courier import Request, kind_of, request
from simulator.exchange import API_VERSION, Exchange, place_of
from simulator.handset import Handset, InvalidNumber, NotPossibleError, SwitchedOff
from simulator.messages import Message, MessageDirection, MessageStatus, segments
from simulator.transcript import instant
from simulator.transport import Reply
from simulator.twiml import Unreadable, Verb, parse

SENT_SECONDS = 1.0
DELIVERED_SECONDS = 2.0
"""From the request to `sent`, and to `delivered`."""
UNREACHABLE = 30003
UNSUBSCRIBED = 21610
NO_NUMBER = 21211
STOP_WORDS = frozenset({"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "OPTOUT", "REVOKE"})
START_WORDS = frozenset({"START", "YES", "UNSTOP"})
HELP_WORDS = frozenset({"HELP", "INFO"})
"""Twilio, "Twilio support for opt-out keywords (SMS STOP filtering)"."""
MOST_HOPS = 10

STOPPED = (
    "You have successfully been unsubscribed. You will not receive any more messages from this number. "
    "Reply START to resubscribe."
)
STARTED = (
    "You have successfully been re-subscribed to messages from this number. Reply HELP for help. "
    "Reply STOP to unsubscribe."
)
HELP = "Reply STOP to unsubscribe. Msg&Data Rates May Apply."


class TextRefusedError(Exception):
    """The carrier does not take this text; `code` is its number for why."""

    def __init__(self, code: int, text: str) -> None:
        """Take number and words."""
        super().__init__(text)
        self.code = code
        self.text = text


@dataclass(slots=True)
class Messaging:
    """The carrier's text service; `stopped` holds (phone, service number) of those who said STOP."""

    exchange: Exchange
    stopped: set[tuple[str, str]]

    # To phones

    def send(
        self, from_number: str, to_number: str, body: str, status_callback: str = "", *, is_reply: bool = False
    ) -> Message:
        """Take a text for a phone; raise TextRefusedError where the carrier refuses it at once."""
        if (to_number, from_number) in self.stopped:
            raise TextRefusedError(UNSUBSCRIBED, "Attempt to send to unsubscribed recipient")
        if isinstance(self.exchange.handset(to_number).behaviour, InvalidNumber):
            raise TextRefusedError(NO_NUMBER, f"The 'To' number {to_number} is not a valid phone number.")
        direction: MessageDirection = "outbound-reply" if is_reply else "outbound-api"
        message = self._enter(from_number, to_number, body, direction, "queued")
        message.status_callback = status_callback
        self._send_on(message)
        return message

    def _enter(
        self, from_number: str, to_number: str, body: str, direction: MessageDirection, status: MessageStatus
    ) -> Message:
        exchange = self.exchange
        message = Message(exchange.sids.new("SM"), from_number, to_number, body, direction, exchange.now(), status)
        message.updated = message.created
        exchange.messages[message.sid] = message
        return message

    def _send_on(self, message: Message) -> None:
        agenda, handset = self.exchange.agenda, self.exchange.handset(message.to_number)
        agenda.after(SENT_SECONDS, lambda: self._move(message, "sent"))
        code = self.exchange.injected.text_errors.get(message.to_number)
        if code is None and isinstance(handset.behaviour, SwitchedOff):
            code = UNREACHABLE
        if code is None:
            agenda.after(DELIVERED_SECONDS, lambda: self._deliver(message, handset))
        else:
            agenda.after(DELIVERED_SECONDS, lambda: self._lose(message, code))

    def _deliver(self, message: Message, handset: Handset) -> None:
        handset.texts.append(message)
        self.show(handset.number, message)
        self._move(message, "delivered")

    def _lose(self, message: Message, code: int) -> None:
        message.error_code = code
        self._move(message, "undelivered")

    def _move(self, message: Message, status: MessageStatus) -> None:
        """Move a text on and tell who asked to be told."""
        exchange = self.exchange
        message.status, message.updated = status, exchange.now()
        message.sent = message.sent or exchange.now()
        form = self._parameters(message) | {"MessageStatus": status, "SmsStatus": status}
        form["RawDlrDoneDate"] = exchange.now().strftime("%y%m%d%H%M")
        if message.error_code is not None:
            form["ErrorCode"] = str(message.error_code)
        exchange.courier.tell(request(message.status_callback, form), status)

    def _parameters(self, message: Message) -> dict[str, str]:
        return {
            "AccountSid": self.exchange.account_sid,
            "ApiVersion": API_VERSION,
            "MessageSid": message.sid,
            "SmsSid": message.sid,
            "From": message.from_number,
            "To": message.to_number,
        }

    def show(self, phone: str, message: Message) -> None:
        """Tell the subscribers that a phone got or sent a text."""
        self.exchange.publish("text", phone, message_data(message))

    # From phones

    def receive(self, handset: Handset, to_number: str, body: str) -> Message:
        """Take a text from a phone: keep the carrier's own words, ask the number's address for replies."""
        if to_number not in self.exchange.numbers:
            reason = f"{to_number} is no number of this carrier's account"
            raise NotPossibleError(reason)
        message = self._enter(handset.number, to_number, body, "inbound", "received")
        handset.texts.append(message)
        self.show(handset.number, message)
        self._obey(handset.number, to_number, body.strip().upper())
        self.exchange.agenda.soon(lambda: self._ask(message))
        return message

    def _obey(self, phone: str, service: str, word: str) -> None:
        """Do what STOP, START and HELP say; the answers to them are the carrier's own."""
        if word in STOP_WORDS:
            self._answer(phone, service, STOPPED)
            self.stopped.add((phone, service))
        elif word in START_WORDS and (phone, service) in self.stopped:
            self.stopped.discard((phone, service))
            self._answer(phone, service, STARTED)
        elif word in HELP_WORDS:
            self._answer(phone, service, HELP)

    def _answer(self, phone: str, service: str, body: str) -> None:
        if (phone, service) not in self.stopped:
            self.send(service, phone, body, is_reply=True)

    def _ask(self, message: Message) -> None:
        number = self.exchange.numbers[message.to_number]
        if not number.sms_url:
            return
        wanted = request(number.sms_url, self._incoming(message), number.sms_method)
        self.exchange.courier.ask(wanted, lambda reply: self._read(message, wanted, reply, 1))

    def _incoming(self, message: Message) -> dict[str, str]:
        return (
            self._parameters(message)
            | {"SmsMessageSid": message.sid, "SmsStatus": "received", "Body": message.body}
            | {"NumMedia": "0", "NumSegments": str(segments(message.body))}
            | place_of("From", message.from_number)
            | place_of("To", message.to_number)
        )

    def _read(self, message: Message, asked: Request, reply: Reply, hop: int) -> None:
        """Perform the document that a text was answered with; fall back once where it cannot be had."""
        kind = kind_of(reply)
        if kind == "ok" and not reply.body.strip():
            return
        problem = Unreadable(11200, f"answer {reply.status or kind}")
        document = parse(reply.body, "messaging", reply.content_type) if kind == "ok" else problem
        if isinstance(document, Unreadable):
            self.exchange.complain(document.code, document.text, asked.url)
            self._fall_back(message, asked, document, hop)
            return
        for code, text in document.complaints:
            self.exchange.complain(code, text, asked.url)
        for verb in document.verbs:
            self._perform(message, asked, verb, hop)

    def _fall_back(self, message: Message, asked: Request, problem: Unreadable, hop: int) -> None:
        fallback = self.exchange.numbers[message.to_number].sms_fallback_url
        if fallback and asked.url != fallback:
            told = {"ErrorCode": str(problem.code), "ErrorUrl": asked.url.partition("#")[0]}
            wanted = request(fallback, self._incoming(message) | told)
            self.exchange.courier.ask(wanted, lambda reply: self._read(message, wanted, reply, hop))

    def _perform(self, message: Message, asked: Request, verb: Verb, hop: int) -> None:
        if verb.name == "Redirect" and hop < MOST_HOPS:
            wanted = request(urljoin(asked.url, verb.text), self._incoming(message), verb.get("method", "POST"))
            self.exchange.courier.ask(wanted, lambda reply: self._read(message, wanted, reply, hop + 1))
        elif verb.name == "Message":
            self._reply(message, asked, verb)

    def _reply(self, message: Message, asked: Request, verb: Verb) -> None:
        body = verb.text or " ".join(child.text for child in verb.children)
        callback = urljoin(asked.url, verb.get("statusCallback")) if verb.get("statusCallback") else ""
        to, sender = verb.get("to", message.from_number), verb.get("from", message.to_number)
        try:
            self.send(sender, to, body, callback, is_reply=True)
        except TextRefusedError as refused:
            self.exchange.complain(refused.code, refused.text, asked.url)


def message_data(message: Message) -> dict[str, str]:
    """Return a text as subscribers and the control API see it."""
    return {
        "sid": message.sid,
        "at": instant(message.created),
        "from": message.from_number,
        "to": message.to_number,
        "body": message.body,
        "direction": message.direction,
        "date": rfc2822(message.created),
    }
