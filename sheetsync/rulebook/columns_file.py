"""columns.yaml: which columns the tracker has, who owns each, and what is checked in every row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Final, Literal

from pydantic import Field, model_validator

from sheetsync.domain.columns.headings import normalise_heading
from sheetsync.domain.model import WRITABLE, Owner, Severity
from sheetsync.domain.rules import ColumnRule, ColumnType, RowCheck
from sheetsync.domain.texts import fold
from sheetsync.rulebook.page import Page
from sheetsync.rulebook.values import When
from sheetsync.yamlfiles.checking import Strict
from sheetsync.yamlfiles.document import Path
from sheetsync.yamlfiles.values import Name, Pattern, Text
from sheetsync.yamlfiles.words import did_you_mean, shown

CORE: Final = (
    "order_id", "ordered_at", "customer", "skus", "priority", "allocated", "picked", "packed",
    "carrier", "dispatched_at", "tracking", "status", "handler", "notes",
)  # fmt: skip
"""The documents' fourteen, in the documents' order."""

WORKERS_OWN: Final = (
    "allocated_at", "picked_at", "packed_at", "vendor_confirmed_at", "sla", "sla_due", "check",
    "next_action",
)  # fmt: skip

_TYPES: Final[Mapping[str, ColumnType]] = {
    "order_id": "id", "ordered_at": "datetime", "skus": "sku_list", "priority": "choice",
    "allocated": "checkbox", "picked": "checkbox", "packed": "checkbox", "carrier": "choice",
    "dispatched_at": "datetime", "tracking": "tracking", "status": "choice",
    "promised_at": "datetime", "dispatch_by": "datetime", "delivered_at": "datetime",
    "allocated_at": "datetime", "picked_at": "datetime", "packed_at": "datetime",
    "sla": "text", "sla_due": "datetime", "check": "text", "next_action": "text",
    "customer_email": "email", "customer_channel": "choice", "csat": "number",
    "eta": "datetime", "new_eta": "datetime", "delay_cause": "choice", "next_step": "choice",
    "alternatives": "choice", "vendor": "text", "vendor_confirmed": "choice", "vendor_confirmed_at": "datetime",
    "vendor_note": "text", "vendor_ship_at": "datetime", "ship_to": "text",
}  # fmt: skip
_TAKEN: Final = ("row", "usable", "status_known", "dispatched", "delivered", "any_of", "none_of")


class ColumnModel(Strict):
    """One column of the tracker tab."""

    key: Name = Field(description="Its name in the rules; headings may change, this stays.")
    title: Text = Field(description="The heading in the tracker.")
    aliases: list[Text] = Field(default=[], description="Other headings that mean this column.")
    type: ColumnType = Field(default="text", description="What its cells hold.")
    owner: Owner = Field(
        default="staff", description="Who writes it: staff, worker (sheetsync), or shared."
    )
    required: bool = Field(default=False, description="Whether an empty cell is a problem.")
    required_when: When | None = Field(default=None, description="When an empty cell is a problem.")
    unique: bool = Field(default=False, description="Whether two orders may not hold the same.")
    pattern: Pattern = Field(default="", description="The shape that a text must have.")
    choices: list[Text] = Field(default=[], description="The values of a drop-down.")
    choices_from: Literal["", "carriers.yaml", "statuses.yaml"] = Field(
        default="", description="The file that holds the values of the drop-down."
    )
    choice_aliases: dict[str, Text] = Field(
        default={}, description="Other spellings of a choice: spelling: choice."
    )
    open_choices: bool = Field(default=False, description="Whether other values are accepted.")
    default: str = Field(default="", description="What an empty cell acts as.")
    not_before: Name | None = Field(
        default=None, description="A date column that may not be later than this one."
    )
    not_in_future: bool = Field(default=False, description="Whether a coming date is a problem.")
    severity: Severity = Field(default="error", description="How bad a problem in this column is.")
    message: str = Field(default="", description="What Check says of a bad value.")
    example: str = Field(default="", description="A good value.")
    help: str = Field(default="", description="The note on the heading, for packers to read.")
    width: float = Field(default=14, ge=2, le=120, description="Its width in the template.")
    template: Literal["shown", "hidden", "no"] = Field(
        default="shown", description="Whether the template workbook has it."
    )

    @model_validator(mode="after")
    def _choices_belong_to_choice(self) -> ColumnModel:
        has_choices = bool(self.choices or self.choices_from)
        if self.type == "choice" and not (has_choices or self.open_choices):
            raise ValueError("a choice needs choices, or choices_from with the file that has them")
        if self.type != "choice" and (has_choices or self.choice_aliases or self.open_choices):
            raise ValueError(f"choices belong to type choice, and this column is {self.type}")
        if self.choices and self.choices_from:
            raise ValueError("choices and choices_from say the same thing twice; keep one")
        if self.required and self.required_when:
            raise ValueError("required holds always, so required_when says nothing; keep one")
        return self


class RowCheckModel(Strict):
    """A check across the columns of one row."""

    id: Name
    when: When = Field(description="When the row is flagged.")
    severity: Severity = Field(description="error leaves the figures, warning is still counted.")
    columns: list[Name] = Field(min_length=1, description="The columns that it is about.")
    message: Text = Field(description="What is there, what is expected, what to do.")


class ColumnsFile(Strict):
    """The whole of columns.yaml."""

    moved: ClassVar[Mapping[str, str]] = {
        "header_row": "the header is searched for; write header_search_rows: 10 instead"
    }

    version: Literal[1]
    header_search_rows: int = Field(
        default=10, ge=1, le=100, description="In how many first rows the header is searched for."
    )
    columns: list[ColumnModel] = Field(min_length=1)
    row_checks: list[RowCheckModel] = Field(default=[])


def compile_columns(page: Page, model: ColumnsFile) -> dict[str, ColumnRule]:
    """The column rules by key, in the order of the file but the documents' fourteen first."""
    _no_heading_twice(page, model)
    rules: dict[str, ColumnRule] = {}
    for i, column in enumerate(model.columns):
        if column.key in rules:
            words = f"the key {shown(column.key)} stands twice, first in {rules[column.key].source}"
            page.problem(("columns", i, "key"), words)
            continue
        _check_key(page, column, i)
        rules[column.key] = _column(page, column, i)
    missing = [key for key in CORE if key not in rules]
    for key in missing:
        words = f"the column with the key {key} is missing; it is one of the documents' fourteen"
        page.problem(("columns",), words, at_key=True)
    first = [key for key in CORE if key in rules]
    return {key: rules[key] for key in [*first, *(k for k in rules if k not in CORE)]}


def compile_checks(page: Page, model: ColumnsFile) -> tuple[RowCheck, ...]:
    """The row checks, in the order of the file."""
    seen: dict[str, int] = {}
    checks = []
    for i, check in enumerate(model.row_checks):
        path = ("row_checks", i)
        if check.id in seen:
            page.problem((*path, "id"), f"the id {shown(check.id)} stands twice; choose another")
        seen[check.id] = i
        for n, key in enumerate(check.columns):
            page.column((*path, "columns", n), key)
        if not check.when:
            page.problem((*path, "when"), "this flags every row; write when it should hold")
        checks.append(
            RowCheck(
                id=check.id,
                when=page.when(check.when, (*path, "when")),
                severity=check.severity,
                columns=tuple(check.columns),
                message=check.message,
                source=page.source(*path),
            )
        )
    return tuple(checks)


def _no_heading_twice(page: Page, model: ColumnsFile) -> None:
    seen: dict[str, str] = {}
    for i, column in enumerate(model.columns):
        names: list[tuple[Path, str]] = [(("title",), column.title)]
        names += [(("aliases", n), alias) for n, alias in enumerate(column.aliases)]
        for path, name in names:
            other = seen.setdefault(normalise_heading(name), column.key)
            if other != column.key:
                words = f"the heading {shown(name)} already means the column {other}; keep one"
                page.problem(("columns", i, *path), words)


def _check_key(page: Page, column: ColumnModel, i: int) -> None:
    path = ("columns", i)
    if column.key in _TAKEN:
        page.problem((*path, "key"), f"{column.key} has a meaning of its own; choose another key")
    wanted = _TYPES.get(column.key)
    if wanted and column.type != wanted:
        words = f"the column {column.key} must be of type {wanted}: other rules build on it"
        page.problem((*path, "type"), words)
    if column.key in WORKERS_OWN and column.owner != "worker":
        words = f"the column {column.key} is written by sheetsync; write owner: worker"
        page.problem((*path, "owner"), words)
    if column.key not in WORKERS_OWN and column.owner == "worker":
        words = f"sheetsync has nothing to write into {column.key}; write owner: staff"
        page.problem((*path, "owner"), words)
    if column.key == "tracking" and column.pattern:
        words = "the shape of tracking numbers has one home: tracking in carriers.yaml; remove this"
        page.problem((*path, "pattern"), words, at_key=True)
    if column.owner == "shared" and column.key not in WRITABLE:
        words = f"sheetsync has nothing to fill into {column.key}; write owner: staff"
        page.problem((*path, "owner"), words)


def _column(page: Page, column: ColumnModel, i: int) -> ColumnRule:
    path = ("columns", i)
    if column.not_before is not None:
        page.column((*path, "not_before"), column.not_before, "datetime")
    choices, aliases = _choices(page, column)
    for alias, choice in column.choice_aliases.items():
        here = (*path, "choice_aliases", alias)
        if fold(choice) not in aliases:
            page.problem(here, f"{shown(choice)} is not a choice{did_you_mean(choice, choices)}")
        aliases.setdefault(fold(alias), aliases.get(fold(choice), choice))
    if column.default and choices and fold(column.default) not in aliases:
        words = f"{shown(column.default)} is not a choice{did_you_mean(column.default, choices)}"
        page.problem((*path, "default"), words)
    when = column.required_when
    return ColumnRule(
        key=column.key,
        title=column.title,
        aliases=tuple(column.aliases),
        type=column.type,
        owner=column.owner,
        core=column.key in CORE,
        required=column.required,
        required_when=page.when(when, (*path, "required_when")) if when else None,
        unique=column.unique,
        pattern=column.pattern,
        choices=choices,
        choice_aliases=aliases,
        open_choices=column.open_choices,
        default=column.default,
        not_before=column.not_before or "",
        not_in_future=column.not_in_future,
        severity=column.severity,
        message=column.message,
        example=column.example,
        help=column.help,
        width=column.width,
        template=column.template,
        source=page.source(*path),
    )


def _choices(page: Page, column: ColumnModel) -> tuple[tuple[str, ...], dict[str, str]]:
    """The choices as written, and folded text -> choice."""
    known: Mapping[str, str]
    if column.choices_from == "statuses.yaml":
        known = page.names.status_aliases
    elif column.choices_from == "carriers.yaml":
        known = page.names.carriers
    else:
        known = {fold(choice): choice for choice in column.choices}
    return tuple(dict.fromkeys(known.values())), dict(known)
