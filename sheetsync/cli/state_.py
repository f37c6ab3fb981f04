"""`sheetsync state`: check the store, copy it, put a copy back."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from sheetsync.cli.doctor_ import show_diagnoses
from sheetsync.cli.options import config_option
from sheetsync.cli.output import counted, err, moment_text, out, progress
from sheetsync.cli.who import who_asks
from sheetsync.cli.wiring import wall_clock
from sheetsync.config import load_config
from sheetsync.domain.moments import scalar_to_local
from sheetsync.errors import StoreCorrupt, StoreError
from sheetsync.store.looking import StoreFacts, look_at
from sheetsync.store.restoring import Restored
from sheetsync.worker import state_care


@click.group("state", short_help="the store: check, backup, restore")
def command() -> None:
    """Care for the store, in which everything is kept that was seen, written and sent.

    A store on a PostgreSQL server is cared for by that server's own tools.
    """


@command.command("check", short_help="is the store sound, and its newest copy?")
@config_option
def check(config_path: Path) -> int:
    """Look over every page, index and key of the store, its newest copy, and the room on its disk.

    Nothing is changed. Exit code 78 when the store is damaged, 1 when something else is bad.
    """
    config = load_config(config_path)
    with progress("Checking"):
        found = list(state_care.check(config, wall_clock()))
    show_diagnoses(found)
    broken = [diagnosis for diagnosis in found if diagnosis.level == "bad"]
    if any(diagnosis.topic == "store" for diagnosis in broken):
        return StoreCorrupt.exit_code
    return int(bool(broken))


@command.command("backup", short_help="copy the store now")
@config_option
def backup(config_path: Path) -> None:
    """Copy the store into state/backups, at any time, also while a worker runs.

    The copy is checked. Passes make copies by themselves; as many are kept as store.backups_kept says.
    """
    config = load_config(config_path)
    with progress("Copying the store"):
        made = state_care.back_up(config, wall_clock())
    out.print(f"Copied to {made}.", soft_wrap=True)


@command.command("restore", short_help="put a copy of the store back")
@click.argument("file", type=click.Path(path_type=Path))
@config_option
@click.option("--yes", is_flag=True, help="Do not ask: for scripts.")
def restore(file: Path, config_path: Path, yes: bool) -> int:
    """Put the copy FILE in the place of the store: show both, ask, exchange them.

    The next pass is a first look: nothing is mailed and no time is invented. What the present store
    knows to have been sent is carried over, and it is kept in state/replaced. Stop the worker first.
    """
    config = load_config(config_path)
    zone = config.tracker.timezone
    with state_care.alone(config):
        copy, present = state_care.chosen_copy(config, file), look_at(state_care.the_file(config))
        if copy.problem:
            raise StoreError(f"{copy.problem} It was not put back; choose another copy.")
        out.print(f"The copy:      {_words(copy, zone)}", soft_wrap=True)
        out.print(f"The store now: {present.problem or _words(present, zone)}", soft_wrap=True)
        if present.waiting:
            waiting = counted(present.waiting, "mail that waits", "mails that wait")
            out.print(f"{waiting} in the store now would not be sent.")
        if not yes and not click.confirm("Put the copy in the place of the store?", default=False):
            out.print("Nothing was changed.")
            return 3
        done = state_care.put_back(config, file, who=who_asks(), now=wall_clock())
    _tell(done)
    return 0


def _tell(done: Restored) -> None:
    if done.unread:
        err.print(
            f"[yellow]The former store could not be read to the end ({done.unread}), so mails that it sent "
            "since the copy are not known. The first look sends none again.[/]"
        )
    merged = (
        f" {counted(done.merged, 'sent mail')} of the former store carried over."
        if done.merged
        else ""
    )
    kept = f" The former store lies in {done.kept}." if done.kept else ""
    out.print(f"Put back.{merged}{kept} Next: sheetsync sync, or start the worker.", soft_wrap=True)


def _words(found: StoreFacts, zone: str) -> str:
    last = _local(found.last_pass, zone) if found.last_pass else "never"
    return (
        f"last pass {last}, {counted(found.orders, 'order')}, {counted(found.sent, 'mail')} sent "
        f"({', '.join(found.trackers) or 'no tracker'})"
    )


def _local(moment: datetime, zone: str) -> str:
    return moment_text(scalar_to_local(moment, zone))
