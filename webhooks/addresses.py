"""Every address that the carrier is given; all of them ASCII, opaque, and on the configured public base."""

from dataclasses import dataclass

RETRIES = "#ct=2000&rt=4000&rc=2&rp=ct,rt,5xx"
"""The carrier's own retries: connect within 2 s, read within 4 s, twice more on either or on a server's fault."""


@dataclass(frozen=True, slots=True)
class Addresses:
    """Makes addresses under one public base."""

    base: str

    def turn(self, number: int) -> str:
        """What comes of a flow's turn."""
        return f"{self.base}/webhooks/voice/turn/{number}{RETRIES}"

    def hold(self, hunt_token: str) -> str:
        """The document of the wait."""
        return f"{self.base}/webhooks/voice/hold/{hunt_token}{RETRIES}"

    def hold_key(self, hunt_token: str, node: str) -> str:
        """A key pressed while waiting."""
        return f"{self.base}/webhooks/voice/hold/{hunt_token}/{node}{RETRIES}"

    def joining(self, hunt_token: str) -> str:
        """What the caller hears as a technician joins; asking for it is the proof that they are joined."""
        return f"{self.base}/webhooks/voice/joining/{hunt_token}"

    def called_back(self, leg_token: str) -> str:
        """What the customer hears who is called back; asking for it is the proof that somebody picked up."""
        return f"{self.base}/webhooks/voice/called/{leg_token}"

    def leg(self, leg_token: str) -> str:
        """A technician who was rung picked up."""
        return f"{self.base}/webhooks/voice/leg/{leg_token}{RETRIES}"

    def leg_status(self, leg_token: str) -> str:
        """News of a technician's leg."""
        return f"{self.base}/webhooks/voice/leg/{leg_token}/status"

    def drill(self, token: str) -> str:
        """A technician who was rung for a readiness check picked up."""
        return f"{self.base}/webhooks/voice/drill/{token}{RETRIES}"

    def drill_status(self, token: str) -> str:
        """News of a readiness check's call."""
        return f"{self.base}/webhooks/voice/drill/{token}/status"

    @property
    def fallback(self) -> str:
        """Where the carrier turns if our own document fails."""
        return f"{self.base}/webhooks/voice/fallback"

    @property
    def recording(self) -> str:
        """News of a recording."""
        return f"{self.base}/webhooks/voice/recording"

    @property
    def text_status(self) -> str:
        """News of a text; the outbox row's token is put behind it."""
        return f"{self.base}/webhooks/sms/status"

    def glass(self, step: str) -> str:
        """The chain of last resort."""
        return f"{self.base}/webhooks/voice/glass/{step}"

    @property
    def portal(self) -> str:
        """Where customers help themselves."""
        return f"{self.base}/portal/"
