"""The control API: what the page of phones and the terminal do with handsets, and what they are told.

JSON in and out under /control/. Requests that change something must be JSON and come from a page of this server, so that
no other web page can make phones ring.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from flask import Blueprint, Response, jsonify, request

from simulator.carrier import Carrier
from simulator.engine import Engine
from simulator.exchange import call_data
from simulator.faults import faults_from_json, faults_to_json
from simulator.feed import Feed
from simulator.handset import Handset, Manual, NotPossibleError, behaviour_name, read_behaviour
from simulator.messaging import message_data
from simulator.phone_book import Entry, find
from simulator.transcript import instant, line_data

MOST_LINES = 200
MOST_TEXTS = 50
MOST_FAULTS = 50
LOCAL_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})
REFUSED = 409
WRONG = 400
FORBIDDEN = 403

Json = dict[str, Any]
Act = Callable[[Handset, Mapping[str, Any]], Json]


class WrongRequestError(ValueError):
    """A request that cannot be understood; the message says what would be right."""


class Control:
    """Everything that the control API can do with one carrier."""

    def __init__(self, carrier: Carrier, engine: Engine, feed: Feed, book: Sequence[Entry]) -> None:
        self._carrier = carrier
        self._engine = engine
        self._feed = feed
        self._book = book
        for entry in book:
            carrier.handset(entry.number)

    def blueprint(self) -> Blueprint:
        """Return the routes."""
        control = Blueprint("control", __name__, url_prefix="/control")
        control.before_request(refuse_strangers)
        control.register_error_handler(WrongRequestError, lambda error: answer_error(error, WRONG))
        control.register_error_handler(NotPossibleError, lambda error: answer_error(error, REFUSED))
        control.add_url_rule("/state", "state", self.state)
        control.add_url_rule("/events", "events", self.events)
        control.add_url_rule("/calls/<sid>", "call", self.call)
        control.add_url_rule("/faults", "faults", self.faults)
        control.add_url_rule("/faults", "set_faults", self.set_faults, methods=["POST"])
        for name, act in self._acts().items():
            control.add_url_rule(f"/{name}", name, self._view(act), methods=["POST"])
        return control

    def _acts(self) -> dict[str, Act]:
        return {
            "dial": self._dial,
            "press": _simple(lambda phone, given: phone.press(_text(given, "digits"))),
            "answer": _simple(lambda phone, _given: phone.answer()),
            "decline": _simple(lambda phone, _given: phone.decline()),
            "voicemail": _simple(lambda phone, _given: phone.send_to_voicemail()),
            "hangup": _simple(lambda phone, _given: phone.hang_up()),
            "say": _simple(lambda phone, given: phone.say(_text(given, "text"), given.get("seconds"))),
            "text": self._text,
            "behaviour": self._behaviour,
        }

    def _view(self, act: Act) -> Callable[[], Response]:
        def view() -> Response:
            given = _body()
            with self._engine.holding():
                return jsonify(act(self._phone(given), given))

        return view

    def _phone(self, given: Mapping[str, Any]) -> Handset:
        who = _text(given, "phone")
        number = find(self._book, who)
        if not number:
            raise WrongRequestError(
                f"phone {who!r} is neither like +12025550141 nor the name of one person in the book"
            )
        return self._carrier.handset(number)

    # What can be done

    def _dial(self, phone: Handset, given: Mapping[str, Any]) -> Json:
        call = phone.dial(given.get("to") or self._first_number(), given.get("caller_id") or None)
        return {"call": call_data(call)}

    def _text(self, phone: Handset, given: Mapping[str, Any]) -> Json:
        message = phone.text(given.get("to") or self._first_number(), _text(given, "body"))
        return {"text": message_data(message)}

    def _behaviour(self, phone: Handset, given: Mapping[str, Any]) -> Json:
        try:
            behaviour = read_behaviour(_text(given, "behaviour"), given.get("settings") or {})
        except ValueError as error:
            raise WrongRequestError(str(error)) from error
        self._carrier.set_behaviour(phone.number, behaviour)
        return {"behaviour": behaviour_name(behaviour)}

    def _first_number(self) -> str:
        return next(iter(self._carrier.exchange.numbers))

    def set_faults(self) -> Response:
        """Change what goes wrong; `{}` is a good day."""
        try:
            faults = faults_from_json(_body())
        except (ValueError, TypeError) as error:
            raise WrongRequestError(str(error)) from error
        with self._engine.holding():
            self._carrier.injected = faults
        return self.faults()

    # What can be asked

    def faults(self) -> Response:
        """Return what goes wrong on demand, and what the service did wrong by itself."""
        with self._engine.holding():
            seen = [{**asdict(fault), "at": instant(fault.at)} for fault in self._carrier.faults[-MOST_FAULTS:]]
            return jsonify({"injected": faults_to_json(self._carrier.injected), "seen": seen})

    def call(self, sid: str) -> Response:
        """Return a call with its transcript."""
        with self._engine.holding():
            call = self._carrier.exchange.calls.get(sid)
            if call is None:
                raise WrongRequestError(f"no call {sid!r}")
            return jsonify({"call": call_data(call), "lines": [line_data(line) for line in call.lines]})

    def events(self) -> Response:
        """Return the stream of events."""
        return Response(self._feed.listen(), mimetype="text/event-stream", headers={"Cache-Control": "no-store"})

    def state(self) -> Response:
        """Return everything that a page needs to draw itself, with the number of the last event it contains."""
        with self._engine.holding():
            carrier = self._carrier
            return jsonify(
                {
                    "now": instant(carrier.now()),
                    "last_event": self._feed.last,
                    "numbers": list(carrier.exchange.numbers),
                    "handsets": [self._handset(phone) for phone in carrier.exchange.handsets.values()],
                    "queues": [
                        {"name": queue.name, "size": len(queue.members)} for queue in carrier.exchange.queues.values()
                    ],
                    "faults": [
                        {"at": instant(fault.at), "code": fault.code, "text": fault.text, "url": fault.url}
                        for fault in carrier.faults[-MOST_FAULTS:]
                    ],
                }
            )

    def _handset(self, phone: Handset) -> Json:
        entry = next((entry for entry in self._book if entry.number == phone.number), None)
        return {
            "number": phone.number,
            "name": entry.name if entry else phone.number,
            "role": entry.role if entry else "caller",
            "note": entry.note if entry else "",
            "in_book": entry is not None,
            "behaviour": behaviour_name(phone.behaviour),
            "manual": isinstance(phone.behaviour, Manual),
            "call": call_data(phone.call) if phone.call else None,
            "lines": [line_data(line) for line in phone.lines[-MOST_LINES:]],
            "texts": [message_data(text) for text in phone.texts[-MOST_TEXTS:]],
        }


def _simple(act: Callable[[Handset, Mapping[str, Any]], None]) -> Act:
    """Make an act of something that a handset does and has nothing to tell about."""

    def done(phone: Handset, given: Mapping[str, Any]) -> Json:
        act(phone, given)
        return {"done": True}

    return done


def _body() -> Mapping[str, Any]:
    given = request.get_json(silent=True)
    if not isinstance(given, dict):
        raise WrongRequestError("expected a JSON object")
    return given


def _text(given: Mapping[str, Any], name: str) -> str:
    value = given.get(name)
    if not isinstance(value, str) or not value:
        raise WrongRequestError(f"{name!r} is missing or no text")
    return value


def answer_error(error: Exception, status: int) -> Response:
    """Say in JSON what was wrong."""
    answer = jsonify({"error": str(error)})
    answer.status_code = status
    return answer


def refuse_strangers() -> Response | None:
    """Refuse requests that another web page could have made: another host name, another origin, or no JSON."""
    host = request.host.rpartition(":")[0] or request.host
    if host.strip("[]") not in LOCAL_HOSTS:
        return answer_error(WrongRequestError(f"this server is {' or '.join(sorted(LOCAL_HOSTS))}"), FORBIDDEN)
    origin = request.headers.get("Origin")
    if origin is not None and origin.partition("://")[2] != request.host:
        return answer_error(WrongRequestError("only this server's own page may do that"), FORBIDDEN)
    if request.method == "POST" and request.mimetype != "application/json":
        return answer_error(WrongRequestError("send JSON (Content-Type: application/json)"), FORBIDDEN)
    return None
