"""`sheetsync status`: how every tracker of the store stands, from the store alone."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from rich.padding import Padding
from rich.text import Text

from sheetsync.cli.options import config_option
from sheetsync.cli.output import counted, moment_text, out, plain
from sheetsync.cli.wiring import open_workshop, wall_clock
from sheetsync.domain.moments import scalar_to_local
from sheetsync.worker.status import TrackerStatus, status_of

_COLOUR = {
    "watched": "green",
    "held": "bold red",
    "in trouble": "yellow",
    "not looked at yet": "blue",
}
_STATES = {"pending": "waiting", "retry": "to be tried again", "in_doubt": "in doubt"}


@click.command("status", short_help="how every tracker stands: held or not, and why")
@config_option
@click.option(
    "--format", "style", type=click.Choice(["text", "json"]), default="text", show_default=True
)
def command(config_path: Path, style: str) -> None:
    """Tell how every tracker of the store stands: state, why it is held, last pass, outbox, next try.

    The sheet is not looked at, so this may be asked at any time, beside a running worker.
    """
    with open_workshop(config_path) as workshop:
        found = status_of(workshop, wall_clock())
        zone = workshop.timezone
    if style == "json":
        plain(json.dumps([_line(status) for status in found], ensure_ascii=False, indent=2))
        return
    for status in found:
        _show(status, zone, wall_clock())


def _show(status: TrackerStatus, zone: str, now: datetime) -> None:
    since = f" since {_words(status.since, zone)}" if status.since else ""
    out.print(Text.assemble(
        (status.name, "bold"), ": ", (f"{status.standing}{since}", _COLOUR[status.standing])
    ))  # fmt: skip
    lines = [*([status.why] if status.why else []), *status.feeds_held]
    if status.approval is not None:
        lines.append(
            f"Approved by {status.approval.who} on {_words(status.approval.at, zone)}; the next pass does it."
        )
    lines.append(
        f"Last pass: {_words(status.last_pass, zone)}. Last good one: {_words(status.last_good, zone)}."
    )
    if status.failures and status.standing != "held":
        lines.append(f"{counted(status.failures, 'pass', 'passes')} in a row did not end well.")
    counts = ", ".join(
        f"{count} {_STATES.get(name, name)}" for name, count in status.outbox.items()
    )
    lines.append(f"Outbox: {counts or 'empty'}.")
    if status.conflicts:
        many = counted(status.conflicts, "conflict")
        lines.append(f"{many} to decide: see the tab Conflicts, or sheetsync conflicts.")
    if status.next_try is not None:
        late = " (overdue: does a worker run?)" if status.next_try < now else ""
        lines.append(f"Next try: by {_words(status.next_try, zone)}{late}.")
    if status.worker:
        lines.append(f"A worker on {status.worker} is at it now.")
    for line in lines:
        out.print(Padding(Text(line), (0, 0, 0, 2)))


def _words(moment: datetime | None, zone: str) -> str:
    return moment_text(scalar_to_local(moment, zone)) if moment else "never"


def _line(status: TrackerStatus) -> dict[str, Any]:
    approval = status.approval
    return {
        "name": status.name, "ref": status.ref, "standing": status.standing, "why": status.why,
        "held_since": _iso(status.since), "first_look": _iso(status.first_look),
        "last_pass": _iso(status.last_pass), "last_good_pass": _iso(status.last_good),
        "failures": status.failures, "outbox": dict(status.outbox),
        "approved_by": approval.who if approval else None,
        "approved_at": _iso(approval.at) if approval else None, "next_try": _iso(status.next_try),
        "worker": status.worker, "feeds_held": list(status.feeds_held), "conflicts": status.conflicts,
    }  # fmt: skip


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
