"""Bad days on demand: what the carrier does wrong, as one value that tests and the control API replace."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal

RestAnswer = Literal["429", "500", "503", "silent"]
REST_ANSWERS: tuple[RestAnswer, ...] = ("429", "500", "503", "silent")
EVERY = "*"


@dataclass(frozen=True, slots=True)
class RestFault:
    """The REST side answers badly: a status, or `silent` (the request is carried out, the answer never comes).

    Only requests whose path contains `path` are meant; `times` counts down and ends the fault, None is for ever.
    """

    answer: RestAnswer
    path: str = ""
    times: int | None = None


@dataclass(frozen=True, slots=True)
class Faults:
    """What goes wrong at present; `Faults()` is a good day.

    Callbacks are named by the CallStatus, MessageStatus or RecordingStatus they carry, `*` means all of them.
    `reorder_callbacks` holds back every second one until the next has gone out. `text_errors` gives the error code
    with which texts to a number stay undelivered. `calls_per_second` is the account's limit for created calls.
    `hold_survives_failures`: a waiting document that cannot be fetched is followed by music and asked for again, instead
    of taking the caller out of the queue with an error; the carrier does not document which of the two it does.
    """

    rest: RestFault | None = None
    drop_callbacks: frozenset[str] = frozenset()
    duplicate_callbacks: frozenset[str] = frozenset()
    delay_callbacks_seconds: float = 0.0
    reorder_callbacks: bool = False
    webhooks_twice: bool = False
    text_errors: Mapping[str, int] = field(default_factory=dict)
    calls_per_second: float = 1.0
    hold_survives_failures: bool = False

    def rest_fault_at(self, path: str) -> RestFault | None:
        """Return the fault that meets a REST request to this path."""
        return self.rest if self.rest and self.rest.path in path else None

    def once_less(self) -> "Faults":
        """Return what is left after the REST fault has struck once."""
        if self.rest is None or self.rest.times is None:
            return self
        left = self.rest.times - 1
        return replace(self, rest=replace(self.rest, times=left) if left else None)

    def drops(self, status: str) -> bool:
        """Tell whether a callback with this status never goes out."""
        return bool(self.drop_callbacks & {status, EVERY})

    def copies(self, status: str) -> int:
        """Return how often a callback with this status goes out."""
        return 2 if self.duplicate_callbacks & {status, EVERY} else 1


def faults_from_json(data: Mapping[str, Any]) -> Faults:
    """Read a `Faults` from its JSON shape; raise ValueError for a field or value that it does not have."""
    known = set(Faults.__dataclass_fields__)
    if unknown := sorted(set(data) - known):
        message = f"unknown fault {unknown[0]!r}; known are {', '.join(sorted(known))}"
        raise ValueError(message)
    values = dict(data)
    if values.get("rest") is not None:
        values["rest"] = _rest_fault(values["rest"])
    for name in ("drop_callbacks", "duplicate_callbacks"):
        if name in values:
            values[name] = frozenset(values[name])
    return Faults(**values)


def _rest_fault(data: Mapping[str, Any]) -> RestFault:
    fault = RestFault(**data)
    if fault.answer not in REST_ANSWERS:
        message = f"rest.answer {fault.answer!r} is not one of {', '.join(REST_ANSWERS)}"
        raise ValueError(message)
    return fault


def faults_to_json(faults: Faults) -> dict[str, Any]:
    """Return a `Faults` as JSON carries it."""
    rest = faults.rest
    return {
        "rest": rest and {"answer": rest.answer, "path": rest.path, "times": rest.times},
        "drop_callbacks": sorted(faults.drop_callbacks),
        "duplicate_callbacks": sorted(faults.duplicate_callbacks),
        "delay_callbacks_seconds": faults.delay_callbacks_seconds,
        "reorder_callbacks": faults.reorder_callbacks,
        "webhooks_twice": faults.webhooks_twice,
        "text_errors": dict(faults.text_errors),
        "calls_per_second": faults.calls_per_second,
        "hold_survives_failures": faults.hold_survives_failures,
    }


@dataclass(frozen=True, slots=True)
class Complaint:
    """Something that the service did wrong, with the carrier's number for it; never silently ignored."""

    at: datetime
    code: int
    text: str
    url: str = ""
    call_sid: str = ""
