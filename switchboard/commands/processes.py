"""`switchboard migrate`, `web` and `clock`: the processes of the service."""

import click

from foundation.errors import Refused
from foundation.settings import read_settings


@click.command()
def migrate() -> None:
    """Bring the database up to this version's schema; doing it again changes nothing.

    A SQLite file that is not there is made.

    \b
    Example:
      switchboard migrate
      DATABASE_URL=postgresql://switchboard@localhost/switchboard switchboard migrate
    """  # noqa: D301 - \b is click's mark for a paragraph that is not wrapped
    # SQLAlchemy and Alembic take 0.35 s to import; `web` and `clock` have them loaded by their own modules.
    from switchboard.opening import shown, upgrade_or_refuse  # noqa: PLC0415 - measured above

    url = read_settings().database_url
    upgrade_or_refuse(url)
    click.echo(f"{shown(url)} is at this version's schema")


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), help="Port; default: the setting PORT, or 5000.")
def web(host: str, port: int | None) -> None:
    """Run the development web server; in production use the line `web` of the Procfile.

    \b
    Example:
      switchboard web --port 8000
    """  # noqa: D301 - \b is click's mark for a paragraph that is not wrapped
    # Flask, SQLAlchemy and the carrier's library take 0.6 s to import; `--help` needs none of them.
    from werkzeug.serving import make_server  # noqa: PLC0415 - measured above

    from switchboard.factory import create_app  # noqa: PLC0415 - measured above

    chosen = read_settings().port if port is None else port
    app = create_app()
    try:
        server = make_server(host, chosen, app, threaded=True)
    except (OSError, SystemExit) as fault:
        raise Refused("port_taken", port=chosen, host=host, option="--port") from fault
    click.echo(f"web listens on http://{host}:{server.server_port}", err=True)
    server.serve_forever()


@click.command()
def clock() -> None:
    """Run the clock: rings, texts, handovers, due notices.

    Any number of clocks may run; two are harmless, none only costs punctuality.

    \b
    Example:
      switchboard clock
    """  # noqa: D301 - \b is click's mark for a paragraph that is not wrapped
    # APScheduler, SQLAlchemy and the carrier's library take 0.6 s to import; `--help` needs none of them.
    from switchboard.clockwork import run  # noqa: PLC0415 - measured above

    run()
