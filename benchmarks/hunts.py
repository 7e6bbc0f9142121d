"""Hunts under way, made as callers make them: a call comes in, 1 is pressed; what later webhooks are measured on."""

from dataclasses import dataclass

from sqlalchemy import select

from benchmarks.carrier_requests import INBOUND, post_form, voice_form
from benchmarks.databases import CALLERS, TECHNICIAN, caller
from benchmarks.serving import SERVICE_NUMBER
from foundation.db import Database
from routing.tables import HuntRow, LegRow

FIRST_CALL = 1_000_000


@dataclass(frozen=True, slots=True)
class Hunted:
    """One caller who waits, and the leg that rings a technician for them."""

    number: int
    hunt_token: str
    leg_token: str

    @property
    def hold_path(self) -> str:
        return f"/webhooks/voice/hold/{self.hunt_token}"

    @property
    def status_path(self) -> str:
        return f"/webhooks/voice/leg/{self.leg_token}/status"

    def form(self, **further: str) -> dict[str, str]:
        """Return what the carrier says of the caller's call."""
        return voice_form(self.number, caller(self.number), **further)

    def leg_form(self, **further: str) -> dict[str, str]:
        """Return what the carrier says of the technician's leg."""
        leg = {"Direction": "outbound-api", "To": TECHNICIAN, "Called": TECHNICIAN, "SequenceNumber": "1"}
        return voice_form(2 * FIRST_CALL + self.number, SERVICE_NUMBER, **leg, **further)


def hunts_under_way(port: int, database_url: str) -> list[Hunted]:
    """Have every known caller report an outage."""
    for number in range(FIRST_CALL, FIRST_CALL + CALLERS):
        press_the_deciding_key(port, number, caller(number))
    database = Database(database_url)
    with database.read() as session:
        found = session.execute(select(HuntRow.call_sid, HuntRow.token, LegRow.token).join(LegRow)).all()
    database.close()
    return [Hunted(number_of(str(sid)), hunt, leg) for sid, hunt, leg in found]


def number_of(sid: str) -> int:
    """Return the number that a call's identifier was made from."""
    return int(f"0x{sid.removeprefix('CA')}", base=0)


def press_the_deciding_key(port: int, number: int, from_: str) -> None:
    """Call and press 1."""
    post_form(port, INBOUND, voice_form(number, from_))
    post_form(port, "/webhooks/voice/turn/1", voice_form(number, from_, Digits="1"))
