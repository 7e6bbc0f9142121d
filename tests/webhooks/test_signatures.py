import json
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from telephony.signature import SignatureCheck
from webhooks.guard import guard

VECTORS = json.loads((Path(__file__).parent.parent / "vectors" / "signatures.json").read_text())
"""Signatures from the test suites and the documentation of the carrier's SDKs, made with one token."""


def guarded(public_base_url: str, *tokens: str) -> Flask:
    """A route of the vectors' own name, behind the guard."""
    app = Flask("guarded")
    guard(app, SignatureCheck(tokens), public_base_url, prefix="/")
    app.add_url_rule("/myapp.php", "answer", lambda: "let in", methods=["POST"])
    return app


def deliver(vector: dict[str, Any], *tokens: str) -> TestResponse:
    """Post what a vector tells to the address that it names, its path and query as they are written."""
    parts = urlsplit(vector["url"])
    app = guarded(f"{parts.scheme}://{parts.netloc}", *tokens)
    target = f"{parts.path}?{parts.query}"
    is_json = "body" in vector
    return app.test_client().post(
        parts.path,
        query_string=parts.query,
        data=vector["body"] if is_json else urlencode(vector["params"], doseq=True),
        content_type="application/json" if is_json else "application/x-www-form-urlencoded",
        headers={"X-Twilio-Signature": vector["signature"]},
        environ_overrides={"RAW_URI": target, "REQUEST_URI": target},
    )


@pytest.mark.parametrize("vector", VECTORS["vectors"], ids=lambda vector: str(vector["id"]))
def test_the_door_opens_exactly_for_the_signatures_that_the_carriers_own_libraries_accept(
    vector: dict[str, Any],
) -> None:
    answer = deliver(vector, VECTORS["auth_token"])
    assert (answer.status_code, answer.text) == ((200, "let in") if vector["valid"] else (403, ""))


@pytest.mark.parametrize("vector", VECTORS["vectors"], ids=lambda vector: str(vector["id"]))
def test_while_tokens_are_rotated_either_of_two_opens_the_door(vector: dict[str, Any]) -> None:
    expected = 200 if vector["valid"] else 403
    assert deliver(vector, "the new one", VECTORS["auth_token"]).status_code == expected
    assert deliver(vector, VECTORS["auth_token"], "the old one").status_code == expected


@pytest.mark.parametrize("vector", VECTORS["vectors"], ids=lambda vector: str(vector["id"]))
def test_no_vector_opens_a_door_with_another_token(vector: dict[str, Any]) -> None:
    assert deliver(vector, "another").status_code == 403


def test_without_any_token_nothing_opens_the_door() -> None:
    assert deliver(VECTORS["vectors"][0]).status_code == 403
