"""Twilio's own SDK, its requests led to the carrier's REST side in this process."""

import base64
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from twilio.http import HttpClient
from twilio.http.response import Response
from twilio.rest import Client
from werkzeug.test import Client as Browser

from simulator.rest import create_rest
from tests.simulator.rig import ACCOUNT, TOKEN, Rig

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


class InProcess(HttpClient):  # type: ignore[misc]  # the SDK ships no types
    """Hands the SDK's requests to a WSGI application, whatever host they name."""

    def __init__(self, application: "WSGIApplication") -> None:
        super().__init__(None, False, None)
        self._browser = Browser(application)

    def request(self, method: str, url: str, **given: Any) -> Response:  # noqa: ANN401 - the SDK says so
        headers = dict(given.get("headers") or {})
        if given.get("auth"):
            headers["Authorization"] = "Basic " + base64.b64encode(":".join(given["auth"]).encode()).decode()
        answer = self._browser.open(
            url.replace("https://api.twilio.com", ""),
            method=method,
            base_url="https://api.twilio.com",
            query_string=urlencode(given.get("params") or {}, doseq=True) or None,
            data=urlencode(given.get("data") or {}, doseq=True) if method == "POST" else None,
            content_type="application/x-www-form-urlencoded" if method == "POST" else None,
            headers=headers,
        )
        return Response(answer.status_code, answer.get_data(as_text=True), dict(answer.headers))


def sdk(rig: Rig, token: str = TOKEN) -> Client:
    return Client(ACCOUNT, token, http_client=InProcess(create_rest(rig.carrier)))
