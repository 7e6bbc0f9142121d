"""Webhook requests as the carrier sends them, signed, and made before the clock of a measurement starts."""

import base64
import hashlib
import hmac
from urllib.parse import urlencode

from benchmarks.serving import ACCOUNT_SID, AUTH_TOKEN, SERVICE_NUMBER

PATH = "/webhooks/voice/inbound"


def inbound_form(number: int) -> dict[str, str]:
    """Return the form of one call that comes in; each number is another call by another caller, so no limit is met."""
    caller = f"+1212{2_000_000 + number % 7_000_000}"
    return {
        "AccountSid": ACCOUNT_SID,
        "ApiVersion": "2010-04-01",
        "CallSid": f"CA{number:032x}",
        "CallStatus": "ringing",
        "Called": SERVICE_NUMBER,
        "Caller": caller,
        "Direction": "inbound",
        "From": caller,
        "To": SERVICE_NUMBER,
    }


def headers(form: dict[str, str], port: int, path: str = PATH) -> dict[str, str]:
    return {
        "Host": f"127.0.0.1:{port}",
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Twilio-Signature": signature(f"http://127.0.0.1:{port}{path}", form),
    }


def signature(url: str, form: dict[str, str]) -> str:
    """Sign as the carrier does: HMAC-SHA1 over the address and the sorted pairs of the form."""
    signed = url + "".join(name + form[name] for name in sorted(form))
    return base64.b64encode(hmac.new(AUTH_TOKEN.encode(), signed.encode(), hashlib.sha1).digest()).decode()


def raw_request(number: int, port: int) -> bytes:
    """Return one whole request as bytes."""
    form = inbound_form(number)
    body = urlencode(form).encode()
    lines = [f"POST {PATH} HTTP/1.1", *(f"{name}: {value}" for name, value in headers(form, port).items())]
    return "\r\n".join([*lines, f"Content-Length: {len(body)}", "", ""]).encode() + body
