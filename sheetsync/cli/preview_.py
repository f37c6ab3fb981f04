"""`sheetsync preview`: every message with sample data, as files to look at; nothing is sent."""

from __future__ import annotations

from pathlib import Path

import click

from sheetsync.cli.options import config_option
from sheetsync.cli.output import out
from sheetsync.config import load_config
from sheetsync.messages.preview import INDEX
from sheetsync.worker.previewing import preview


@click.command("preview", short_help="every mail and SMS with sample data, to look at")
@config_option
@click.argument("kind", required=False, default="")
@click.option(
    "--locale", "locales", multiple=True, metavar="LANGUAGE",
    help="Only in this language, such as de or en_US; may be given several times. "
    "[default: every language there are templates in]",
)  # fmt: skip
@click.option(
    "--out", "folder", type=click.Path(path_type=Path, file_okay=False),
    help="The folder to write into. [default: mail_preview beside the configuration]",
)  # fmt: skip
def command(config_path: Path, kind: str, locales: tuple[str, ...], folder: Path | None) -> int:
    """Write each message (or only those called KIND) as mail, page and plain text, and an index of all.

    The orders are invented, the sender and the templates are yours: look before you switch letters to
    customers on, and after each change of a template. Nothing is sent. Exit code 1 when a template of
    yours cannot be used, each told with its file and line.
    """
    config = load_config(config_path)
    looked = preview(config, folder or config.folder / "mail_preview", kind=kind, locales=locales)
    for problem in looked.problems:
        out.print(str(problem), soft_wrap=True, markup=False, highlight=False)
    made = [entry for entry in looked.preview.entries if not entry.problem]
    words = "message" if len(made) == 1 else "messages"
    place = (looked.preview.folder / INDEX).resolve()
    out.print(f"{len(made)} {words} written; look at {place}", soft_wrap=True, highlight=False)
    return int(bool(looked.problems or looked.preview.problems))
