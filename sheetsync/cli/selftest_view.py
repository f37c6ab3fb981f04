"""The result of a selftest on the terminal: promises, then answers area by area, then the sheet afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Final

from rich.table import Table
from rich.text import Text

from sheetsync.cli.output import counted, out
from sheetsync.trackers.google.selftest import Answer, Kept, Report
from sheetsync.trackers.google.selftest.reporting import untouched, verdict

_OUTCOMES: Final = {"held": "green", "broken": "bold red", "not tried": "yellow"}
_VERDICTS: Final = {
    "yes": ("yes", "cyan"), "no": ("no", "magenta"), "number": ("", ""), "unknown": ("?", "dim"),
}  # fmt: skip


def show(report: Report) -> None:
    """Print the whole result."""
    out.print(_promises(report.kept))
    for area, answers in groupby(report.answers, key=lambda answer: answer.area):
        found = list(answers)
        told = [answer for answer in found if answer.finding.verdict != "unknown"]
        out.print()
        out.print(Text(area, style="bold"))
        if told:
            out.print(_answers(told))
        if len(told) < len(found):
            out.print(
                Text(
                    f"{counted(len(found) - len(told), 'question')} could not be told; the report says why.",
                    "dim",
                )
            )
    out.print()
    for sentence in untouched(report):
        out.print(Text(sentence))
    out.print(Text(verdict(report), style="green" if report.holds else "red"))


def _promises(promises: Sequence[Kept]) -> Table:
    table = _grid()
    for kept in promises:
        words = Text(kept.promise)
        if kept.says:
            words.append(f"\n{kept.says}", style="italic")
        table.add_row(Text(kept.outcome, style=_OUTCOMES[kept.outcome]), words)
    return table


def _answers(answers: list[Answer]) -> Table:
    table = _grid()
    for answer in answers:
        word, style = _VERDICTS[answer.finding.verdict]
        words = Text(answer.question)
        words.append(f"\n{answer.finding.says}", style="italic")
        table.add_row(Text(word, style=style), words)
    return table


def _grid() -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column("mark", no_wrap=True, min_width=9)
    table.add_column("words", overflow="fold")
    return table
