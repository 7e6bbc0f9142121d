"""Text messages and recordings as the carrier keeps them."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

MessageStatus = Literal["queued", "sent", "delivered", "undelivered", "failed", "received", "canceled"]
MessageDirection = Literal["inbound", "outbound-api", "outbound-reply"]

ONE_SEGMENT = 160
LATER_SEGMENTS = 153
"""Characters of a text of one segment, and of each segment of a longer one (GSM 7-bit, GSM 03.38 and 03.40)."""
ONE_SEGMENT_UCS2 = 70
LATER_SEGMENTS_UCS2 = 67
GSM_LETTERS = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà^{}\\[~]|€"
)


def segments(body: str) -> int:
    """Return how many segments a text takes; letters outside GSM 7-bit make every segment shorter."""
    plain = set(body) <= GSM_LETTERS
    one, later = (ONE_SEGMENT, LATER_SEGMENTS) if plain else (ONE_SEGMENT_UCS2, LATER_SEGMENTS_UCS2)
    return 1 if len(body) <= one else -(-len(body) // later)


@dataclass(slots=True, eq=False)
class Message:
    """One text, in or out."""

    sid: str
    from_number: str
    to_number: str
    body: str
    direction: MessageDirection
    created: datetime
    status: MessageStatus
    status_callback: str = ""
    error_code: int | None = None
    sent: datetime | None = None
    updated: datetime | None = None


@dataclass(slots=True, eq=False)
class Recording:
    """What somebody said after the tone; `words` is the text of it, since nothing is really spoken here."""

    sid: str
    call_sid: str
    created: datetime
    seconds: int
    words: str = field(default="")
