import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from simulator.signature import sign
from telephony.signature import SignatureCheck, carries_hash

VECTORS = json.loads((Path(__file__).parent.parent / "vectors" / "signatures.json").read_text())
CHECK = SignatureCheck([VECTORS["auth_token"]])
URL = "https://line.example/webhooks/voice/inbound"
NOTHING: MultiDict[str, str] = MultiDict()


@pytest.mark.parametrize("vector", VECTORS["vectors"], ids=lambda vector: str(vector["id"]))
def test_every_vector_is_judged_as_the_carriers_own_libraries_judge_it(vector: dict[str, Any]) -> None:
    form: MultiDict[str, str] = MultiDict(vector.get("params", {}))
    assert CHECK.is_genuine(vector["url"], form, vector.get("body"), vector["signature"]) is vector["valid"]


@pytest.mark.parametrize("signature", [None, "", " ", "é", "\ud800", "=" * 10_000, "a\nb"])
def test_what_is_no_signature_at_all_is_not_genuine(signature: str | None) -> None:
    assert not CHECK.is_genuine(URL, MultiDict({"CallSid": "CA1"}), None, signature)


@pytest.mark.parametrize(
    "url",
    [
        f"{URL}?bodySHA256=",
        f"{URL}?xbodySHA256=00",
        "https://line.example/bodySHA256=00",
        URL,
        "https://[::1/broken?bodySHA256=00",
        "https://line.example:port/x?bodySHA256=00",
    ],
)
def test_a_json_body_whose_hash_is_not_in_the_query_is_not_genuine_and_raises_nothing(url: str) -> None:
    assert not CHECK.is_genuine(url, NOTHING, "{}", sign(VECTORS["auth_token"], url, ()))


@pytest.mark.parametrize("url", ["https://[::1/broken", "https://line.example:port/x", "", "\ud800"])
def test_an_address_that_cannot_be_read_is_not_genuine_and_raises_nothing(url: str) -> None:
    assert not CHECK.is_genuine(url, MultiDict({"a": "b"}), None, "RSOYDt4T1cUTdK1PDd93/VVr8B8=")


def test_only_the_query_can_carry_the_hash_of_a_body() -> None:
    assert carries_hash(f"{URL}?a=1&bodySHA256=00")
    assert not carries_hash(f"{URL}#bodySHA256=00")


@settings(max_examples=60)
@given(
    st.lists(st.tuples(st.text("Abc1", min_size=1, max_size=3), st.text(max_size=8)), max_size=6),
    st.sampled_from(["", "?a=1&b=%20%C3%A9", "?q=a+b'c", "?"]),
)
def test_every_form_that_the_carrier_signs_is_genuine_and_no_other_is(pairs: list[tuple[str, str]], query: str) -> None:
    signable = [(name, value.encode("utf-8", "replace").decode()) for name, value in pairs]
    signature = sign(VECTORS["auth_token"], URL + query, signable)
    assert CHECK.is_genuine(URL + query, MultiDict(signable), None, signature)
    assert not CHECK.is_genuine(URL + query, MultiDict([*signable, ("Added", "1")]), None, signature)
    assert not CHECK.is_genuine(URL + "/x" + query, MultiDict(signable), None, signature)
