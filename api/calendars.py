"""Calendar feeds: `GET /api/calendars/TOKEN.ics`, for calendar programs that cannot sign in. The token is the key."""

import re
from http import HTTPStatus
from urllib.parse import urlsplit

from flask import Blueprint, Response, current_app, request
from sqlalchemy.exc import SQLAlchemyError

from api.errors import fault, plain
from foundation.log import logger
from foundation.runtime import Runtime
from foundation.windows import Interval
from oncall.feed_service import FeedFacts, feed_facts, feed_of_token, is_to_be_noted, note_read
from oncall.published import Published, Revision, fingerprint, title, window

calendars = Blueprint("calendars", __name__, url_prefix="/api/calendars")
calendars.register_error_handler(Exception, fault)

TOKEN = re.compile(r"[0-9a-f]{32}")

MAX_AGE_SECONDS = 300
"""How long a client may use its copy without asking: a revoked feed is dead after that."""

HEADERS = {
    "Cache-Control": f"private, max-age={MAX_AGE_SECONDS}, must-revalidate",
    "Content-Disposition": 'inline; filename="on-call.ics"',
    "X-Robots-Tag": "noindex",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}

log = logger("api")


@calendars.get("/<token>.ics")
def read(token: str) -> Response:
    """Send the calendar, or 304 to a client that has it; a token that is unknown or revoked is 404, without saying which."""
    runtime: Runtime = current_app.extensions["switchboard"]
    if not TOKEN.fullmatch(token):
        return _unknown()
    with runtime.database.read() as session:
        feed = feed_of_token(session, token)
        if feed is None:
            return _unknown()
        facts, is_noteworthy = feed_facts(session, feed), is_to_be_noted(feed, runtime.clock.now())
    published, shown = _published(runtime, facts), window(runtime.clock.now())
    if is_noteworthy:
        _note(runtime, feed.id)
    response = Response(headers=HEADERS, content_type="text/calendar; charset=utf-8")
    response.set_etag(fingerprint(published, shown))
    response.make_conditional(request)
    if response.status_code == HTTPStatus.OK:
        response.data = _written(published, shown)
    return response


def _unknown() -> Response:
    return plain(404, "There is no calendar at this address; ask for a new one.")


def _published(runtime: Runtime, facts: FeedFacts) -> Published:
    return Published(
        title=title(facts.technician, facts.names, [roster.name for roster, _ in facts.rosters]),
        host=urlsplit(runtime.settings.public_base_url or "").hostname or "switchboard.invalid",
        rosters=tuple((roster, Revision(changes.count, changes.last_at)) for roster, changes in facts.rosters),
        technician=facts.technician,
        names=facts.names,
        zone=facts.zone,
    )


def _written(published: Published, shown: Interval) -> bytes:
    # icalendar takes 0.05 to 0.08 s to import, and no call needs it.
    from oncall.calendar import feed  # noqa: PLC0415 - measured above

    return feed(published, shown)


def _note(runtime: Runtime, feed_id: int) -> None:
    """Note the reading if that is possible: a busy database is no reason to send nothing."""
    try:
        with runtime.database.begin() as session:
            note_read(session, feed_id, runtime.clock.now())
    except (SQLAlchemyError, TimeoutError) as trouble:
        log.warning("reading_not_noted", feed=feed_id, said=type(trouble).__name__)
