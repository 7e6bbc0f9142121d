"""What the doors for machines keep to, whatever is added behind them."""

import ast
from collections.abc import Iterator
from pathlib import Path

from flask import Flask
from pydantic import SecretStr

from foundation.phone import PhoneNumber
from foundation.settings import Settings
from switchboard.factory import create_app
from tests.house.tree import ROOT, named

ASKED_DECODED = {"values", "url", "base_url", "host_url", "full_path", "json", "get_json"}
"""What Flask makes of a request: it mixes query and form, or decodes what a signature is over."""


def application(tmp_path: Path) -> Flask:
    return create_app(
        Settings(
            database_url=f"sqlite:///{tmp_path / 'none.db'}",
            public_base_url="https://line.example",
            service_numbers=(PhoneNumber("+12025550100"),),
            twilio_account_sid="AC" + "0" * 32,
            twilio_auth_token=SecretStr("12345"),
            log_level="ERROR",
        )
    )


def uses(folder: str, base: str) -> Iterator[tuple[str, str]]:
    """Yield the attributes of a name that the files of a folder use."""
    for path in sorted((ROOT / folder).glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == base:
                yield named(path), node.attr


def test_webhooks_read_the_form_and_the_raw_target_only() -> None:
    found = [
        (path, name) for base in ("request", "asked") for path, name in uses("webhooks", base) if name in ASKED_DECODED
    ]
    assert found == []


def test_no_webhook_can_ask_the_carrier_for_anything() -> None:
    asking = [named(path) for path in (ROOT / "webhooks").glob("*.py") if "twilio_rest" in path.read_text()]
    assert asking == []


def test_webhooks_are_posted_and_nothing_else(tmp_path: Path) -> None:
    rules = [rule for rule in application(tmp_path).url_map.iter_rules() if rule.rule.startswith("/webhooks/")]
    assert len(rules) > 10
    assert {method for rule in rules for method in rule.methods or ()} == {"POST", "OPTIONS"}


def test_every_webhook_has_an_answer_for_its_own_faults(tmp_path: Path) -> None:
    app = application(tmp_path)
    edges = {rule.endpoint.split(".")[0] for rule in app.url_map.iter_rules() if rule.rule.startswith("/webhooks/")}
    assert {edge for edge in edges if Exception not in app.error_handler_spec[edge][None]} == set()


def test_a_path_of_a_webhook_takes_texts_for_a_number_could_be_one_that_no_number_holds(tmp_path: Path) -> None:
    rules = [rule for rule in application(tmp_path).url_map.iter_rules() if rule.rule.startswith("/webhooks/")]
    assert [rule.rule for rule in rules if "<int" in rule.rule or "<float" in rule.rule] == []
