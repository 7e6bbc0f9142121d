"""A calendar that somebody named: a file, standard input, or an address on the web, read within limits of time and size."""

import sys
from pathlib import Path
from time import monotonic
from typing import IO
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from foundation.errors import Refused

LARGEST = 2 * 1024 * 1024
"""Bytes; a calendar of a working life is below one megabyte."""

PATIENCE_SECONDS = 20.0
"""How long the whole answer may take."""

SILENCE_SECONDS = 8.0
"""How long the other side may say nothing."""

PIECE = 64 * 1024

SCHEMES = {"http": "http", "https": "https", "webcal": "https", "webcals": "https"}
"""How an address begins, and how it is asked for: webcal is how calendar programs write https."""


def read_source(named: str, patience_seconds: float = PATIENCE_SECONDS) -> bytes:
    """Read the calendar at a path, at an address, or `-` for standard input; Refused says what is in the way."""
    if is_address(named):
        return _fetched(named, patience_seconds)
    try:
        if named == "-":
            return _limited(sys.stdin.buffer, named)
        with Path(named).open("rb") as file:
            return _limited(file, named)
    except OSError as fault:
        raise Refused("calendar_unreadable", source=named, why=fault.strerror or str(fault)) from fault


def is_address(named: str) -> bool:
    """Whether this is an address on the web."""
    return urlsplit(named).scheme.lower() in SCHEMES


def shown_source(named: str) -> str:
    """Write a source without what may be secret: of an address the host alone, of a path the file's name."""
    if is_address(named):
        return urlsplit(named).hostname or "an address"
    return "standard input" if named == "-" else Path(named).name


class _WebOnly(HTTPRedirectHandler):
    """Follows redirects to web addresses alone."""

    def redirect_request(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: object, newurl: str
    ) -> Request | None:
        if urlsplit(newurl).scheme.lower() not in ("http", "https"):
            raise URLError("it leads away from the web")
        return super().redirect_request(req, fp, code, msg, headers, newurl)  # type: ignore[arg-type]  # headers, as handed over


def _fetched(address: str, patience_seconds: float) -> bytes:
    parts = urlsplit(address)
    url = parts._replace(scheme=SCHEMES[parts.scheme.lower()]).geturl()
    until = monotonic() + patience_seconds
    try:
        asked = Request(url, headers={"Accept": "text/calendar", "User-Agent": "Switchboard"})  # noqa: S310 - SCHEMES holds http and https alone
        with build_opener(_WebOnly).open(asked, timeout=SILENCE_SECONDS) as answer:
            return _limited(answer, shown_source(address), until)
    except (
        OSError,
        ValueError,
    ) as fault:  # URLError and every failure of a connection are OSErrors; odd addresses ValueErrors
        why = getattr(fault, "reason", None) or fault
        raise Refused("calendar_unreadable", source=shown_source(address), why=why) from fault


def _limited(stream: IO[bytes], source: str, until: float | None = None) -> bytes:
    """Read to the end, unless that takes too long or comes to too much."""
    pieces, size = list[bytes](), 0
    while piece := _piece(stream):
        pieces.append(piece)
        size += len(piece)
        if size > LARGEST:
            raise Refused("calendar_too_large", source=source, limit=f"{LARGEST // 1024 // 1024} MB")
        if until is not None and monotonic() > until:
            raise Refused("calendar_unreadable", source=source, why="it took too long")
    return b"".join(pieces)


def _piece(stream: IO[bytes]) -> bytes:
    """Read what is there: a slow answer is looked at as it drips in, not when it is whole."""
    read1 = getattr(stream, "read1", None)
    piece: bytes = read1(PIECE) if read1 else stream.read(PIECE)
    return piece
