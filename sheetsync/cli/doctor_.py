"""`sheetsync doctor`: the whole set-up looked over, as a checklist in words."""

from __future__ import annotations

import os
from pathlib import Path

import click
from rich.table import Table
from rich.text import Text

from sheetsync.cli.options import config_option
from sheetsync.cli.output import counted, out, progress
from sheetsync.cli.wiring import open_workshop, pause, wall_clock
from sheetsync.worker.doctor import Diagnosis, look_over
from sheetsync.worker.rebuilding import rebuild_outbox as rebuild

_MARKS = {"ok": ("ok", "green"), "note": ("note", "blue"), "warn": ("look", "yellow"),
          "bad": ("BAD", "bold red")}  # fmt: skip


@click.command("doctor", short_help="look the whole set-up over")
@config_option
@click.option(
    "--mail",
    "try_mail",
    is_flag=True,
    help="Also call the mail server and log in; nothing is sent.",
)
@click.option(
    "--rebuild-outbox",
    is_flag=True,
    help="After a store was lost: take over what the tab Messages says was sent.",
)
def command(config_path: Path, try_mail: bool, rebuild_outbox: bool) -> int:
    """Look over configuration, rules, workbook, folders, store, mail and worker.

    Nothing is written or sent. Each line says what is there and, where needed, what to do. Exit code 1
    when something is bad: a pass cannot do its work, or goes on with the last good rules.

    With --rebuild-outbox nothing is looked over: what the tab Messages of the tracker tells of is taken over into
    the store, so that no message leaves a second time. sheetsync adopt does so by itself.
    """
    if rebuild_outbox:
        return _rebuild(config_path)
    with progress("Looking"):
        found = list(
            look_over(
                config_path, now=wall_clock(), environment=os.environ, wait=pause,
                try_mail=try_mail,
            )
        )  # fmt: skip
    show_diagnoses(found)
    return int(any(diagnosis.level == "bad" for diagnosis in found))


def _rebuild(config_path: Path) -> int:
    with open_workshop(config_path) as workshop:
        done = rebuild(workshop, wall_clock())
    if done is None:
        out.print("The tracker has no tab Messages with marks; there is nothing to take over.")
        return 1
    taken = done.sent + done.uncertain + done.others
    out.print(
        f"{counted(taken, 'message')} taken over: {done.sent} sent, {done.uncertain} uncertain."
    )
    if done.known:
        out.print(f"{counted(done.known, 'message')} were known already.")
    if done.uncertain:
        out.print("Nobody knows whether the uncertain ones left. sheetsync outbox list shows them.")
    return 0


def show_diagnoses(found: list[Diagnosis]) -> None:
    """A checklist in words, and how it stands as a whole."""
    table = Table.grid(padding=(0, 2))
    for name in ("mark", "topic", "words"):
        table.add_column(name, no_wrap=name != "words", overflow="fold")
    for diagnosis in found:
        word, style = _MARKS[diagnosis.level]
        words = Text(diagnosis.sentence)
        if diagnosis.next_step:
            words.append(f"\n{diagnosis.next_step}", style="italic")
        table.add_row(Text(word, style=style), Text(diagnosis.topic, style="dim"), words)
    out.print(table)
    bad, look = (sum(d.level == level for d in found) for level in ("bad", "warn"))
    if bad:
        out.print(Text(f"{bad} to mend, {look} to look at.", style="red"))
    elif look:
        out.print(Text(f"It works; {look} to look at.", style="yellow"))
    else:
        out.print(Text("All is well.", style="green"))
