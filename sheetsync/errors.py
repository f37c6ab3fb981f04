"""The error tree: every problem a person can cause or mend, as one sentence that ends with the next step.

    SheetsyncError                  base; `str(error)` is the sentence shown to a person      exit 1
    ├── UsageError                  the command line asks for something that cannot be        exit 2
    ├── ConfigError                 config.yaml is wrong; holds every problem found           exit 2
    ├── RulesError                  a rules file is wrong; holds every problem found          exit 2
    ├── PlanRefused                 the guard refuses a whole plan (mass change, no header)   exit 3
    ├── TrackerError                the sheet or workbook cannot be used
    │   ├── TrackerBusy             in use, half-written or mid-sync: try again later         exit 75
    │   └── TrackerRefused          not a workbook we can or may use; says why                exit 1
    ├── StoreError                  the state store cannot be used
    │   └── StoreCorrupt            the store is damaged or from a newer sheetsync            exit 78
    ├── MailError                   a message could not be built or handed over
    └── AlreadyRunning              another sheetsync works on this tracker                   exit 75
        ├── TrackerTaken            it has the lease; told until when
        └── LeaseLost               this one was stopped past its lease, and its pass ends

Anything else is a bug of ours: exit 70, with the place of the log.
"""

from __future__ import annotations

from dataclasses import dataclass


class SheetsyncError(Exception):
    """A problem told in one sentence for a person; never shown with a traceback."""

    exit_code = 1


class UsageError(SheetsyncError):
    """The command line asks for something that cannot be."""

    exit_code = 2


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in a file that a person edits: where it stands and what to do.

    `line` and `column` count from 1; 0 means that the place is the file as a whole.
    """

    file: str
    line: int
    column: int
    message: str

    def __str__(self) -> str:
        if not self.line:
            return f"{self.file}: {self.message}"
        return f"{self.file}:{self.line}:{self.column}: {self.message}"


class FileProblems(SheetsyncError):
    """Every problem found in files that a person edits; `problems` is never empty."""

    exit_code = 2

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in problems))


class ConfigError(FileProblems):
    """config.yaml cannot be used."""


class RulesError(FileProblems):
    """The rule files cannot be used as one set."""


class PlanRefused(SheetsyncError):
    """The guard refuses a whole plan: what was counted, the limit, and the way out."""

    exit_code = 3


class TrackerError(SheetsyncError):
    """The tracker (sheet or workbook) cannot be used now."""


class TrackerBusy(TrackerError):
    """In use, half-written or being synchronised: nothing is wrong yet, try again later."""

    exit_code = 75


class TrackerRefused(TrackerError):
    """Not a workbook that we can or may use; the sentence says which of the many reasons."""


class StoreError(SheetsyncError):
    """The state store cannot be used (disk full, locked, not writable)."""


class StoreCorrupt(StoreError):
    """The state store is damaged, or was written by a newer sheetsync."""

    exit_code = 78


class MailError(SheetsyncError):
    """A message could not be built or handed over.

    `permanent` tells a refusal that trying again cannot mend from a passing fault.
    """

    def __init__(self, message: str, *, permanent: bool) -> None:
        self.permanent = permanent
        super().__init__(message)


class AlreadyRunning(SheetsyncError):
    """Another sheetsync works on this tracker."""

    exit_code = 75


class TrackerTaken(AlreadyRunning):
    """Another worker has the lease on this tracker."""


class LeaseLost(AlreadyRunning):
    """This worker was stopped past its lease, or another one has taken the tracker over: its pass ends."""
