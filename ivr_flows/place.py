"""Where a call is: all that is stored of it between two webhooks."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, Self

HISTORY_KEPT = 8
EVIDENCE_KEPT = 40


class Manner(StrEnum):
    """How the call came to hear this node."""

    FRESH = "fresh"
    REPEATED = "repeated"
    AFTER_SILENCE = "after_silence"
    AFTER_WRONG_KEY = "after_wrong_key"


@dataclass(frozen=True, slots=True)
class Misses:
    """Silences, wrong keys and repeats at this node, counted apart."""

    silence: int = 0
    wrong: int = 0
    repeats: int = 0


@dataclass(frozen=True, slots=True)
class Evidence:
    """Which key (empty: silence) was given to which menu in which wording: the reason for a severity or a consent."""

    node: str
    prompt: str
    version: str
    key: str


@dataclass(frozen=True, slots=True)
class Place:
    """The stored state of a call, as plain texts and small counts.

    `answers` is what the caller gave (and the outcome of each question), `facts` what the house told; `lead_in` the
    prompts said on the way to this node, `history` the nodes that * goes back to, `passes` how often each bounded loop
    was gone through, `asked` the questions since the last turn.
    """

    flow: str
    node: str
    turn: int = 0
    manner: Manner = Manner.FRESH
    misses: Misses = Misses()
    answers: Mapping[str, str] = field(default_factory=dict)
    facts: Mapping[str, str] = field(default_factory=dict)
    evidence: tuple[Evidence, ...] = ()
    lead_in: tuple[str, ...] = ()
    history: tuple[str, ...] = ()
    passes: Mapping[str, int] = field(default_factory=dict)
    asked: int = 0

    def to_json(self) -> str:
        """The place as one line of JSON, with its keys in order."""
        return json.dumps(asdict(self), ensure_ascii=False, separators=(",", ":"), sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """The place again. Fields that another release wrote or left out do not matter, but `flow` and `node` do.

        Raises ValueError or TypeError for a text that no release has written.
        """
        known: dict[str, Any] = {key: value for key, value in json.loads(text).items() if key in cls.__slots__}
        known["manner"] = Manner(known.get("manner", Manner.FRESH))
        known["misses"] = Misses(**known.get("misses", {}))
        known["evidence"] = tuple(Evidence(**item) for item in known.get("evidence", ()))
        for ordered in ("lead_in", "history"):
            known[ordered] = tuple(known.get(ordered, ()))
        return cls(**known)

    def known(self, name: str) -> str:
        """An answer, else a fact, else nothing."""
        return self.answers.get(name) or self.facts.get(name, "")
