"""The carrier's REST side: paths, fields, answers and refusals as in Twilio's API 2010-04-01."""

import hmac
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from flask import Flask, Response, jsonify, request
from werkzeug.datastructures import MultiDict

from simulator.calls import Call, Source, Watch
from simulator.carrier import CallOrder, Carrier
from simulator.exchange import ServiceNumber
from simulator.faults import RestFault
from simulator.handset import InvalidNumber
from simulator.messages import Recording
from simulator.messaging import TextRefusedError
from simulator.queues import Membership, Queue
from simulator.rest_fields import (
    CREATE_CALL,
    CREATE_MESSAGE,
    CREATE_QUEUE,
    LIST_CALLS,
    LIST_MESSAGES,
    LIST_NUMBERS,
    LIST_PLAIN,
    LIST_RECORDINGS,
    UNKNOWN_FIELD,
    UPDATE_CALL,
    UPDATE_MEMBER,
    UPDATE_NUMBER,
    UPDATE_QUEUE,
    WRONG_TO,
    ApiError,
    Form,
    check,
    required,
)
from simulator.rest_json import (
    Json,
    account_json,
    call_json,
    member_json,
    message_json,
    number_json,
    queue_json,
    recording_json,
    recording_wave,
)

ACCOUNT = "/2010-04-01/Accounts/<account>"
PAGE_SIZE = 50
MOST_PAGE_SIZE = 1_000
MOST_INLINE_TWIML = 4_000
MOST_BODY = 1_600
DEFAULT_RING_SECONDS = 60
DEFAULT_CALL_SECONDS = 14_400

Answer = tuple[Json, int]
Handler = Callable[..., Answer]
ROUTES: list[tuple[str, str, Handler]] = []
FAULTS: dict[str, tuple[int, int, str]] = {
    "429": (429, 20429, "Too Many Requests"),
    "500": (500, 20500, "Internal Server Error"),
    "503": (503, 20503, "Service Unavailable"),
}
"""The answers on demand: HTTP status, the carrier's code, its words."""


class AcceptedInSilence(TimeoutError):
    """The request was carried out, and its answer never came; what a client in the same process gets to see."""


def never_answer() -> None:
    """Behave as a carrier whose answer is lost."""
    raise AcceptedInSilence("the carrier accepted the request and did not answer")


def route(method: str, path: str) -> Callable[[Handler], Handler]:
    """Enter a handler for a path below the account."""

    def enter(handler: Handler) -> Handler:
        ROUTES.append((method, ACCOUNT + path, handler))
        return handler

    return enter


def create_rest(
    carrier: Carrier,
    guard: Callable[[], AbstractContextManager[object]] = nullcontext,
    silence: Callable[[], None] = never_answer,
) -> Flask:
    """Make the REST side as an application of its own; see `install`."""
    app = Flask("simulator.rest", static_folder=None)
    app.config["PROPAGATE_EXCEPTIONS"] = True
    install(app, carrier, guard, silence)
    return app


def install(
    app: Flask,
    carrier: Carrier,
    guard: Callable[[], AbstractContextManager[object]] = nullcontext,
    silence: Callable[[], None] = never_answer,
) -> None:
    """Add the REST side to an application.

    `guard` encloses every touch of the carrier (a lock, where several threads serve); `silence` is what happens
    instead of an answer when the faults on demand say so.
    """
    desk = Desk(carrier, guard, silence)
    for method, path, handler in ROUTES:
        app.add_url_rule(path, f"{method} {path}", desk.view(handler), methods=[method])
    for suffix in ("", ".wav", ".mp3"):
        path = f"{ACCOUNT}/Recordings/<sid>{suffix}"
        app.add_url_rule(path, f"media {path}", desk.media)


@dataclass(frozen=True, slots=True)
class Desk:
    """Takes requests, asks for the password, has them carried out, and writes the answer."""

    carrier: Carrier
    guard: Callable[[], AbstractContextManager[object]]
    silence: Callable[[], None]

    def view(self, handler: Handler) -> Callable[..., Response]:
        """Make a handler fit for the web."""

        def serve(account: str, **path: str) -> Response:
            try:
                return self._serve(handler, account, path)
            except ApiError as error:
                return refusal(error)

        return serve

    def media(self, account: str, sid: str) -> Response:
        """Serve the sound of a recording; the carrier asks for no password here either."""
        with self.guard():
            recording = self.carrier.exchange.recordings.get(sid) if account == self.carrier.account_sid else None
        if recording is None:
            return refusal(not_found(sid))
        return Response(recording_wave(recording), mimetype="audio/x-wav")

    def _serve(self, handler: Handler, account: str, path: dict[str, str]) -> Response:
        with self.guard():
            self._admit(account)
            fault = self._fault()
            if fault is not None and fault.answer != "silent":
                status, code, words = FAULTS[fault.answer]
                raise ApiError(code, words, status)
            form: Form = MultiDict(request.args if request.method == "GET" else request.form)
            body, status = handler(self.carrier, form, **path)
        if fault is not None:
            self.silence()
        answer = jsonify(body) if body else Response(status=status)
        answer.status_code = status
        return answer

    def _admit(self, account: str) -> None:
        given, carrier = request.authorization, self.carrier
        known = given is not None and hmac.compare_digest(
            f"{given.username}:{given.password}", f"{carrier.account_sid}:{carrier.auth_token}"
        )
        if not known or account != carrier.account_sid:
            raise ApiError(20003, "Authenticate", 401)

    def _fault(self) -> RestFault | None:
        injected = self.carrier.injected
        fault = injected.rest_fault_at(request.path)
        if fault is not None:
            self.carrier.injected = injected.once_less()
        return fault


def refusal(error: ApiError) -> Response:
    """Write a refusal."""
    body = {
        "code": error.code,
        "message": error.message,
        "more_info": f"https://www.twilio.com/docs/errors/{error.code}",
        "status": error.status,
    }
    answer = jsonify(body)
    answer.status_code = error.status
    if error.status == FAULTS["429"][0]:
        answer.headers["Retry-After"] = "1"
    return answer


def not_found(what: str) -> ApiError:
    """Refuse a request for something that does not exist."""
    return ApiError(20404, f"The requested resource {what} was not found", 404)


# Calls


@route("POST", "/Calls.json")
def create_call(carrier: Carrier, form: Form) -> Answer:
    """Take a call to be placed."""
    check(form, CREATE_CALL)
    to = required(form, "To", 21201, "No 'To' number is specified")
    sender = required(form, "From", 21213, "'From' phone number is required")
    if sender not in carrier.exchange.numbers:
        raise ApiError(21210, f"The source phone number provided, {sender}, is not yet verified for your account.")
    if isinstance(carrier.handset(to).behaviour, InvalidNumber):
        raise ApiError(WRONG_TO, f"The phone number you are attempting to call, {to}, is not valid.")
    order = CallOrder(
        sender,
        to,
        _source(form),
        _fallback(form),
        _watch(form),
        _within(form, "Timeout", DEFAULT_RING_SECONDS, 600),
        _within(form, "TimeLimit", DEFAULT_CALL_SECONDS, 14_400),
    )
    return call_json(carrier.exchange, carrier.order_call(order)), 201


def _source(form: Form) -> Source:
    """Return where the call's document comes from; an address goes before a text."""
    if form.get("Url"):
        return Source(form["Url"], form.get("Method", "POST"))
    twiml = required(form, "Twiml", 21205, "Url parameter is required.")
    if len(twiml) > MOST_INLINE_TWIML:
        raise ApiError(UNKNOWN_FIELD, f"Twiml is longer than {MOST_INLINE_TWIML} characters")
    return Source(twiml=twiml)


def _fallback(form: Form) -> Source | None:
    return Source(form["FallbackUrl"], form.get("FallbackMethod", "POST")) if form.get("FallbackUrl") else None


def _watch(form: Form) -> Watch | None:
    if not form.get("StatusCallback"):
        return None
    events = frozenset(form.getlist("StatusCallbackEvent")) or frozenset({"completed"})
    return Watch(form["StatusCallback"], form.get("StatusCallbackMethod", "POST"), events)


def _within(form: Form, name: str, default: int, most: int) -> int:
    value = int(form.get(name, default))
    if not 1 <= value <= most:
        raise ApiError(UNKNOWN_FIELD, f"{name} {value} is not between 1 and {most}")
    return value


@route("GET", "/Calls.json")
def list_calls(carrier: Carrier, form: Form) -> Answer:
    """List calls, the newest first."""
    check(form, LIST_CALLS)
    calls = [call for call in reversed(carrier.exchange.calls.values()) if _call_matches(call, form)]
    return _page(carrier, form, "Calls", "calls", [call_json(carrier.exchange, call) for call in calls])


def _call_matches(call: Call, form: Form) -> bool:
    status = "queued" if call.status == "initiated" else call.status
    exact = {"To": call.to_number, "From": call.from_number, "Status": status}
    exact["ParentCallSid"] = call.parent.sid if call.parent else ""
    if any(form.get(name) not in (None, value) for name, value in exact.items()):
        return False
    started = call.answered or call.placed or call.created
    return _in_time(form, "StartTime", started) and _in_time(form, "EndTime", call.ended)


def _in_time(form: Form, name: str, at: datetime | None) -> bool:
    """Judge an instant by `Name` (that day), `Name>` and `Name<` (both inclusive)."""
    given = {sign: form.get(name + sign) for sign in ("", "<", ">")}
    if not any(given.values()):
        return True
    if at is None:
        return False
    day, before, after = (_instant(name, given[sign]) for sign in ("", "<", ">"))
    if day is not None and not day <= at < day + timedelta(days=1):
        return False
    at = at.replace(microsecond=0)
    return (before is None or at <= before) and (after is None or at >= after)


def _instant(name: str, text: str | None) -> datetime | None:
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise ApiError(UNKNOWN_FIELD, f"{name} {text!r} is not a date") from None
    return at if at.tzinfo else datetime.fromisoformat(f"{at.isoformat()}+00:00")


def _page(carrier: Carrier, form: Form, path: str, name: str, rows: Sequence[Json]) -> Answer:
    """Cut a list into pages and write where the next one is."""
    size = min(int(form.get("PageSize", PAGE_SIZE)), MOST_PAGE_SIZE)
    page = int(form.get("Page", 0))
    start = page * size
    base = f"/2010-04-01/Accounts/{carrier.account_sid}/{path}.json"

    def uri(number: int) -> str:
        kept = [(key, value) for key, value in form.items(multi=True) if key not in ("Page", "PageSize", "PageToken")]
        return f"{base}?{urlencode([*kept, ('PageSize', str(size)), ('Page', str(number))])}"

    shown = rows[start : start + size]
    return {
        name: shown,
        "page": page,
        "page_size": size,
        "start": start,
        "end": start + max(0, len(shown) - 1),
        "uri": uri(page),
        "first_page_uri": uri(0),
        "next_page_uri": uri(page + 1) if start + size < len(rows) else None,
        "previous_page_uri": uri(page - 1) if page else None,
    }, 200


@route("GET", "/Calls/<sid>.json")
def show_call(carrier: Carrier, _form: Form, sid: str) -> Answer:
    """Show a call."""
    return call_json(carrier.exchange, _call(carrier, sid)), 200


def _call(carrier: Carrier, sid: str) -> Call:
    call = carrier.exchange.calls.get(sid)
    if call is None:
        raise not_found(f"/Calls/{sid}.json")
    return call


@route("POST", "/Calls/<sid>.json")
def update_call(carrier: Carrier, form: Form, sid: str) -> Answer:
    """Cancel, end or redirect a call; one that is over takes no change (21220)."""
    check(form, UPDATE_CALL)
    call = _call(carrier, sid)
    if call.is_over:
        raise ApiError(21220, f"Call {sid} is not in-progress. Cannot change it.")
    if form.get("FallbackUrl"):
        call.fallback = _fallback(form)
    if form.get("StatusCallback"):
        call.watch = _watch(form)
    if form.get("Status"):
        (carrier.cancel if form["Status"].lower() == "canceled" else carrier.complete)(call)
    elif form.get("Url") or form.get("Twiml"):
        if call.answered is None:
            raise ApiError(21220, f"Call {sid} is not in-progress. Cannot redirect.")
        carrier.send_elsewhere(call, _source(form))
    return call_json(carrier.exchange, call), 200


# Texts


@route("POST", "/Messages.json")
def create_message(carrier: Carrier, form: Form) -> Answer:
    """Take a text to be sent."""
    check(form, CREATE_MESSAGE)
    to = required(form, "To", 21604, "A 'To' phone number is required.")
    sender = required(form, "From", 21603, "A 'From' phone number is required.")
    body = required(form, "Body", 21602, "Message body is required.")
    if len(body) > MOST_BODY:
        raise ApiError(21617, f"The concatenated message body exceeds the {MOST_BODY} character limit.")
    if sender not in carrier.exchange.numbers:
        raise ApiError(21606, f"The 'From' phone number {sender} is not a valid, SMS-capable number of this account.")
    try:
        message = carrier.messaging.send(sender, to, body, form.get("StatusCallback", ""))
    except TextRefusedError as refused:
        raise ApiError(refused.code, refused.text) from refused
    return message_json(carrier.exchange, message), 201


@route("GET", "/Messages.json")
def list_messages(carrier: Carrier, form: Form) -> Answer:
    """List texts, the newest first."""
    check(form, LIST_MESSAGES)
    rows = [
        message_json(carrier.exchange, message)
        for message in reversed(carrier.exchange.messages.values())
        if form.get("To") in (None, message.to_number)
        and form.get("From") in (None, message.from_number)
        and _in_time(form, "DateSent", message.sent or message.created)
    ]
    return _page(carrier, form, "Messages", "messages", rows)


@route("GET", "/Messages/<sid>.json")
def show_message(carrier: Carrier, _form: Form, sid: str) -> Answer:
    """Show a text."""
    message = carrier.exchange.messages.get(sid)
    if message is None:
        raise not_found(f"/Messages/{sid}.json")
    return message_json(carrier.exchange, message), 200


# Queues


@route("POST", "/Queues.json")
def create_queue(carrier: Carrier, form: Form) -> Answer:
    """Make a queue; its name must be free (22003)."""
    check(form, CREATE_QUEUE)
    name = required(form, "FriendlyName", UNKNOWN_FIELD, "FriendlyName is required")
    if carrier.exchange.queue_named(name):
        raise ApiError(22003, f"Queue {name} already exists")
    queue = carrier.exchange.create_queue(name, int(form["MaxSize"]) if "MaxSize" in form else None)
    return queue_json(carrier.exchange, queue), 201


@route("GET", "/Queues.json")
def list_queues(carrier: Carrier, form: Form) -> Answer:
    """List queues."""
    check(form, LIST_PLAIN)
    rows = [queue_json(carrier.exchange, queue) for queue in carrier.exchange.queues.values()]
    return _page(carrier, form, "Queues", "queues", rows)


@route("GET", "/Queues/<sid>.json")
def show_queue(carrier: Carrier, _form: Form, sid: str) -> Answer:
    """Show a queue."""
    return queue_json(carrier.exchange, _queue(carrier, sid)), 200


@route("POST", "/Queues/<sid>.json")
def update_queue(carrier: Carrier, form: Form, sid: str) -> Answer:
    """Rename or resize a queue."""
    check(form, UPDATE_QUEUE)
    queue = _queue(carrier, sid)
    queue.name = form.get("FriendlyName", queue.name)
    queue.max_size = int(form.get("MaxSize", queue.max_size))
    return queue_json(carrier.exchange, queue), 200


@route("DELETE", "/Queues/<sid>.json")
def delete_queue(carrier: Carrier, _form: Form, sid: str) -> Answer:
    """Delete an empty queue; one with callers in it stays (22002)."""
    queue = _queue(carrier, sid)
    if queue.members:
        raise ApiError(22002, f"Queue {sid} is not empty")
    carrier.exchange.delete_queue(queue)
    return {}, 204


def _queue(carrier: Carrier, sid: str) -> Queue:
    queue = carrier.exchange.queues.get(sid)
    if queue is None:
        raise not_found(f"/Queues/{sid}.json")
    return queue


@route("GET", "/Queues/<sid>/Members.json")
def list_members(carrier: Carrier, form: Form, sid: str) -> Answer:
    """List who waits in a queue."""
    check(form, LIST_PLAIN)
    queue = _queue(carrier, sid)
    rows = [member_json(carrier.exchange, queue, member) for member in queue.members]
    return _page(carrier, form, f"Queues/{sid}/Members", "queue_members", rows)


@route("GET", "/Queues/<sid>/Members/<member>.json")
def show_member(carrier: Carrier, _form: Form, sid: str, member: str) -> Answer:
    """Show a caller's place; `Front` is whoever is first."""
    queue = _queue(carrier, sid)
    return member_json(carrier.exchange, queue, _member(queue, member)), 200


@route("POST", "/Queues/<sid>/Members/<member>.json")
def dequeue_member(carrier: Carrier, form: Form, sid: str, member: str) -> Answer:
    """Take a caller out of the queue and send the call to another document."""
    check(form, UPDATE_MEMBER)
    queue = _queue(carrier, sid)
    place = _member(queue, member)
    answer = member_json(carrier.exchange, queue, place)
    url = required(form, "Url", 21205, "Url parameter is required.")
    carrier.send_elsewhere(place.call, Source(url, form.get("Method", "POST")))
    return answer, 200


def _member(queue: Queue, wanted: str) -> Membership:
    for member in queue.members:
        if wanted in ("Front", member.call.sid):
            return member
    raise not_found(f"/Queues/{queue.sid}/Members/{wanted}.json")


# Recordings


@route("GET", "/Recordings.json")
def list_recordings(carrier: Carrier, form: Form) -> Answer:
    """List recordings, the newest first."""
    check(form, LIST_RECORDINGS)
    return _page(carrier, form, "Recordings", "recordings", _recordings(carrier, form, form.get("CallSid")))


@route("GET", "/Calls/<sid>/Recordings.json")
def list_recordings_of_call(carrier: Carrier, form: Form, sid: str) -> Answer:
    """List the recordings of one call."""
    check(form, LIST_RECORDINGS)
    call = _call(carrier, sid)
    return _page(carrier, form, f"Calls/{sid}/Recordings", "recordings", _recordings(carrier, form, call.sid))


def _recordings(carrier: Carrier, form: Form, call_sid: str | None) -> list[Json]:
    return [
        recording_json(carrier.exchange, recording)
        for recording in reversed(carrier.exchange.recordings.values())
        if call_sid in (None, recording.call_sid) and _in_time(form, "DateCreated", recording.created)
    ]


@route("GET", "/Recordings/<sid>.json")
def show_recording(carrier: Carrier, _form: Form, sid: str) -> Answer:
    """Show a recording."""
    return recording_json(carrier.exchange, _recording(carrier, sid)), 200


@route("DELETE", "/Recordings/<sid>.json")
def delete_recording(carrier: Carrier, _form: Form, sid: str) -> Answer:
    """Delete a recording."""
    del carrier.exchange.recordings[_recording(carrier, sid).sid]
    return {}, 204


def _recording(carrier: Carrier, sid: str) -> Recording:
    recording = carrier.exchange.recordings.get(sid)
    if recording is None:
        raise not_found(f"/Recordings/{sid}.json")
    return recording


# Numbers and the account


@route("GET", "/IncomingPhoneNumbers.json")
def list_numbers(carrier: Carrier, form: Form) -> Answer:
    """List the account's numbers."""
    check(form, LIST_NUMBERS)
    rows = [
        number_json(carrier.exchange, number)
        for number in carrier.exchange.numbers.values()
        if form.get("PhoneNumber", "") in number.number
    ]
    return _page(carrier, form, "IncomingPhoneNumbers", "incoming_phone_numbers", rows)


@route("GET", "/IncomingPhoneNumbers/<sid>.json")
def show_number(carrier: Carrier, _form: Form, sid: str) -> Answer:
    """Show a number."""
    return number_json(carrier.exchange, _number(carrier.exchange.numbers.values(), sid)), 200


NUMBER_ATTRIBUTES = {
    "FriendlyName": "friendly_name",
    "VoiceUrl": "voice_url",
    "VoiceMethod": "voice_method",
    "VoiceFallbackUrl": "voice_fallback_url",
    "VoiceFallbackMethod": "voice_fallback_method",
    "StatusCallback": "status_callback",
    "StatusCallbackMethod": "status_callback_method",
    "SmsUrl": "sms_url",
    "SmsMethod": "sms_method",
    "SmsFallbackUrl": "sms_fallback_url",
    "SmsFallbackMethod": "sms_fallback_method",
}


@route("POST", "/IncomingPhoneNumbers/<sid>.json")
def update_number(carrier: Carrier, form: Form, sid: str) -> Answer:
    """Change what a number's calls and texts lead to, from the next one on."""
    check(form, UPDATE_NUMBER)
    numbers = carrier.exchange.numbers
    old = _number(numbers.values(), sid)
    changes: dict[str, Any] = {NUMBER_ATTRIBUTES[name]: value for name, value in form.items()}
    numbers[old.number] = replace(old, **changes)
    return number_json(carrier.exchange, numbers[old.number]), 200


def _number(numbers: Iterable[ServiceNumber], sid: str) -> ServiceNumber:
    for number in numbers:
        if number.sid == sid:
            return number
    raise not_found(f"/IncomingPhoneNumbers/{sid}.json")


@route("GET", ".json")
def show_account(carrier: Carrier, _form: Form) -> Answer:
    """Show the account."""
    return account_json(carrier.exchange), 200
