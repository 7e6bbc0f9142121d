"""Logs: one event name plus facts a line; numbers masked, secrets and pressed keys never written."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

from foundation.phone import masked

_NUMBER = re.compile(r"\+\d{7,15}")
_SECRET = frozenset({"digits", "pin", "token", "auth_token", "password", "secret", "signature"})


def configure_logs(level: str, form: str) -> None:
    """Send structured logs to standard error, as JSON lines or for eyes, from `level` upwards."""
    renderer: Any = (
        structlog.processors.JSONRenderer() if form == "json" else structlog.dev.ConsoleRenderer(colors=False)
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            hide_secrets,
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )


def hide_secrets(_logger: object, _method: str, facts: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Mask phone numbers in every text and drop the facts that nobody may read in a log."""
    for name, value in facts.items():
        if name in _SECRET:
            facts[name] = "(hidden)"
        elif isinstance(value, str):
            facts[name] = _NUMBER.sub(lambda found: masked(found.group()), value)
    return facts


def logger(name: str) -> structlog.typing.FilteringBoundLogger:
    """Return the logger of one part of the house."""
    made: structlog.typing.FilteringBoundLogger = structlog.get_logger(part=name)
    return made
