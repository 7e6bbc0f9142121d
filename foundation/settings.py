"""The settings, read from the environment or `.env` once, at start; a fault names the setting and shows a right one."""

from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from foundation.errors import Refused
from foundation.phone import PhoneNumber

EXAMPLES = {
    "DATABASE_URL": "sqlite:///var/switchboard.db or postgresql+psycopg://user:password@host/switchboard",
    "PUBLIC_BASE_URL": "https://line.example.com",
    "SERVICE_NUMBERS": "+12025550100,+12025550101",
    "TWILIO_ACCOUNT_SID": "AC followed by 32 hexadecimal digits",
    "TWILIO_AUTH_TOKEN": "the 32 characters from the carrier's console",
    "TWILIO_AUTH_TOKEN_SECONDARY": "the second token while tokens are rotated",
    "TWILIO_API_BASE_URL": "http://127.0.0.1:5080",
    "SECRET_KEY": "output of: python -c 'import secrets; print(secrets.token_hex(32))'",
    "TRUSTED_PROXIES": "0",
    "PORT": "5000",
    "LOG_LEVEL": "INFO",
    "LOG_FORMAT": "json or console",
    "SMTP_URL": "smtp://mail.example.com:587",
    "BREAK_GLASS_PUBLISHER": "file:var/break-glass.xml",
    "ORGANISATION": "Northwind support",
    "VAR_DIR": "var",
}

NEEDED_ON_THE_LINE = ("PUBLIC_BASE_URL", "SERVICE_NUMBERS", "TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN")
"""Settings without which neither the web nor the clock process can serve a call."""


class Settings(BaseSettings):
    """Every setting of the house; frozen, and secrets do not print."""

    model_config = SettingsConfigDict(env_file=".env", env_file_encoding="utf-8", extra="ignore", frozen=True)

    database_url: str = "sqlite:///var/switchboard.db"
    public_base_url: str | None = None
    service_numbers: Annotated[tuple[PhoneNumber, ...], NoDecode] = ()
    twilio_account_sid: str | None = None
    twilio_auth_token: SecretStr | None = None
    twilio_auth_token_secondary: SecretStr | None = None
    twilio_api_base_url: str | None = None
    secret_key: SecretStr | None = None
    trusted_proxies: int = Field(default=0, ge=0, le=10)
    port: int = Field(default=5000, ge=0, le=65535)
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_format: Literal["json", "console"] = "console"
    smtp_url: str | None = None
    break_glass_publisher: str = "file:var/break-glass.xml"
    organisation: str = "Technical support"
    var_dir: Path = Path("var")

    @field_validator("service_numbers", mode="before")
    @classmethod
    def _numbers(cls, given: object) -> object:
        if isinstance(given, str):
            return tuple(PhoneNumber.dialled(text.strip()) for text in given.split(",") if text.strip())
        return given

    @field_validator("public_base_url", "twilio_api_base_url")
    @classmethod
    def _address(cls, given: str | None) -> str | None:
        if not given:
            return None
        parts = urlsplit(given)
        if parts.scheme not in ("http", "https") or not parts.netloc or parts.query or parts.fragment:
            raise ValueError("needs a scheme and a host, and nothing behind them")
        return given.rstrip("/")

    @field_validator("database_url")
    @classmethod
    def _psycopg(cls, given: str) -> str:
        for plain in ("postgres://", "postgresql://"):
            if given.startswith(plain):
                return "postgresql+psycopg://" + given.removeprefix(plain)
        if not given.startswith(("sqlite:///", "postgresql+psycopg://")):
            raise ValueError("only sqlite:/// and postgresql+psycopg:// are known")
        return given

    @property
    def auth_tokens(self) -> tuple[str, ...]:
        """The tokens that may have signed a webhook: the primary one first."""
        given = (self.twilio_auth_token, self.twilio_auth_token_secondary)
        return tuple(token.get_secret_value() for token in given if token and token.get_secret_value())

    @property
    def service_number(self) -> PhoneNumber:
        """The number that calls and texts go out from: the first of SERVICE_NUMBERS."""
        return self.service_numbers[0]

    @property
    def on_duty_file(self) -> Path:
        """Where each machine keeps the snapshot of who is on duty, for the hour in which the database is away."""
        return self.var_dir / "on-duty.json"

    def require(self, *names: str) -> "Settings":
        """Return these settings if every named one is given; else Refused, naming each with an example."""
        missing = [name for name in names if not getattr(self, name.lower())]
        if missing:
            raise Refused(
                "settings_missing", mend="; ".join(f"set {name}, for example {EXAMPLES[name]}" for name in missing)
            )
        return self


def read_settings(**given: object) -> Settings:
    """Read and validate the settings; Refused names every malformed one with an example of a right one."""
    try:
        return Settings(**given)  # type: ignore[arg-type]  # pydantic checks the values and says which is wrong
    except ValidationError as fault:
        raise Refused(
            "settings_malformed", mend="; ".join(_told(error["loc"][0], error["msg"]) for error in fault.errors())
        ) from None


def _told(name: object, problem: str) -> str:
    setting = str(name).upper()
    return f"{setting}: {problem.removeprefix('Value error, ')}; for example {EXAMPLES.get(setting, 'see the README')}"
