"""What the REST side takes: the fields of each request, what each may hold, and the carrier's number for what is wrong.

Source: Twilio's description of the API 2010-04-01 and its list of error codes.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from werkzeug.datastructures import MultiDict

from simulator.twiml import CALL_EVENTS, E164

Rule = Literal["text", "url", "optional url", "method", "number", "to", "from", "event"] | tuple[str, ...]
Form = MultiDict[str, str]

UNKNOWN_FIELD = 20001
NO_URL = 21205
WRONG_TO = 21211
WRONG_FROM = 21212
WRONG_EVENT = 21626
WRONG_CALLBACK = 21609
BAD_REQUEST = 400


class ApiError(Exception):
    """A request that is refused, as the carrier words it."""

    def __init__(self, code: int, message: str, status: int = BAD_REQUEST) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status


@dataclass(frozen=True, slots=True)
class Fields:
    """The fields of one kind of request; `unperformed` are legal, but the simulator does not act on them."""

    rules: Mapping[str, Rule]
    unperformed: frozenset[str] = frozenset()


CREATE_CALL = Fields(
    {
        "To": "to",
        "From": "from",
        "Url": "url",
        "Method": "method",
        "Twiml": "text",
        "FallbackUrl": "url",
        "FallbackMethod": "method",
        "StatusCallback": "url",
        "StatusCallbackEvent": "event",
        "StatusCallbackMethod": "method",
        "Timeout": "number",
        "TimeLimit": "number",
        "CallReason": "text",
    },
    frozenset(
        """
        SendDigits Record RecordingChannels RecordingStatusCallback RecordingStatusCallbackMethod
        RecordingStatusCallbackEvent RecordingTrack SipAuthUsername SipAuthPassword MachineDetection
        MachineDetectionTimeout MachineDetectionSpeechThreshold MachineDetectionSpeechEndThreshold
        MachineDetectionSilenceTimeout AsyncAmd AsyncAmdStatusCallback AsyncAmdStatusCallbackMethod Trim
        CallerId Byoc CallToken ClientNotificationUrl ApplicationSid
        """.split()  # noqa: SIM905 - a list of forty quoted words reads worse
    ),
)
UPDATE_CALL = Fields(
    {
        "Status": ("canceled", "completed"),
        "Url": "url",
        "Method": "method",
        "Twiml": "text",
        "FallbackUrl": "url",
        "FallbackMethod": "method",
        "StatusCallback": "url",
        "StatusCallbackMethod": "method",
        "TimeLimit": "number",
    }
)
CREATE_MESSAGE = Fields(
    {
        "To": "to",
        "From": "from",
        "Body": "text",
        "StatusCallback": "url",
        "ValidityPeriod": "number",
        "ProvideFeedback": ("true", "false"),
        "Attempt": "number",
        "SmartEncoded": ("true", "false"),
        "RiskCheck": ("enable", "disable"),
    },
    frozenset(
        """
        ApplicationSid MaxPrice ForceDelivery ContentRetention AddressRetention PersistentAction TrafficType
        ShortenUrls ScheduleType SendAt SendAsMms ContentVariables FallbackFrom MessagingServiceSid MediaUrl
        ContentSid
        """.split()  # noqa: SIM905 - a list of forty quoted words reads worse
    ),
)
CREATE_QUEUE = Fields({"FriendlyName": "text", "MaxSize": "number"})
UPDATE_QUEUE = CREATE_QUEUE
UPDATE_MEMBER = Fields({"Url": "url", "Method": "method"})
UPDATE_NUMBER = Fields(
    {
        "FriendlyName": "text",
        "VoiceUrl": "optional url",
        "VoiceMethod": "method",
        "VoiceFallbackUrl": "optional url",
        "VoiceFallbackMethod": "method",
        "StatusCallback": "optional url",
        "StatusCallbackMethod": "method",
        "SmsUrl": "optional url",
        "SmsMethod": "method",
        "SmsFallbackUrl": "optional url",
        "SmsFallbackMethod": "method",
    },
    frozenset(
        """
        AccountSid ApiVersion SmsApplicationSid VoiceApplicationSid VoiceCallerIdLookup EmergencyStatus
        EmergencyAddressSid TrunkSid VoiceReceiveMode IdentitySid AddressSid BundleSid
        """.split()  # noqa: SIM905 - a list of forty quoted words reads worse
    ),
)
PAGING = ("Page", "PageSize", "PageToken")
LIST_CALLS = Fields(
    dict.fromkeys(
        (
            *("To", "From", "Status", "ParentCallSid", *PAGING),
            *("StartTime", "StartTime<", "StartTime>", "EndTime", "EndTime<", "EndTime>"),
        ),
        "text",
    )
)
LIST_MESSAGES = Fields(dict.fromkeys(("To", "From", "DateSent", "DateSent<", "DateSent>", *PAGING), "text"))
LIST_RECORDINGS = Fields(
    dict.fromkeys(("DateCreated", "DateCreated<", "DateCreated>", "CallSid", "IncludeSoftDeleted", *PAGING), "text")
)
LIST_NUMBERS = Fields(dict.fromkeys(("PhoneNumber", "FriendlyName", *PAGING), "text"))
LIST_PLAIN = Fields(dict.fromkeys(PAGING, "text"))


def check(form: Form, fields: Fields) -> None:
    """Refuse a request with a field that is unknown, not performed, or filled in wrongly."""
    for name in form:
        if name in fields.unperformed:
            raise ApiError(UNKNOWN_FIELD, f"Parameter {name} is not performed by this simulated carrier")
        if name not in fields.rules:
            raise ApiError(UNKNOWN_FIELD, f"Unknown parameter {name}")
        for value in form.getlist(name):
            _check_value(name, fields.rules[name], value)


def _check_value(name: str, rule: Rule, value: str) -> None:
    match rule:
        case "text":
            return
        case "to" if not E164.fullmatch(value):
            raise ApiError(WRONG_TO, f"The 'To' number {value} is not a valid phone number.")
        case "from" if not E164.fullmatch(value):
            raise ApiError(WRONG_FROM, f"The 'From' number {value} is not a valid phone number.")
        case "event" if value not in CALL_EVENTS:
            raise ApiError(WRONG_EVENT, f"{value} is not a valid status callback event")
        case "url" | "optional url":
            _check_url(name, value, optional=rule == "optional url")
        case "method":
            _check_words(name, ("GET", "POST"), value.upper())
        case "number" if not re.fullmatch(r"\d{1,9}", value):
            raise ApiError(UNKNOWN_FIELD, f"{name} {value!r} is not a number")
        case tuple():
            _check_words(name, rule, value.lower())
        case _:
            return


def _check_words(name: str, words: Iterable[str], value: str) -> None:
    if value not in words:
        raise ApiError(UNKNOWN_FIELD, f"{name} {value!r} is not one of {', '.join(words)}")


def _check_url(name: str, value: str, *, optional: bool) -> None:
    if optional and not value:
        return
    parts = urlsplit(value)
    if parts.scheme in ("http", "https") and parts.hostname and not re.search(r"\s", value):
        return
    code = WRONG_CALLBACK if name == "StatusCallback" else NO_URL
    raise ApiError(code, f"{name} {value!r} is not a valid URL")


def required(form: Form, name: str, code: int, message: str) -> str:
    """Return a field that must be there and must not be empty."""
    value = form.get(name, "")
    if not value:
        raise ApiError(code, message)
    return value
