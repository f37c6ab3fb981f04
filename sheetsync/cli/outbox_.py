"""`sheetsync outbox`: the messages that wait, and those that a person must let go or drop."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from rich.table import Table
from rich.text import Text

from sheetsync.cli.options import config_option
from sheetsync.cli.output import counted, moment_text, out, plain
from sheetsync.cli.who import who_asks
from sheetsync.cli.wiring import open_workshop, wall_clock
from sheetsync.domain.moments import scalar_to_local
from sheetsync.store.outbox import OutboxRow
from sheetsync.worker.outbox_desk import UNSENT, Act, Choice, chosen, settle

_NEWEST = 50


@click.group("outbox", short_help="messages that wait: list, release, drop")
def command() -> None:
    """Messages that were decided and have not left, or wait for a person.

    Held are the mails of a pass that made too many at once; in doubt are mails of which nobody knows
    whether they left. Both wait until you release or drop them.
    """


@command.command("list", short_help="what waits, and why")
@config_option
@click.option(
    "--all", "everything", is_flag=True, help="Also the newest that were sent or ended otherwise."
)
@click.option(
    "--format", "style", type=click.Choice(["table", "json"]), default="table", show_default=True
)
def list_(config_path: Path, everything: bool, style: str) -> None:
    """List the messages that have not left: number, state, kind, recipient, subject, why."""
    with open_workshop(config_path) as workshop:
        outbox = workshop.store.outbox(workshop.state.id)
        rows = outbox.latest(_NEWEST) if everything else outbox.in_states(UNSENT)
        zone = workshop.timezone
    if style == "json":
        plain(json.dumps([_line(row) for row in rows], ensure_ascii=False, indent=2))
        return
    if not rows:
        out.print("No message waits.")
        return
    out.print(_table(rows, zone))


def _which(function: Callable[..., Any]) -> Callable[..., Any]:
    """The arguments that say which messages are meant."""
    numbers = click.argument("numbers", nargs=-1, type=int, metavar="[NUMBER]...")
    everything = click.option(
        "--all", "everything", is_flag=True, help="Every message that is held or in doubt."
    )
    kind = click.option(
        "--kind", default="", metavar="KIND", help="Only of this kind, such as escalation."
    )
    return config_option(numbers(everything(kind(function))))


@command.command("release", short_help="let messages go")
@_which
def release(config_path: Path, numbers: tuple[int, ...], everything: bool, kind: str) -> None:
    """Let messages that are held or in doubt go; they leave with the next pass.

    Who released a message, and when, is kept with it.
    """
    _settle(config_path, Choice(numbers=numbers, everything=everything, kind=kind), "release")


@command.command("drop", short_help="never send messages")
@_which
def drop(config_path: Path, numbers: tuple[int, ...], everything: bool, kind: str) -> None:
    """Never send messages; they are kept, with who dropped them and when.

    A message that only waits to be sent is dropped by its number.
    """
    _settle(config_path, Choice(numbers=numbers, everything=everything, kind=kind), "drop")


def _settle(config_path: Path, choice: Choice, act: Act) -> None:
    with open_workshop(config_path) as workshop:
        outbox = workshop.store.outbox(workshop.state.id)
        rows = chosen(outbox, choice, act)
        count = settle(outbox, rows, act, who=who_asks(), now=wall_clock())
    ending = "released; they leave with the next pass" if act == "release" else "dropped"
    out.print(f"{counted(count, 'message')} {ending}.")


def _table(rows: list[OutboxRow], zone: str) -> Table:
    table = Table(show_edge=False, pad_edge=False)
    for heading in ("No.", "State", "Kind", "To", "Subject", "Since", "Why"):
        table.add_column(heading, overflow="fold", no_wrap=heading in {"No.", "State"})
    for row in rows:
        since = moment_text(scalar_to_local(row.changed_at, zone))
        table.add_row(
            str(row.id), row.state.replace("_", " "), row.kind, Text(row.recipient), Text(row.subject),
            since, Text(row.last_error),
        )  # fmt: skip
    return table


def _line(row: OutboxRow) -> dict[str, Any]:
    return {
        "number": row.id, "state": row.state, "kind": row.kind, "to": row.recipient,
        "subject": row.subject, "orders": list(row.orders), "since": row.changed_at.isoformat(),
        "why": row.last_error, "attempts": row.attempts,
    }  # fmt: skip
