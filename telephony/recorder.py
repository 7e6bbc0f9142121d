"""The carrier's twin in memory: it keeps what it was asked, and fails as it was told to."""

from dataclasses import dataclass, field
from datetime import datetime

from foundation.phone import PhoneNumber
from telephony.port import Ring, Text


@dataclass(slots=True)
class Recorder:
    """A Telephony that rings nobody. `failures` are raised one after another before anything is kept."""

    rings: list[Ring] = field(default_factory=list)
    texts: list[Text] = field(default_factory=list)
    cancelled: list[str] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    failures: list[Exception] = field(default_factory=list)
    statuses: dict[str, str] = field(default_factory=dict)

    def ring(self, ring: Ring) -> str:
        """Keep the ring."""
        self._fail()
        self.rings.append(ring)
        return f"CA{len(self.rings):032x}"

    def text(self, text: Text) -> str:
        """Keep the text."""
        self._fail()
        self.texts.append(text)
        return f"SM{len(self.texts):032x}"

    def cancel_call(self, call_sid: str) -> None:
        """Keep the wish."""
        self._fail()
        self.cancelled.append(call_sid)

    def delete_queue(self, queue_sid: str) -> None:
        """Keep the wish."""
        self._fail()
        self.deleted.append(queue_sid)

    def calls_to(self, to: PhoneNumber, since: datetime) -> list[str]:
        """Ids of the kept rings to a number; the recorder knows no instants."""
        del since
        self._fail()
        return [f"CA{i:032x}" for i, ring in enumerate(self.rings, 1) if ring.to == to]

    def call_status(self, call_sid: str) -> str:
        """Give the status that was put there for this call, else `in-progress`."""
        self._fail()
        return self.statuses.get(call_sid, "in-progress")

    def text_to(self, to: PhoneNumber, body: str, since: datetime) -> str | None:
        """Id of the first kept text with these words."""
        del since
        self._fail()
        found = (f"SM{i:032x}" for i, text in enumerate(self.texts, 1) if (text.to, text.body) == (to, body))
        return next(found, None)

    def _fail(self) -> None:
        if self.failures:
            raise self.failures.pop(0)
