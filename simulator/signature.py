"""The carrier's signature of a webhook, as its published rule has it.

Source: Twilio, "Validating requests are coming from Twilio": HMAC-SHA1 with the account's token over the raw URL
followed by every form pair, sorted by name, name and value joined without a sign between; base64. Values of a
repeated name are sorted and each different one counts once, as the validators of the official libraries do.
"""

import base64
import hashlib
import hmac
from collections.abc import Iterable

Form = Iterable[tuple[str, str]]


def sign(token: str, url: str, form: Form) -> str:
    """Return the value of the header `X-Twilio-Signature` for a request to a URL exactly as it is sent."""
    text = url + "".join(name + value for name, value in sorted(set(form)))
    return base64.b64encode(hmac.new(token.encode(), text.encode(), hashlib.sha1).digest()).decode()
