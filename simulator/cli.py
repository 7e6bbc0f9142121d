"""Commands: a simulator that serves, and phones in the terminal that use one."""

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click

from simulator.handset import BEHAVIOURS
from simulator.terminal import Keys, PhoneCall, Simulator, SimulatorError, doing, table

DEFAULT_URL = "http://127.0.0.1:5080"

Command = Callable[..., None]


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    r"""A carrier in a box: it speaks Twilio's REST and webhooks over HTTP, and has phones to play with.

    \b
    Example: python -m simulator call --from +12025550111 --keys 1
    """


@main.command()
@click.option("--port", default=5080, show_default=True, help="Local port; 0 takes any free one.")
@click.option("--account-sid", required=True, help="The account's identifier: AC and 32 hexadecimal digits.")
@click.option("--auth-token", required=True, help="The account's token: password of the REST side, key of signatures.")
@click.option("--service-number", required=True, multiple=True, help="A number of the account; may be repeated.")
@click.option("--voice-url", required=True, help="Asked what to do with a call.")
@click.option("--fallback-url", default="", help="Asked where the voice URL fails.")
@click.option("--status-url", default="", help="Told when an inbound call is over.")
@click.option("--sms-url", default="", help="Asked what to do with a text.")
@click.option("--phone-book", type=click.Path(path_type=Path), help='JSON: [{"number","name","role","note"}].')
@click.option("--calls-per-second", default=1.0, show_default=True, help="How many created calls are placed a second.")
def serve(port: int, phone_book: Path | None, calls_per_second: float, **given: Any) -> None:  # noqa: ANN401 - click's options
    r"""Serve the REST side, the page of phones and the control API on 127.0.0.1.

    \b
    Example: python -m simulator serve --account-sid AC... --auth-token secret --service-number +12025550100
                 --voice-url http://127.0.0.1:5000/webhooks/voice/inbound
    """
    # Flask and werkzeug take 0.2 s to load; the phone commands do without them.
    from simulator import serve as serving  # noqa: PLC0415 - see above
    from simulator.exchange import ServiceNumber  # noqa: PLC0415 - see above
    from simulator.faults import Faults  # noqa: PLC0415 - see above
    from simulator.phone_book import PhoneBookError, read_phone_book  # noqa: PLC0415 - see above

    try:
        book = read_phone_book(phone_book) if phone_book else ()
    except PhoneBookError as error:
        raise click.ClickException(str(error)) from error
    numbers = [
        ServiceNumber(number, given["voice_url"], given["fallback_url"], given["status_url"], given["sms_url"])
        for number in given["service_number"]
    ]
    account = serving.Account(given["account_sid"], given["auth_token"])
    station = serving.open_station(account, numbers, book, port)
    station.carrier.injected = Faults(calls_per_second=calls_per_second)
    click.echo(f"simulator ready at {station.address}")
    serving.serve(station)


def with_simulator(command: Command) -> Command:
    """Give a command the running simulator, and turn its refusals into exit code 1."""

    @click.option("--url", envvar="SIMULATOR_URL", default=DEFAULT_URL, show_default=True, help="The simulator.")
    @wraps(command)
    def run(url: str, **given: Any) -> None:  # noqa: ANN401 - click's options
        try:
            command(Simulator(url), **given)
        except SimulatorError as error:
            raise click.ClickException(str(error)) from error

    return run


PHONE = click.option("--phone", required=True, help="A number, or the beginning of a name in the phone book.")


@main.command()
@click.option("--from", "phone", required=True, help="Who calls: a number, or the beginning of a name.")
@click.option("--to", default="", help="The number called; the service's first one by default.")
@click.option("--caller-id", default="", help="Shown instead of the own number; anonymous withholds it.")
@click.option(
    "--keys", default="", help="One item per prompt: 1 or 204517# is pressed, w3 waits 3 s, say:words speaks."
)
@click.option("--seconds", default=60.0, show_default=True, help="Hang up after so long.")
@with_simulator
def call(simulator: Simulator, phone: str, to: str, caller_id: str, keys: str, seconds: float) -> None:
    r"""Call the service and print what is heard, with the seconds since the call began.

    \b
    Example: python -m simulator call --from dana --keys "1,w3,204517#,2"
    """
    try:
        items = Keys.read(keys)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--keys") from error
    PhoneCall(simulator, phone, items, click.echo).run(to, caller_id, seconds)


@main.command()
@click.option("--from", "phone", required=True, help="Who texts: a number, or the beginning of a name.")
@click.option("--to", default="", help="The number texted; the service's first one by default.")
@click.option("--body", required=True, help="What the text says.")
@with_simulator
def text(simulator: Simulator, phone: str, to: str, body: str) -> None:
    r"""Send a text to the service.

    \b
    Example: python -m simulator text --from sam --body "ACK 10428"
    """
    sent = simulator.do("text", {"phone": phone, "to": to, "body": body})["text"]
    click.echo(f"sent from {sent['from']} to {sent['to']}")


@main.command()
@PHONE
@with_simulator
def answer(simulator: Simulator, phone: str) -> None:
    r"""Pick up a ringing phone.

    \b
    Example: python -m simulator answer --phone sam
    """
    simulator.do("answer", {"phone": phone})
    click.echo("answered")


@main.command()
@PHONE
@with_simulator
def decline(simulator: Simulator, phone: str) -> None:
    r"""Turn a ringing call down.

    \b
    Example: python -m simulator decline --phone sam
    """
    simulator.do("decline", {"phone": phone})
    click.echo("declined")


@main.command()
@PHONE
@click.option("--keys", required=True, help="Keys to press: 0-9 * #.")
@with_simulator
def press(simulator: Simulator, phone: str, keys: str) -> None:
    r"""Press keys of a phone that is in a call.

    \b
    Example: python -m simulator press --phone sam --keys 1
    """
    simulator.do("press", {"phone": phone, "digits": keys})
    click.echo(f"pressed {keys}")


@main.command()
@PHONE
@click.option("--words", required=True, help="What is said.")
@with_simulator
def say(simulator: Simulator, phone: str, words: str) -> None:
    r"""Speak into a phone that is in a call.

    \b
    Example: python -m simulator say --phone dana --words "the whole network is down"
    """
    simulator.do("say", {"phone": phone, "text": words})
    click.echo("said")


@main.command()
@PHONE
@with_simulator
def hangup(simulator: Simulator, phone: str) -> None:
    r"""End a phone's call.

    \b
    Example: python -m simulator hangup --phone sam
    """
    simulator.do("hangup", {"phone": phone})
    click.echo("hung up")


@main.command()
@PHONE
@click.option(
    "--is", "behaviour", required=True, type=click.Choice(list(BEHAVIOURS)), help="What it does when it rings."
)
@click.option("--after", type=float, help="Seconds of ringing before it answers, declines or diverts.")
@with_simulator
def behaviour(simulator: Simulator, phone: str, behaviour: str, after: float | None) -> None:
    r"""Set what a phone does by itself when it rings.

    \b
    Example: python -m simulator behaviour --phone sam --is voicemail --after 12
    """
    settings = {} if after is None else {"after_seconds": after}
    simulator.do("behaviour", {"phone": phone, "behaviour": behaviour, "settings": settings})
    click.echo(f"{phone}: {behaviour}")


@main.command()
@with_simulator
def phones(simulator: Simulator) -> None:
    r"""List the phones: who, what they do, what they are doing.

    \b
    Example: python -m simulator phones
    """
    rows = [
        (phone["number"], phone["name"], phone["role"], phone["behaviour"], doing(phone["call"]), phone["note"])
        for phone in simulator.ask("state")["handsets"]
    ]
    for line in table([("NUMBER", "NAME", "ROLE", "WHEN IT RINGS", "NOW", "NOTE"), *rows]):
        click.echo(line)
