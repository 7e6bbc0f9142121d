"""The web application: settings read once, edges put together, health told; made anew by `create_app()` in every process."""

from flask import Flask, Response
from werkzeug.middleware.proxy_fix import ProxyFix

from api.calendars import calendars
from foundation.clock import Clock
from foundation.log import configure_logs, logger
from foundation.runtime import Runtime, make_runtime
from foundation.settings import NEEDED_ON_THE_LINE, Settings, read_settings
from switchboard.health import metrics_text, readiness
from telephony.signature import SignatureCheck
from webhooks.guard import guard
from webhooks.sms import sms
from webhooks.status import status
from webhooks.voice import hold, voice

LARGEST_FORM = 256 * 1024
"""Bytes of the largest form that is read; the carrier's are below 8 kB."""

log = logger("web")


def create_app(settings: Settings | None = None, clock: Clock | None = None) -> Flask:
    """Make the application; Refused names what is missing in the settings."""
    settings = (settings or read_settings()).require(*NEEDED_ON_THE_LINE)
    configure_logs(settings.log_level, settings.log_format)
    app = Flask("switchboard", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_FORM
    app.extensions["switchboard"] = make_runtime(settings, clock)
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops)  # type: ignore[method-assign]  # Flask's documented way
    guard(app, SignatureCheck(settings.auth_tokens), settings.public_base_url or "")
    for edge in (voice, hold, status, sms, calendars):
        app.register_blueprint(edge)
    _add_health(app, app.extensions["switchboard"])
    return app


def _add_health(app: Flask, runtime: Runtime) -> None:
    @app.get("/healthz")
    def healthz() -> Response:
        """Whether this process answers."""
        return Response("ok\n", mimetype="text/plain")

    @app.get("/readyz")
    def readyz() -> tuple[dict[str, object], int]:
        """Whether the database, its schema and the clock are in order."""
        told = readiness(runtime)
        return told, 200 if told["ready"] else 503

    @app.get("/metrics")
    def metrics() -> Response:
        """The house's figures, for Prometheus."""
        return Response(metrics_text(runtime), mimetype="text/plain; version=0.0.4; charset=utf-8")
