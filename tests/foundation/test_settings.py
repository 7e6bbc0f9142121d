import re

import pytest

from foundation.errors import Refused
from foundation.phone import PhoneNumber
from foundation.settings import EXAMPLES, NEEDED_ON_THE_LINE, Settings, read_settings


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    """No variable of ours, and no `.env` in the folder."""
    for name in EXAMPLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(str(tmp_path))


def mend(**environment: str) -> str:
    with pytest.raises(Refused) as refused:
        read_settings(**{name.lower(): value for name, value in environment.items()})
    return str(refused.value.facts["mend"])


def test_without_any_setting_the_shipped_defaults_hold() -> None:
    settings = read_settings()
    assert settings.database_url == "sqlite:///var/switchboard.db"
    assert (settings.trusted_proxies, settings.log_level) == (0, "INFO")


@pytest.mark.parametrize(
    ("name", "malformed"),
    [
        ("PUBLIC_BASE_URL", "line.example.com"),
        ("PUBLIC_BASE_URL", "ftp://line.example.com"),
        ("PUBLIC_BASE_URL", "https://line.example.com/?a=1"),
        ("SERVICE_NUMBERS", "202 555 0100"),
        ("SERVICE_NUMBERS", "+12025550100,anonymous"),
        ("DATABASE_URL", "mysql://db.example/switchboard"),
        ("TWILIO_API_BASE_URL", "not an address"),
        ("TRUSTED_PROXIES", "-1"),
        ("TRUSTED_PROXIES", "many"),
        ("PORT", "70000"),
        ("LOG_LEVEL", "LOUD"),
        ("LOG_FORMAT", "xml"),
    ],
)
def test_a_malformed_setting_is_named_with_an_example_of_a_right_one(name: str, malformed: str) -> None:
    told = mend(**{name: malformed})
    assert told.startswith(f"{name}: ")
    assert f"for example {EXAMPLES[name]}" in told


def test_every_malformed_setting_is_named_at_once() -> None:
    told = mend(PORT="x", LOG_FORMAT="xml")
    assert re.findall(r"(\w+): ", told)[:1] == ["PORT"]
    assert "LOG_FORMAT: " in told


def test_every_missing_setting_of_the_line_is_named_with_an_example() -> None:
    with pytest.raises(Refused) as refused:
        read_settings().require(*NEEDED_ON_THE_LINE)
    for name in NEEDED_ON_THE_LINE:
        assert f"set {name}, for example {EXAMPLES[name]}" in str(refused.value.facts["mend"])


def test_an_empty_setting_counts_as_missing() -> None:
    with pytest.raises(Refused) as refused:
        read_settings(twilio_auth_token="", public_base_url="").require("TWILIO_AUTH_TOKEN", "PUBLIC_BASE_URL")
    assert "set PUBLIC_BASE_URL" in str(refused.value.facts["mend"])


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SERVICE_NUMBERS", " +12025550100 , +442079460018,")
    monkeypatch.setenv("PUBLIC_BASE_URL", "https://line.example.com/")
    settings = read_settings()
    assert settings.service_numbers == (PhoneNumber("+12025550100"), PhoneNumber("+442079460018"))
    assert settings.service_number == PhoneNumber("+12025550100")
    assert settings.public_base_url == "https://line.example.com"


@pytest.mark.parametrize("plain", ["postgres://db.example/s", "postgresql://db.example/s"])
def test_a_plain_postgresql_address_gets_its_driver(plain: str) -> None:
    assert read_settings(database_url=plain).database_url == "postgresql+psycopg://db.example/s"


def test_both_tokens_count_while_they_are_rotated_and_empty_ones_do_not() -> None:
    both = read_settings(twilio_auth_token="new", twilio_auth_token_secondary="old")
    assert both.auth_tokens == ("new", "old")
    assert read_settings(twilio_auth_token="new", twilio_auth_token_secondary="").auth_tokens == ("new",)


def test_secrets_do_not_print() -> None:
    settings = read_settings(twilio_auth_token="opensesame", secret_key="opensesame")
    assert "opensesame" not in repr(settings)
    assert "opensesame" not in str(settings.model_dump())


def test_every_setting_has_an_example() -> None:
    assert {name.upper() for name in Settings.model_fields} == set(EXAMPLES)
