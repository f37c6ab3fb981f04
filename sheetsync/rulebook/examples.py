"""Examples that an operations manager writes: a row, a moment, and what sheetsync should say of it.

`sheetsync rules test` works each one out through the real plan, so that a changed rule shows at
once which of the team's own expectations it breaks. How a case is worked out is handed in; this
module reads, compares and tells.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path as FilePath
from typing import Annotated, Any, Final, Literal

from pydantic import Field, PlainValidator, WithJsonSchema

from sheetsync.domain.columns.headings import heading_lookup, normalise_heading
from sheetsync.domain.model import SLA_STATES, CellValue
from sheetsync.domain.moments import scalar_to_utc
from sheetsync.domain.rules import Rulebook, Source
from sheetsync.errors import Problem, RulesError, SheetsyncError
from sheetsync.yamlfiles.checking import Strict, check
from sheetsync.yamlfiles.document import Document, Path, read_document
from sheetsync.yamlfiles.values import Text, Timezone
from sheetsync.yamlfiles.words import did_you_mean, shown

NONE: Final = "none"
"""Written where no clock applies, or no status."""


def _moment(value: Any) -> datetime:
    """`2026-03-02 13:03` or `2026-03-02 13:03:01`, local to the file's time zone."""
    try:
        moment = datetime.fromisoformat(str(value).strip())
    except ValueError:
        moment = None
    if not isinstance(value, str) or moment is None or moment.tzinfo or len(value.strip()) < 16:
        raise ValueError(f"{shown(value)} is not a moment; write it like 2026-03-02 13:03")
    return moment


def _row(value: Any) -> dict[str, CellValue]:
    if not isinstance(value, dict) or not value:
        raise ValueError(f"a row is expected here, heading: value, not {shown(value)}")
    for heading, cell in value.items():
        if isinstance(cell, list | dict):
            words = f"{shown(heading)} must be one value: a text, a number, yes or no"
            raise ValueError(words)  # noqa: TRY004 - pydantic asks for ValueError
    return dict(value)


Moment = Annotated[
    datetime,
    PlainValidator(_moment),
    WithJsonSchema({"type": "string", "examples": ["2026-03-02 13:03"]}),
]
Row = Annotated[
    dict[str, Any],
    PlainValidator(_row),
    WithJsonSchema(
        {
            "type": "object",
            "additionalProperties": {"type": ["string", "number", "boolean", "null"]},
            "examples": [{"Order ID": "#SP-20491", "Picking Completed": "yes"}],
        }
    ),
]


class ExpectModel(Strict):
    """What sheetsync should say; what is left out is not looked at."""

    checks: list[Text] | None = Field(
        default=None, description="The ids of exactly these checks; [] for a row without any."
    )
    checks_include: list[Text] = Field(default=[], description="These ids are among them.")
    checks_leave_out: list[Text] = Field(default=[], description="These ids are not.")
    check_says: Text | None = Field(default=None, description="A part of the text under Check.")
    sla: Text | None = Field(default=None, description="OK, At risk, Breached, Paused ... or none.")
    sla_says: Text | None = Field(default=None, description="A part of the text under SLA.")
    status: Text | None = Field(default=None, description="What Status shows afterwards, or none.")


class ExampleModel(Strict):
    """One example."""

    name: Text = Field(description="What it shows, in a sentence.")
    now: Moment
    row: Row = Field(description="Heading: value, as in the tracker.")
    beside: list[Row] = Field(default=[], description="Other rows in the same tracker.")
    expect: ExpectModel


class ExamplesFile(Strict):
    """A file of rules/examples."""

    version: Literal[1]
    timezone: Timezone = Field(description="The zone of now and of the dates in the rows.")
    examples: list[ExampleModel] = Field(min_length=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One example, ready to be worked out. `now` is aware UTC; cells are as they would stand."""

    name: str
    now: datetime
    timezone: str
    row: dict[str, CellValue]
    beside: tuple[dict[str, CellValue], ...]
    expect: ExpectModel
    source: Source

    def cells(self, rules: Rulebook) -> list[list[CellValue]]:
        """The sheet of this case: its header, its row, then those beside it.

        It has the documents' fourteen columns, SLA, Check, and every heading the rows name.
        """
        lookup = heading_lookup(rules.columns)
        rows = [
            {lookup[normalise_heading(heading)]: cell for heading, cell in row.items()}
            for row in (self.row, *self.beside)
        ]
        named = {key for row in rows for key in row}
        keys = [
            key for key, rule in rules.columns.items()
            if rule.core or key in {"sla", "check"} or key in named
        ]  # fmt: skip
        header: list[CellValue] = [rules.columns[key].title for key in keys]
        return [header, *([row.get(key) for key in keys] for row in rows)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What the plan says of the case's row: ids, state and texts as staff would see them."""

    checks: frozenset[str]
    check_text: str = ""
    sla_state: str = ""
    sla_text: str = ""
    status: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExampleResult:
    """A case with what differed from its expectation, in sentences."""

    case: Case
    outcome: Outcome | None
    differences: tuple[str, ...] = field(default=())

    @property
    def passed(self) -> bool:
        """Whether everything expected was there."""
        return not self.differences


def load_examples(
    folder: str | FilePath, rules: Rulebook, *, known_checks: Iterable[str] = ()
) -> list[Case]:
    """The cases of `folder`/examples, by file name; an absent folder has none.

    `known_checks`: ids of checks beside those of the rules; without any, ids are not checked.
    Raises RulesError with every problem of every file.
    """
    known = frozenset({*known_checks, *(c.id for c in rules.checks)} if known_checks else ())
    cases: list[Case] = []
    problems: list[Problem] = []
    for path in sorted((FilePath(folder) / "examples").glob("*.yaml")):
        document = read_document(f"examples/{path.name}", path.read_bytes())
        model, found = check(document, ExamplesFile)
        if model is not None:
            found = list(_unknown_names(document, model, rules, known))
            cases += _cases(document, model)
        problems += found
    if problems:
        raise RulesError(problems)
    return cases


def _cases(document: Document, model: ExamplesFile) -> Iterable[Case]:
    for i, example in enumerate(model.examples):
        line, column = document.at_key(("examples", i))
        yield Case(
            name=example.name,
            now=scalar_to_utc(example.now, model.timezone),
            timezone=model.timezone,
            row=example.row,
            beside=tuple(example.beside),
            expect=example.expect,
            source=Source(document.file, line, column),
        )


def _unknown_names(
    document: Document, model: ExamplesFile, rules: Rulebook, known: frozenset[str]
) -> Iterable[Problem]:
    lookup = heading_lookup(rules.columns)
    titles = [name for rule in rules.columns.values() for name in (rule.title, *rule.aliases)]
    for i, example in enumerate(model.examples):
        here: Path = ("examples", i)
        rows: list[tuple[Path, dict[str, CellValue]]] = [(("row",), example.row)]
        rows += [(("beside", n), row) for n, row in enumerate(example.beside)]
        for where, row in rows:
            for heading in row:
                if normalise_heading(heading) not in lookup:
                    words = f"{shown(heading)} is no heading of columns.yaml"
                    place = document.at_key((*here, *where, heading))
                    yield Problem(document.file, *place, words + did_you_mean(heading, titles))
        yield from _unknown_expectations(document, (*here, "expect"), example.expect, rules, known)


def _unknown_expectations(
    document: Document, here: Path, expect: ExpectModel, rules: Rulebook, known: frozenset[str]
) -> Iterable[Problem]:
    for setting in ("checks", "checks_include", "checks_leave_out"):
        for n, name in enumerate(getattr(expect, setting) or ()):
            if known and name not in known:
                words = f"{shown(name)} is not the id of a check{did_you_mean(name, known)}"
                yield Problem(document.file, *document.at_value((*here, setting, n)), words)
    states = [state for state in SLA_STATES if state] + [NONE]
    for setting, options in (("sla", states), ("status", [*rules.statuses.statuses, NONE])):
        name = getattr(expect, setting)
        if name is not None and name not in options:
            words = f"{shown(name)} is not known here{did_you_mean(name, options)}"
            yield Problem(document.file, *document.at_value((*here, setting)), words)


def run_examples(cases: Sequence[Case], evaluate: Callable[[Case], Outcome]) -> list[ExampleResult]:
    """Each case worked out and compared, in order; one that cannot be worked out has failed."""
    results = []
    for case in cases:
        try:
            outcome = evaluate(case)
        except SheetsyncError as error:
            words = f"it could not be worked out: {error}"
            results.append(ExampleResult(case=case, outcome=None, differences=(words,)))
            continue
        differences = tuple(_differences(case.expect, outcome))
        results.append(ExampleResult(case=case, outcome=outcome, differences=differences))
    return results


def _differences(expect: ExpectModel, outcome: Outcome) -> Iterable[str]:
    found = ", ".join(sorted(outcome.checks)) or "none"
    if expect.checks is not None and set(expect.checks) != outcome.checks:
        wanted = ", ".join(sorted(expect.checks)) or "none"
        yield f"expected the checks {wanted}, found {found}"
    for name in expect.checks_include:
        if name not in outcome.checks:
            yield f"expected the check {name}, found {found}"
    for name in expect.checks_leave_out:
        if name in outcome.checks:
            yield f"expected no check {name}, but it is there"
    for what, state, shows in (
        ("SLA", expect.sla, outcome.sla_state),
        ("Status", expect.status, outcome.status),
    ):
        if state is not None and state != (shows or NONE):
            yield f"expected {what} {state}, found {shows or NONE}"
    for what, part, text in (
        ("SLA", expect.sla_says, outcome.sla_text),
        ("Check", expect.check_says, outcome.check_text),
    ):
        if part is not None and part.casefold() not in text.casefold():
            yield f"expected {what} to say {shown(part)}, found {shown(text)}"
