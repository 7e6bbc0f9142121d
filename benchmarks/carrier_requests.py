"""Webhook requests as the carrier sends them, signed, and made before the clock of a measurement starts."""

import base64
import hashlib
import hmac
import http.client
from urllib.parse import urlencode

from benchmarks.serving import ACCOUNT_SID, AUTH_TOKEN, PATIENCE_SECONDS, SERVICE_NUMBER

INBOUND = "/webhooks/voice/inbound"


def voice_form(number: int, from_: str = "", **further: str) -> dict[str, str]:
    """Return the form of one call; each number is another call, and by another caller unless one is given."""
    caller = from_ or f"+1212{2_000_000 + number % 7_000_000}"
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
        **further,
    }


def headers(form: dict[str, str], port: int, path: str) -> dict[str, str]:
    return {
        "Host": f"127.0.0.1:{port}",
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Twilio-Signature": signature(f"http://127.0.0.1:{port}{path}", form),
    }


def signature(url: str, form: dict[str, str]) -> str:
    """Sign as the carrier does: HMAC-SHA1 over the address and the sorted pairs of the form."""
    signed = url + "".join(name + form[name] for name in sorted(form))
    return base64.b64encode(hmac.new(AUTH_TOKEN.encode(), signed.encode(), hashlib.sha1).digest()).decode()


def raw_request(port: int, path: str, form: dict[str, str]) -> bytes:
    """Return one whole request as bytes."""
    body = urlencode(form).encode()
    lines = [f"POST {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers(form, port, path).items())]
    return "\r\n".join([*lines, f"Content-Length: {len(body)}", "", ""]).encode() + body


def post_form(port: int, path: str, form: dict[str, str]) -> None:
    """Send one webhook over a connection of its own; anything but 200 is an error."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)
    try:
        connection.request("POST", path, urlencode(form), headers(form, port, path))
        status = connection.getresponse().status
    finally:
        connection.close()
    assert status == http.client.OK, f"{path} was answered with {status}"
