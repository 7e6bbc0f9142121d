"""`switchboard docs`: writes the generated pages of the documentation."""

from pathlib import Path

import click

from foundation.errors import Refused
from switchboard.pages import pages


@click.command(hidden=True)
@click.option("--into", "folder", type=click.Path(path_type=Path), default="docs", help="Folder of the pages.")
def docs(folder: Path) -> None:
    """Write the generated pages of the documentation again.

    \b
    Example:
      switchboard docs
    """  # noqa: D301 - \b is click's mark for a paragraph that is not wrapped
    if not folder.is_dir():
        raise Refused("docs_elsewhere", folder=str(folder))
    for place, text in pages().items():
        file = folder / place
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        click.echo(f"wrote {file}")
