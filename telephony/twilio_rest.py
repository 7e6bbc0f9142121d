"""The carrier's REST side through the Twilio SDK: a time limit on every request, and every failure said in our own words."""

from datetime import datetime, timedelta
from typing import Any

from requests import ConnectionError as NotConnected
from requests import ConnectTimeout
from twilio.base.exceptions import TwilioRestException, TwilioServiceException
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client
from urllib3.exceptions import NewConnectionError

from foundation.phone import PhoneNumber
from foundation.settings import Settings
from telephony.port import OutcomeUnknown, Ring, TelephonyRefused, Text

CONNECT_SECONDS = 2.0
READ_SECONDS = 5.0
"""Time limits of a request, 7 s in all; the SDK's default is none, and 5 to 8 s leave room for a second try inside a ring."""

CARRIER = "https://api.twilio.com"

CLOCKS_APART = timedelta(seconds=5)
"""How far the carrier's clock may be behind ours: what it lists as that much too early may still be what we asked for."""

ALREADY_OVER = frozenset({20404, 21220})
"""Codes that say the call or queue is not there to be stopped any more: what we wanted."""

PASSING = frozenset({20429, 20003, 20503})
"""Codes that may be gone on the next try: too many requests, credentials being rotated, service unavailable."""

STATUS_EVENTS = ["initiated", "ringing", "answered", "completed"]


class OwnAddressHttpClient(TwilioHttpClient):
    """The SDK's HTTP client with a time limit, whose requests go to `base_url` where one is given."""

    def __init__(self, base_url: str | None) -> None:
        """Keep the address of a simulator or gateway, or nothing for the carrier itself."""
        super().__init__()
        # The session's own form of a limit, one figure for each half; the SDK's argument takes but one for both.
        self.timeout = (CONNECT_SECONDS, READ_SECONDS)
        self.base_url = base_url

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Response:  # noqa: ANN401 - handed on as given
        """Send the request to the configured host."""
        target = url.replace(CARRIER, self.base_url, 1) if self.base_url else url
        return super().request(method, target, *args, **kwargs)


class TwilioTelephony:
    """The carrier, by its SDK."""

    def __init__(self, settings: Settings, http_client: Any = None) -> None:  # noqa: ANN401 - any client of the SDK's shape
        """Make the SDK's client once; region and edge of the environment must not reroute it silently."""
        token = settings.auth_tokens[0] if settings.auth_tokens else ""
        client = http_client or OwnAddressHttpClient(settings.twilio_api_base_url)
        self._client = Client(settings.twilio_account_sid, token, http_client=client, environment={"TWILIO_REGION": ""})

    def ring(self, ring: Ring) -> str:
        """Place a call with all four status events."""
        call = _asked(
            self._client.calls.create,
            to=ring.to.e164,
            from_=ring.from_.e164,
            url=ring.voice_url,
            method="POST",
            fallback_url=ring.fallback_url,
            fallback_method="POST",
            status_callback=ring.status_url,
            status_callback_method="POST",
            status_callback_event=STATUS_EVENTS,
            timeout=ring.seconds,
        )
        return _named(call.sid)

    def text(self, text: Text) -> str:
        """Send a text; its fate comes to `status_url`."""
        given: dict[str, Any] = {"validity_period": text.validity_seconds} if text.validity_seconds else {}
        message = _asked(
            self._client.messages.create,
            to=text.to.e164,
            from_=text.from_.e164,
            body=text.body,
            status_callback=text.status_url,
            **given,
        )
        return _named(message.sid)

    def cancel_call(self, call_sid: str) -> None:
        """Ask for `canceled`, which ends a ringing call and leaves an answered one alone."""
        _unless_over(lambda: self._client.calls(call_sid).update(status="canceled"))

    def delete_queue(self, queue_sid: str) -> None:
        """Delete the queue."""
        _unless_over(lambda: self._client.queues(queue_sid).delete())

    def calls_to(self, to: PhoneNumber, since: datetime) -> list[str]:
        """List the calls to a number, the newest first; a call that is still queued has no start time to filter by."""
        calls = _asked(self._client.calls.list, to=to.e164, limit=50)
        ours = [c for c in calls if c.direction != "inbound" and _not_before(c.date_created or c.start_time, since)]
        return [str(c.sid) for c in reversed(ours)]

    def call_status(self, call_sid: str) -> str:
        """Fetch the call."""
        try:
            return str(_asked(self._client.calls(call_sid).fetch).status)
        except TelephonyRefused as refusal:
            if refusal.code not in ALREADY_OVER:
                raise
            return "completed"

    def text_to(self, to: PhoneNumber, body: str, since: datetime) -> str | None:
        """List the texts to a number, the newest first, and compare their words; a queued one was not sent at any time yet."""
        texts = _asked(self._client.messages.list, to=to.e164, limit=50)
        same = (m for m in texts if m.body == body and _not_before(m.date_created, since))
        return next((str(m.sid) for m in same), None)


def _named(sid: object) -> str:
    if not sid:
        raise OutcomeUnknown("the carrier's answer names nothing")
    return str(sid)


def _not_before(at: datetime | None, since: datetime) -> bool:
    return at is None or at >= since.replace(microsecond=0) - CLOCKS_APART


def _unless_over(ask: Any) -> None:  # noqa: ANN401 - any request
    try:
        _asked(ask)
    except TelephonyRefused as refusal:
        if refusal.code not in ALREADY_OVER:
            raise


def _asked(request: Any, **given: Any) -> Any:  # noqa: ANN401 - the SDK is untyped
    try:
        return request(**given)
    except (TwilioRestException, TwilioServiceException) as fault:
        raise _refusal(fault.status, fault.code or fault.status, str(fault)) from fault
    except ConnectTimeout as fault:
        raise TelephonyRefused(0, permanent=False, message="not reached") from fault
    except NotConnected as fault:
        if _never_left(fault):
            raise TelephonyRefused(0, permanent=False, message="not reached") from fault
        raise OutcomeUnknown(str(fault)) from fault
    except Exception as fault:  # on an answer that it cannot read, the SDK lets whatever it stumbles over through
        raise OutcomeUnknown(f"{type(fault).__name__}: {fault}") from fault


def _never_left(fault: NotConnected) -> bool:
    reason = getattr(fault.args[0], "reason", None) if fault.args else None
    return isinstance(reason, NewConnectionError)


def _refusal(status: int, code: int, said: str) -> Exception:
    if status >= 500 and code not in PASSING:  # noqa: PLR2004 - HTTP's own class of errors
        return OutcomeUnknown(said)
    passing = status in (401, 429, 503) or code in PASSING
    return TelephonyRefused(code, permanent=not passing, message=said)
