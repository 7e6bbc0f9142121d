"""The door: a webhook that the carrier did not sign is refused with 403 and an empty body before anything is read or written."""

from urllib.parse import quote

from flask import Flask, Request, Response, abort, request

from telephony.signature import SignatureCheck

SIGNATURE_HEADER = "X-Twilio-Signature"


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
    url = public_base_url + raw_target(asked)
    try:
        body = asked.get_data(as_text=True) if asked.mimetype == "application/json" else None
        return check.is_genuine(url, asked.form, body, signature)
    except (ValueError, TypeError, UnicodeError):
        return False


def raw_target(asked: Request) -> str:
    """Path and query as they came over the wire: Flask's own address is decoded, and a signature is over the raw one."""
    raw = asked.environ.get("RAW_URI") or asked.environ.get("REQUEST_URI")
    if raw:
        return str(raw) if str(raw).startswith("/") else "/" + str(raw).split("://", 1)[-1].partition("/")[2]
    # Servers that hand over only the decoded path (granian): our own addresses are ASCII, so quoting restores them.
    path = quote(asked.environ.get("SCRIPT_NAME", "") + asked.environ.get("PATH_INFO", ""), safe="/%:@!$&'()*+,;=~-._")
    query = asked.environ.get("QUERY_STRING", "")
    return f"{path}?{query}" if query else path
