"""Questions that a safe test on one sheet with one account cannot answer; each says why, so that nobody waits for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from sheetsync.trackers.google.selftest.answers import Finding, could_not
from sheetsync.trackers.google.selftest.lab import Lab
from sheetsync.trackers.google.selftest.probes.question import Question


def _because(why: str) -> Callable[[Lab], Finding]:
    def ask(_lab: Lab) -> Finding:
        return could_not(why)

    return ask


QUESTIONS: Final = tuple(
    Question(id_, text, _because(why))
    for id_, text, why in (
        ("error-protected", "How is a write to somebody else's protected range refused?",
         "It needs a second account that protects cells against this one."),
        ("error-api-off", "How is a login refused whose project has the Sheets API switched off?",
         "It needs a second project; switching the API off would stop the worker."),
        ("error-office-file", "How is an Excel file in Drive refused?",
         "It needs such a file in Drive, beside the sheet."),
        ("one-revision", "Do all ranges of one values:batchGet come from one revision?",
         "It needs many writes beside many reads, more than a sheet in use should bear."),
        ("same-transaction", "Is the state in an answer that of exactly this transaction?",
         "It needs somebody else to write between applying and answering, which nobody outside Google can time."),
        ("failed-calls-quota", "Do refused calls count against the quota?",
         "It needs the quota to be used up, which would stop the worker for a minute."),
        ("modified-time-lag", "How late is Drive's modifiedTime?",
         "It needs the scope of Drive, which sheetsync does not ask for."),
        ("marks-copied", "Do hidden marks survive copying the spreadsheet, and does another project see them?",
         "It needs a copy of the whole spreadsheet and a login of a second project."),
        ("chips-survive", "Do smart chips survive a write of the value alone?",
         "Only a person can put one of every kind into a cell; sheetsync writes to no cell of staff's columns."),
        ("tables", "Do Tables behave as plain ranges do?",
         "sheetsync makes no Tables, and one would change how the scratch tab behaves for every other question."),
        ("service-account-files", "May a service account own files?",
         "It needs the scope of Drive, and would make a file."),
        ("adc-scope", "Does a login of the gcloud tool lack the scope for spreadsheets?",
         "It depends on how the person of that machine logged in; sheetsync doctor tells it for yours."),
    )
)  # fmt: skip
