"""What the carrier hears when something fails: always a document, always a route to a person, never a 500."""

from flask import Response, current_app, request

from foundation.log import logger
from foundation.settings import Settings
from telephony.break_glass import GlassUrls, chain, farewell, read_snapshot, screened, screening
from telephony.twiml import document, escaped, say
from webhooks.addresses import Addresses

log = logger("webhooks")

TRIES = 2
"""How often a failed voice request is asked for again, two seconds apart, before the dial chain of last resort begins."""


def voice_fault(fault: Exception) -> Response:
    """Answer for any voice webhook that failed: a moment's pause and the same again, then the people on duty one by one."""
    log.error("voice_webhook_failed", path=request.path, call=request.form.get("CallSid", "")[:64], exc_info=fault)
    tried = request.args.get("tried", "0")
    count = int(tried) if tried.isdigit() else TRIES
    if count < TRIES and request.path.startswith(
        ("/webhooks/voice/turn/", "/webhooks/voice/inbound", "/webhooks/voice/leg/")
    ):
        again = f"{_addresses().base}{request.path}?tried={count + 1}"
        return xml(
            document(
                say("One moment, please.") + f'<Pause length="2"/><Redirect method="POST">{escaped(again)}</Redirect>'
            )
        )
    return xml(_last_words() if _is_technician() else glass_chain(0))


def _is_technician() -> bool:
    """Whether the call that failed is one that we placed: whoever picked up must not be led through the callers' chain."""
    return request.path.startswith("/webhooks/voice/leg/") or request.form.get("Direction", "").startswith("outbound")


def _last_words() -> str:
    settings: Settings = current_app.extensions["switchboard"].settings
    words = f"A caller needs you, but we have a technical problem. Please call {settings.service_number.spoken}."
    return document(say(words) + say(words) + "<Hangup/>")


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
    snapshot = read_snapshot(settings.var_dir / "on-duty.json", settings.service_number)
    addresses = _addresses()
    urls = GlassUrls(addresses.glass(f"after/{position + 1}"), addresses.glass("screen"), addresses.glass("recorded"))
    return chain(snapshot, position, urls)


def glass_after(position: int) -> str:
    """Go on with the chain after a ring: end it if somebody talked, else ring the next person."""
    talked = request.form.get("DialCallStatus") == "completed" and request.form.get("DialBridged", "true") == "true"
    return farewell() if talked else glass_chain(position)


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
