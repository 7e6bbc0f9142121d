"""The door: a webhook that the carrier did not sign is refused with 403 and an empty body before anything is read or written."""

import re
from urllib.parse import quote

from flask import Flask, Request, Response, abort, request
from werkzeug.exceptions import HTTPException

from telephony.signature import SignatureCheck

SIGNATURE_HEADER = "X-Twilio-Signature"

ORIGIN = re.compile(r"\A[a-z][a-z0-9+.-]*://[^/?#]*", re.IGNORECASE)
"""Scheme and host at the beginning of a request target in absolute form, as a proxy sends it."""


def guard(app: Flask, check: SignatureCheck, public_base_url: str, prefix: str = "/webhooks/") -> None:
    """Refuse every unsigned request under `prefix`; a path that does not exist is refused in the same way."""

    def refuse_strangers() -> None:
        if request.path.startswith(prefix) and not is_genuine(request, check, public_base_url):
            abort(Response(status=403))

    app.before_request(refuse_strangers)


def is_genuine(asked: Request, check: SignatureCheck, public_base_url: str) -> bool:
    """Whether the carrier signed this request; anything that cannot be read is not genuine."""
    signature = asked.headers.get(SIGNATURE_HEADER)
    if not signature or not signature.isascii():
        return False
    try:
        url = public_base_url + raw_target(asked)
        body = asked.get_data(as_text=True) if asked.mimetype == "application/json" else None
        return check.is_genuine(url, asked.form, body, signature)
    except (ValueError, HTTPException):  # a body too large, too many parts, or broken off
        return False


def raw_target(asked: Request) -> str:
    """Path and query as they came over the wire: Flask's own address is decoded, and a signature is over the raw one."""
    raw = asked.environ.get("RAW_URI") or asked.environ.get("REQUEST_URI")
    if raw:
        target = ORIGIN.sub("", str(raw), count=1)
        return target if target.startswith("/") else "/" + target
    # Servers that hand over only the decoded path (granian): our own addresses are ASCII, so quoting restores them.
    decoded = asked.environ.get("SCRIPT_NAME", "") + asked.environ.get("PATH_INFO", "")
    path = quote(decoded.encode("latin-1"), safe="/:@!$&'()*+,;=~-._")
    query = asked.environ.get("QUERY_STRING", "")
    return f"{path}?{query}" if query else path
