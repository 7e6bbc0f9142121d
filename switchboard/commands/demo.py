"""`switchboard demo`: everything on this machine, with phones in the browser."""

import os
import socket
from pathlib import Path

import click

from foundation.clock import SystemClock
from foundation.errors import Refused
from foundation.settings import read_settings
from switchboard.demo import DEFAULT_PORT, DEFAULT_SIMULATOR_PORT, made_up, run

DATABASE = "sqlite:///var/switchboard.db"
LOOPBACK = "127.0.0.1"


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), help=f"Port of the web process; default {DEFAULT_PORT}.")
@click.option("--simulator-port", type=click.IntRange(1, 65535), help=f"Port of the phones; {DEFAULT_SIMULATOR_PORT}.")
@click.option("--database-url", metavar="URL", help=f"Default: DATABASE_URL of the environment, or {DATABASE}.")
def demo(port: int | None, simulator_port: int | None, database_url: str | None) -> None:
    """Start everything on this machine, with phones in the browser.

    Web, clock and a simulated carrier run until Ctrl-C. The database is migrated and the demo's cast is put into it.
    Where a default port is taken, a free one is chosen; the addresses are printed.

    \b
    Example:
      switchboard demo
      switchboard demo --port 8000 --simulator-port 8080
    """  # noqa: D301 - \b is click's mark for a paragraph that is not wrapped
    url = read_settings(database_url=database_url or os.environ.get("DATABASE_URL") or DATABASE).database_url
    web = chosen_port(port, DEFAULT_PORT, "--port")
    phones = chosen_port(simulator_port, DEFAULT_SIMULATOR_PORT, "--simulator-port", taken=web)
    run(made_up(url, web, phones, Path("var") / "demo"), SystemClock(), click.echo)


def chosen_port(given: int | None, default: int, option: str, taken: int | None = None) -> int:
    """Return the port asked for, which must be free; without one the default, or any free port if that is taken."""
    if given is not None:
        if given == taken or not _is_free(given):
            raise Refused("port_taken", port=given, host=LOOPBACK, option=option)
        return given
    if default != taken and _is_free(default):
        return default
    with socket.socket() as listener:
        listener.bind((LOOPBACK, 0))
        port: int = listener.getsockname()[1]
        return port


def _is_free(port: int) -> bool:
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((LOOPBACK, port))
        except OSError:
            return False
        return True
