"""What a voice webhook works with: one transaction, one call, one instant, the settings, and the words of the house."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from foundation.settings import Settings
from intake.tables import CallRow
from ivr_flows.turns import DialNumber, EnterQueue, JoinQueue, PlayMusic, Turn
from routing.service import House
from routing.tables import HuntRow, LegRow
from telephony.twiml import Urls
from webhooks.addresses import Addresses


@dataclass(frozen=True, slots=True)
class Line:
    """One webhook's worth of a call. `leg` is given where the call is a technician's, `hunt` where one is concerned."""

    session: Session
    call: CallRow
    at: datetime
    settings: Settings
    addresses: Addresses
    leg: LegRow | None = None
    hunt: HuntRow | None = None

    @property
    def house(self) -> House:
        """What texts need of the settings."""
        return House(self.addresses.portal)


def urls_for(line: Line, turn: Turn) -> Urls:
    """Make the addresses that a turn's document needs."""
    action = line.addresses.turn(turn.place.turn)
    recording = line.addresses.recording
    match turn.then:
        case EnterQueue(queue):
            return Urls(action=action, wait=line.addresses.hold(queue), recording_status=recording)
        case JoinQueue(queue):
            return Urls(action=action, about_to_connect=line.addresses.joining(queue))
        case DialNumber() if line.leg is not None:
            return Urls(action=action, about_to_connect=line.addresses.called_back(line.leg.token))
        case _:
            return Urls(action=action, recording_status=recording)


def shortened(turn: Turn, seconds_left: float) -> Turn:
    """Cut the music so that the document of the wait ends when the ceiling is reached, at least a second from now."""
    if not isinstance(turn.then, PlayMusic):
        return turn
    seconds = max(1, min(turn.then.seconds, int(seconds_left)))
    return Turn(turn.place, turn.speech, PlayMusic(seconds))
