"""statuses.yaml: the one list of statuses, what each means, and which of them pause a clock."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Final, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from sheetsync.domain.model import STAGES
from sheetsync.domain.rules import StatusKind, StatusRule, StatusRules
from sheetsync.domain.texts import fold
from sheetsync.rulebook.page import Page
from sheetsync.yamlfiles.checking import Misplaced, Strict
from sheetsync.yamlfiles.values import Duration, PositiveSpan, Text
from sheetsync.yamlfiles.words import did_you_mean, shown

Stage = Literal["Allocation", "Picking", "Packing", "Dispatch", "Transit", "Closeout"]

_NEEDED: Final[Mapping[str, tuple[StatusKind, str]]] = {
    "Pending": ("derived", "Allocation"), "Allocated": ("derived", "Picking"),
    "Picking": ("derived", "Picking"), "Packing": ("derived", "Packing"),
    "Ready": ("derived", "Dispatch"), "Shipped": ("derived", "Transit"),
    "Delivered": ("shared", "Closeout"), "Completed": ("shared", ""),
}  # fmt: skip
"""The statuses that sheetsync itself writes; the team's other words for them are aliases."""


def _stages(value: Any) -> tuple[str, ...]:
    if value == "all":
        return ("*",)
    if not isinstance(value, list) or not value:
        raise ValueError(f"{shown(value)} is not understood; write all, or a list of stages in [ ]")
    for n, stage in enumerate(value):
        if stage not in STAGES:
            raise Misplaced(f"{shown(stage)} is not a stage{did_you_mean(str(stage), STAGES)}", n)
    return tuple(value)


Pauses = Annotated[
    tuple[str, ...],
    BeforeValidator(_stages),
    WithJsonSchema(
        {"anyOf": [{"const": "all"}, {"type": "array", "items": {"enum": list(STAGES)}}]}
    ),
]


class StatusModel(Strict):
    """One status."""

    moved: ClassVar[Mapping[str, str]] = {
        "pauses_clock": "pauses have one home: write this status under pauses, further down",
        "pause": "pauses have one home: write this status under pauses, further down",
    }

    kind: StatusKind = Field(
        description="derived: from ticks and dates; manual: only a person; shared: both; overlay: "
        "a condition over the stage; alias_group: stands for several."
    )
    stage: Stage | None = Field(default=None, description="The stage whose clock runs.")
    open: bool = Field(default=True, description="Whether work on the order goes on.")
    final: bool = Field(default=False, description="Whether nothing follows.")
    exception: bool = Field(default=False, description="Whether it is a problem to be solved.")
    means: list[Text] = Field(default=[], description="Of an alias group: its members.")
    aliases: list[Text] = Field(default=[], description="Other spellings that mean this status.")


class AutoComplete(Strict):
    """When a delivered order counts as completed by itself."""

    after: PositiveSpan
    unless_open_exception: bool = True


class OnUntick(Strict):
    """An un-tick within this time is a slip; a later one is rework, kept and flagged."""

    within: Duration


class StatusesFile(Strict):
    """The whole of statuses.yaml."""

    version: Literal[1]
    vocabulary: Literal["full", "simple"] = Field(
        default="full",
        description="simple writes In Progress for Allocated, Picking, Packing and Ready.",
    )
    statuses: dict[Text, StatusModel]
    pauses: dict[Text, Pauses] = Field(
        default={}, description="Status: all, or the stages it pauses."
    )
    next: dict[Text, list[Text]] = Field(
        default={}, description="What usually follows; anything else is allowed but flagged."
    )
    auto_complete: AutoComplete | None = None
    on_untick: OnUntick


def compile_statuses(page: Page, model: StatusesFile) -> StatusRules:
    """All of statuses.yaml."""
    _needed(page, model)
    _no_alias_twice(page, model)
    for name in model.pauses:
        page.known(("pauses", name), name, model.statuses, "a status", at_key=True)
    for name, following in model.next.items():
        page.known(("next", name), name, model.statuses, "a status", at_key=True)
        for n, other in enumerate(following):
            page.known(("next", name, n), other, model.statuses, "a status")
    auto = model.auto_complete
    return StatusRules(
        statuses={name: _status(page, model, name) for name in model.statuses},
        aliases=dict(page.names.status_aliases),
        next={name: tuple(following) for name, following in model.next.items()},
        auto_complete_after=auto.after if auto else None,
        auto_complete_unless_exception=auto.unless_open_exception if auto else True,
        untick_grace=model.on_untick.within,
        vocabulary=model.vocabulary,
    )


def _status(page: Page, model: StatusesFile, name: str) -> StatusRule:
    status, path = model.statuses[name], ("statuses", name)
    is_group = status.kind == "alias_group"
    if is_group != bool(status.means):
        words = "an alias_group needs means: the statuses that it stands for; no other kind has it"
        page.problem(path, words, at_key=True)
    for n, member in enumerate(status.means):
        known = page.known((*path, "means", n), member, model.statuses, "a status")
        if known and model.statuses[member].kind == "alias_group":
            page.problem((*path, "means", n), f"{shown(member)} is a group itself")
    return StatusRule(
        name=name,
        kind=status.kind,
        stage=status.stage or "",
        open=status.open,
        final=status.final,
        exception=status.exception,
        pauses=model.pauses.get(name, ()),
        means=tuple(status.means),
        source=page.source(*path),
    )


def _needed(page: Page, model: StatusesFile) -> None:
    for name, (kind, stage) in _NEEDED.items():
        status = model.statuses.get(name)
        if status is None:
            words = f"the status {name} is missing; sheetsync writes it (give it other names by aliases)"
            page.problem(("statuses",), words, at_key=True)
        elif (status.kind, status.stage or "") != (kind, stage):
            wanted = f"kind {kind}" + (f" and stage {stage}" if stage else " and no stage")
            page.problem(("statuses", name), f"{name} must have {wanted}", at_key=True)


def _no_alias_twice(page: Page, model: StatusesFile) -> None:
    seen: dict[str, str] = {fold(name): name for name in model.statuses}
    if len(seen) < len(model.statuses):
        page.problem(("statuses",), "two statuses differ only in case or spaces", at_key=True)
    for name, status in model.statuses.items():
        for n, alias in enumerate(status.aliases):
            other = seen.setdefault(fold(alias), name)
            if other != name:
                words = f"{shown(alias)} already means {other}; keep one"
                page.problem(("statuses", name, "aliases", n), words)
