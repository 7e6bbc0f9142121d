"""What everything else is measured against: a Flask application that answers every webhook with one prepared document."""

from flask import Flask, Response

DOCUMENT = '<?xml version="1.0" encoding="UTF-8"?><Response><Say>Technical support.</Say></Response>'


def create_app() -> Flask:
    app = Flask(__name__)

    @app.post("/webhooks/<path:path>")
    def any_webhook(path: str) -> Response:
        del path
        return Response(DOCUMENT, mimetype="text/xml")

    return app
