"""Identifiers as the carrier writes them: two letters and 32 hexadecimal digits."""

import hashlib
import itertools
from typing import Literal

Prefix = Literal["CA", "SM", "QU", "RE", "PN", "token"]


class Sids:
    """Reproducible identifiers: the same seed gives the same row, another seed shares none with it."""

    def __init__(self, seed: str) -> None:
        """Take the seed; a long-lived service needs a fresh one for each run of the carrier."""
        self._seed = seed
        self._numbers = itertools.count(1)

    def new(self, prefix: Prefix) -> str:
        """Return the next identifier, such as `CA0123...`; a token has no letters in front."""
        digest = hashlib.sha256(f"{self._seed}/{prefix}/{next(self._numbers)}".encode()).hexdigest()[:32]
        return digest if prefix == "token" else prefix + digest
