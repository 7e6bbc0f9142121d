import inspect
from urllib.parse import urlsplit

import pytest

from foundation.settings import read_settings
from simulator.courier import Overrides, read_overrides
from tests.webhooks.door import BASE, Door
from webhooks.addresses import Addresses

TOKEN = "0123456789abcdef0123456789abcdef"
PLACES = Addresses(BASE)

SAMPLES = {"number": 7, "node": "wishes", "step": "screen"}
"""What stands in for the parts of an address; a token for every other."""


def address(name: str) -> str:
    """The address of that name, its parts filled in."""
    member = vars(Addresses)[name]
    if isinstance(member, property):
        made = getattr(PLACES, name)
        return f"{made}/{TOKEN}" if name == "text_status" else str(made)
    parts = list(inspect.signature(member).parameters)[1:]
    return str(member(PLACES, *(SAMPLES.get(part, TOKEN) for part in parts)))


NAMES = [name for name, member in vars(Addresses).items() if not name.startswith("_") and callable(member)]
NAMES += [name for name, member in vars(Addresses).items() if isinstance(member, property) and name != "portal"]
WEBHOOKS = {name: address(name) for name in NAMES}
DOCUMENTS = {name: made for name, made in WEBHOOKS.items() if "#" in made}
"""Addresses of documents that a call goes on with: the carrier shall try hard for them."""


def test_the_documents_of_every_call_are_among_those_that_are_tried_hard_for() -> None:
    assert {"turn", "hold", "hold_key", "leg"} <= set(DOCUMENTS)


@pytest.mark.parametrize("made", WEBHOOKS.values(), ids=WEBHOOKS)
def test_every_address_that_the_carrier_is_given_leads_to_a_webhook_of_ours(sqlite_door: Door, made: str) -> None:
    routes = sqlite_door.app.url_map.bind("line.example")
    endpoint, _ = routes.match(urlsplit(made).path, method="POST")
    assert endpoint.split(".")[0] in ("voice", "hold", "status", "sms")


@pytest.mark.parametrize("made", WEBHOOKS.values(), ids=WEBHOOKS)
def test_addresses_are_plain_and_on_the_public_base(made: str) -> None:
    assert made.isascii()
    assert made.startswith(f"{BASE}/webhooks/")
    assert not urlsplit(made).query


@pytest.mark.parametrize("made", DOCUMENTS.values(), ids=DOCUMENTS)
def test_a_document_is_asked_for_twice_more_within_the_carriers_fifteen_seconds(made: str) -> None:
    _, overrides = read_overrides(made)
    assert overrides == Overrides(2_000, 4_000, 15_000, 2, frozenset({"ct", "rt", "5xx"}))
    assert overrides.read_ms * (1 + overrides.retries) < overrides.total_ms


def test_a_base_with_a_path_and_a_final_slash_makes_the_same_addresses() -> None:
    base = read_settings(public_base_url="https://line.example/support/").public_base_url
    assert Addresses(base or "").fallback == "https://line.example/support/webhooks/voice/fallback"
