"""`switchboard drill` and `switchboard technician`: whether the people on duty can be reached, and numbers proven."""

import click

from foundation.errors import Refused
from switchboard import readiness
from switchboard.commands.options import acting, as_json, print_json, print_table


@click.command()
@click.option("--roster", metavar="KEY", help="Only the people on duty on this roster. Default: on every roster.")
@click.option("--channel", type=click.Choice(["call", "text"]), default="call", show_default=True, help="How to ask.")
@click.option("--list", "is_list", is_flag=True, help="Ask nobody; list the newest drills and what came of them.")
@acting
@as_json
def drill(roster: str | None, channel: str, actor: str, *, is_list: bool, is_json: bool) -> None:
    """Ask the people on duty now whether they can be reached: a call needs the key 1, a text the reply READY.

    \b
    Example:
      switchboard drill --roster critical
      switchboard drill --list
    """  # noqa: D301 - \b is click's mark for a paragraph that is not wrapped
    asked = readiness.drills(50) if is_list else readiness.drill(roster, channel, actor)
    if is_json:
        print_json({"drills": asked})
    elif not asked:
        click.echo("no drill yet" if is_list else "nobody is on duty now, so nobody was asked")
    else:
        print_table(list(asked[0]), [[str(value or "") for value in row.values()] for row in asked])


@click.group()
def technician() -> None:
    """Say who can be reached; prove that a number is a technician's own."""


@technician.command("list")
@as_json
def list_(*, is_json: bool) -> None:
    """List everybody who can be rung: can they be reached, why, and the score of the last 90 days (0 to 100).

    \b
    Example:
      switchboard technician list --json
    """  # noqa: D301 - as above
    people = readiness.everybody()
    rows = [(p.technician, p.answer.value, p.why, "" if p.score is None else str(p.score)) for p in people]
    if is_json:
        names = ("technician", "reachable", "why", "score")
        print_json(
            {
                "technicians": [
                    dict(zip(names, (*row[:3], p.score), strict=True)) for row, p in zip(rows, people, strict=True)
                ]
            }
        )
    else:
        print_table(["technician", "reachable", "why", "score"], rows)


@technician.group()
def verify() -> None:
    """Verify the number that gets a technician's pages, by a code in a text."""


@verify.command()
@click.argument("key")
def send(key: str) -> None:
    """Text a code to a technician, who replies with it or tells it to you.

    \b
    Example:
      switchboard technician verify send sam
    """  # noqa: D301 - as above
    click.echo(f"a code is on its way to {readiness.text_code(key)}; it holds for 15 minutes")


@verify.command()
@click.argument("key")
@click.argument("code")
def check(key: str, code: str) -> None:
    """Check the code that a technician tells you.

    \b
    Example:
      switchboard technician verify check sam 123456
    """  # noqa: D301 - as above
    if not readiness.is_code(key, code):
        raise Refused("code_wrong", key=key)
    click.echo(f"{key}: verified")
