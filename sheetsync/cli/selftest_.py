"""`sheetsync selftest`: for the owner of a Google Sheet, everything tried on scratch tabs of the sheet itself."""

from __future__ import annotations

import json
import random
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from sheetsync.cli.init_google import GoogleWishes, google_settings
from sheetsync.cli.output import counted, err, out
from sheetsync.cli.selftest_view import show
from sheetsync.config import Config, load_config, parse_config
from sheetsync.config.google import spreadsheet_id
from sheetsync.errors import UsageError
from sheetsync.trackers.google.api import SheetsApi
from sheetsync.trackers.google.selftest import Means, Selftest, Tell
from sheetsync.trackers.google.selftest.reporting import TITLE, as_json, markdown
from sheetsync.trackers.google.selftest.scratch import LeftOver
from sheetsync.trackers.google.structure import Structure
from sheetsync.worker.which_tracker import sheets_api

_WIDE: Final = 60
_AT_WILL: Final = {"reads_per_minute": "300", "writes_per_minute": "300"}
"""On a server for trying out nobody else's quota is used up."""


@click.command("selftest", short_help="try the promises on scratch tabs of a real sheet")
@click.option("--live", "sheet", metavar="ID",
              help="The Google Sheet: its id, or its address as copied from the browser.")  # fmt: skip
@click.option("--config", "config_path", metavar="PATH", type=click.Path(path_type=Path),
              help="Log in as this configuration says; without --live, its sheet is taken.")  # fmt: skip
@click.option("--key-file", metavar="FILE", type=click.Path(path_type=Path),
              help="The JSON key of the service account the sheet is shared with.")  # fmt: skip
@click.option("--login", type=click.Choice(["service_account", "adc", "none"]),
              help="Who logs in; by default the service account of --key-file.")  # fmt: skip
@click.option("--api-url", metavar="URL", help="Another Sheets server, for trying out.")
@click.option("--report", "report_path", metavar="FILE", type=click.Path(path_type=Path),
              default=Path("selftest-report.md"), show_default=True,
              help="Where the report goes; the same as JSON goes beside it.")  # fmt: skip
@click.option("--thorough", is_flag=True, help="Also send one request of 2.2 MB.")
@click.option("--yes", is_flag=True, help="Do not ask before anything is done.")
def command(
    sheet: str | None,
    config_path: Path | None,
    key_file: Path | None,
    login: str | None,
    api_url: str | None,
    report_path: Path,
    thorough: bool,
    yes: bool,
) -> int:
    """Try on a real Google Sheet what sheetsync promises, and find out how Google behaves.

    It is safe on a sheet in use: everything happens on two hidden scratch tabs, which are deleted at
    the end, also after Ctrl-C. No other tab is touched. At Google it takes about five minutes, below 40
    requests a minute. Exit code 1 when a promise does not hold.

    The report holds no cell of your sheet, no address and no id.
    """
    config = _config(
        sheet, config_path, GoogleWishes(sheet or "", "", "", "", key_file, login, api_url)
    )
    _refuse_file(report_path)
    api = sheets_api(config, _precise_clock, time.sleep)
    means = Means(
        now=_precise_clock, wait=time.sleep, stopwatch=time.perf_counter, dice=random.random,
        warn=lambda words: err.print(Text(words, style="yellow")),
    )  # fmt: skip
    test = Selftest(api, means)
    if not yes:
        _ask(*test.look(), api)
    with _counted_progress() as tell:
        report = test.run(tell, thorough=thorough)
    beside = report_path.with_suffix(".json")
    report_path.write_text(markdown(report), encoding="utf-8")
    beside.write_text(as_json(report), encoding="utf-8")
    show(report)
    out.print(Text(f"Report: {report_path}, and {beside.name} beside it."))
    return 0 if report.holds else 1


def _config(sheet: str | None, path: Path | None, wishes: GoogleWishes) -> Config:
    """The configuration that names the sheet and the login. Raises UsageError, ConfigError."""
    if path is not None and (wishes.key_file or wishes.login or wishes.api_url):
        raise UsageError("--config says who logs in; leave --key-file, --login and --api-url out.")
    if path is None and sheet is None:
        raise UsageError(
            "Name the sheet: sheetsync selftest --live ADDRESS --key-file FILE, or --config FILE."
        )
    id_ = _id(sheet) if sheet is not None else ""
    if path is None:
        google = google_settings(wishes) | (_AT_WILL if wishes.api_url else {})
        text = (
            f"version: 1\ntracker: {{kind: google, id: {json.dumps(id_)}, timezone: UTC}}\n"
            f"google: {json.dumps(google)}\n"
        )
        return parse_config(text, Path("command line"))
    config = load_config(path)
    if id_:
        tracker = config.tracker.model_copy(update={"kind": "google", "id": id_})
        return config.model_copy(update={"tracker": tracker})
    if config.tracker.kind != "google":
        raise UsageError(
            f"{path} names a workbook; a selftest is for a Google Sheet: --live ADDRESS."
        )
    return config


def _id(sheet: str) -> str:
    try:
        return spreadsheet_id(sheet)
    except ValueError as error:
        raise UsageError(f"--live: {error}") from error


def _refuse_file(path: Path) -> None:
    """Before anything is tried: the report must have a place, and nothing else is written over."""
    if path.suffix == ".json":
        raise UsageError("--report names the readable report, like selftest-report.md.")
    if not path.absolute().parent.is_dir():
        raise UsageError(f"There is no folder {path.absolute().parent} for the report.")
    if path.exists() and not _is_report(path):
        raise UsageError(
            f"{path} is there already and is no report of a selftest; name another file with --report."
        )


def _is_report(path: Path) -> bool:
    if not path.is_file():
        return False
    with path.open(encoding="utf-8", errors="replace") as file:
        return file.read(len(TITLE)) == TITLE


def _ask(structure: Structure, old: Sequence[LeftOver], api: SheetsApi) -> None:
    """Say what will happen, and go on only with a yes."""
    who = f", as {api.about.client_email}" if api.about.client_email else ""
    err.print(Text(f"“{structure.title}”, {counted(len(structure.tabs), 'tab')}{who}."))
    time_it_takes = "about five minutes" if api.client.at_google else "a moment"
    err.print(
        Text(
            f"Two hidden scratch tabs are added, used for {time_it_takes}, and deleted. No other tab is touched."
        )
    )
    for one in old:
        err.print(
            Text(
                f"“{one.title}”, which an earlier selftest of {one.began} left behind, is deleted first.",
                "yellow",
            )
        )
    if not sys.stdin.isatty():
        raise UsageError("Nobody is there to be asked; say --yes to go on without.")
    click.confirm("Go on?", abort=True, err=True)


def _precise_clock() -> datetime:
    return datetime.now(tz=UTC)


@contextmanager
def _counted_progress() -> Iterator[Tell]:
    """A line that says what is tried now, where somebody watches; gone at the end."""
    if not err.is_terminal:
        yield lambda _what, _number, _of: None
        return
    columns = (
        TextColumn("{task.description}"), BarColumn(bar_width=24), MofNCompleteColumn(),
        TimeElapsedColumn(),
    )  # fmt: skip
    with Progress(*columns, console=err, transient=True) as bar:
        task = bar.add_task("Looking", total=None, visible=False)

        def tell(what: str, number: int, of: int) -> None:
            short = what if len(what) <= _WIDE else f"{what[: _WIDE - 1]}…"
            bar.update(task, description=short, completed=number - 1, total=of, visible=True)

        yield tell
