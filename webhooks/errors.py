"""What the carrier hears when something fails: always a document, always a route to a person, never a 500."""

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import quote

from flask import Response, current_app, request

from foundation.log import logger
from foundation.settings import Settings
from telephony.break_glass import GlassUrls, chain, read_snapshot, screened, screening
from telephony.twiml import document, escaped, say
from webhooks.addresses import Addresses
from webhooks.events import carried, whole_number

log = logger("webhooks")

TRIES = 2
"""How often a failed voice request is asked for again, two seconds apart, before the dial chain of last resort begins."""

TRIED_AGAIN = ("/webhooks/voice/turn/", "/webhooks/voice/inbound", "/webhooks/voice/leg/")
"""Paths of those requests; the others have no second chance, or no need of one."""


def voice_fault(fault: Exception) -> Response:
    """Answer for any voice webhook that failed: a moment's pause and the same again, then the people on duty one by one."""
    log.error("voice_webhook_failed", path=request.path, call=request.form.get("CallSid", "")[:64], exc_info=fault)
    tried = whole_number(request.args.get("tried"))
    return xml(_again(tried + 1) if tried < TRIES and request.path.startswith(TRIED_AGAIN) else last_resort())


def _again(tried: int) -> str:
    url = f"{_addresses().base}{quote(request.path)}?{carried(request, tried)}"
    pause = f'<Pause length="2"/><Redirect method="POST">{escaped(url)}</Redirect>'
    return document(say("One moment, please.") + pause)


def last_resort() -> str:
    """Make the document for a call that cannot be helped otherwise: a caller is led through the chain, a technician is told."""
    return _last_words() if is_technician() else glass_chain(0)


def is_technician() -> bool:
    """Whether this call is one that we placed: whoever picked up must not be led through the callers' chain."""
    return request.path.startswith("/webhooks/voice/leg/") or request.form.get("Direction", "").startswith("outbound")


def _last_words() -> str:
    settings: Settings = current_app.extensions["switchboard"].settings
    words = f"A caller needs you, but we have a technical problem. Please call {settings.service_number.spoken}."
    return document(say(words) + say(words) + "<Hangup/>")


@contextmanager
def noted_if_possible(what: str) -> Iterator[None]:
    """Go on with the call even if this cannot be written down: two people who are being joined are joined all the same."""
    try:
        yield
    except Exception as fault:
        log.exception("not_noted", what=what, call=request.form.get("CallSid", "")[:64], said=type(fault).__name__)


def hold_fault(fault: Exception) -> Response:
    """Answer for the wait: music goes on, and the carrier asks again."""
    log.error("hold_failed", path=request.path, exc_info=fault)
    return xml(document('<Pause length="5"/>'))


def news_fault(fault: Exception) -> Response:
    """Answer for news that could not be written: a server's fault, so that the carrier tells it again."""
    log.error("news_failed", path=request.path, exc_info=fault)
    return Response(status=503)


def glass_chain(position: int) -> str:
    """Make the dial chain from the last good snapshot, from one person on; it needs no database."""
    settings: Settings = current_app.extensions["switchboard"].settings
    snapshot = read_snapshot(settings.on_duty_file, settings.service_number)
    addresses = _addresses()
    urls = GlassUrls(addresses.glass(f"after/{position + 1}"), addresses.glass("screen"), addresses.glass("recorded"))
    return chain(snapshot, position, urls)


def glass_has_talked() -> bool:
    """Whether a ring of the chain came to a talk; whoever picked up and pressed nothing was not joined."""
    return request.form.get("DialCallStatus") == "completed" and request.form.get("DialBridged", "true") == "true"


def glass_screen() -> str:
    """Ask whoever picked up to press 1."""
    return screening(_addresses().glass("accepted"))


def glass_accepted() -> str:
    """Join the two if 1 was pressed."""
    return screened(request.form.get("Digits", ""))


def _addresses() -> Addresses:
    base: str = current_app.extensions["switchboard"].settings.public_base_url
    return Addresses(base)


def xml(text: str) -> Response:
    """Wrap a document."""
    return Response(text, mimetype="text/xml")
