"""What a program hears when something fails: the right status, one plain sentence, and nothing of how it is built."""

from flask import Response
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException

from foundation.log import logger

log = logger("api")

RETRY_SECONDS = 60
"""When to come back if the database is away."""


def fault(raised: Exception) -> Response | HTTPException:
    """Answer for any request that failed: 503 where waiting helps, else 500."""
    if isinstance(raised, HTTPException):
        return raised
    log.error("api_failed", said=type(raised).__name__, exc_info=raised)
    if isinstance(raised, OperationalError | TimeoutError):
        return plain(503, "Out of order for a moment; try again later.", {"Retry-After": str(RETRY_SECONDS)})
    return plain(500, "Something went wrong here; the operators can read about it in the log.")


def plain(status: int, says: str, headers: dict[str, str] | None = None) -> Response:
    """Make an answer of one sentence, never kept by any cache."""
    return Response(says + "\n", status, {"Cache-Control": "no-store"} | (headers or {}), mimetype="text/plain")
