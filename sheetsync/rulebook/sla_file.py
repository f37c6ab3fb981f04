"""sla.yaml: how long each stage may take. Calendars, pauses and escalations live in their own files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Final, Literal

from pydantic import Field, model_validator

from sheetsync.domain.model import STAGES
from sheetsync.domain.rules import ALWAYS, Span, TargetLine, TargetRule
from sheetsync.rulebook.page import Page
from sheetsync.rulebook.shadow import note_shadowed
from sheetsync.rulebook.statuses_file import Stage
from sheetsync.rulebook.values import When
from sheetsync.yamlfiles.checking import Strict
from sheetsync.yamlfiles.document import Path
from sheetsync.yamlfiles.values import Name, PositiveSpan, Share
from sheetsync.yamlfiles.words import shown

_PAUSES: Final = "pauses have one home: pauses in statuses.yaml; remove this line"
_ESCALATION: Final = (
    "the escalation of a breach has one home: rules in escalation.yaml; remove this"
)


class LineModel(Strict):
    """One line of `by:`; the first whose condition holds gives the limit."""

    when: When | None = Field(default=None, description="Which orders; without it, all the rest.")
    within: PositiveSpan = Field(description="The limit: 30m, 4h, 3 working days.")


class TargetModel(Strict):
    """One clock."""

    moved: ClassVar[Mapping[str, str]] = {
        "on_breach": _ESCALATION,
        "escalate": _ESCALATION,
        "pause_when": _PAUSES,
    }

    id: Name
    stage: Stage | None = Field(default=None, description="The stage whose time is measured.")
    starts: Name = Field(description="The date column at which the clock starts.")
    stops: Name = Field(description="The date column at which it stops.")
    due: Name | None = Field(
        default=None, description="The date column with the promise, in place of stage and by."
    )
    compare: Literal["instant", "end_of_day"] = Field(
        default="instant", description="end_of_day: a promise holds to the end of its day."
    )
    calendar: Name | None = Field(default=None, description="Other than the default calendar.")
    warn_at: Share | None = Field(default=None, description="Other than the default share.")
    by: list[LineModel] = Field(default=[], description="First match wins; the last without when.")

    @model_validator(mode="after")
    def _stage_or_promise(self) -> TargetModel:
        if (self.stage is None) == (self.due is None):
            raise ValueError(
                "a target needs either stage (how long it may take) or due (the column of a promise)"
            )
        if self.stage and not self.by:
            raise ValueError('the setting "by" is missing here: the limits of this stage')
        if self.due and self.by:
            raise ValueError("the promise itself is the limit, so by has no place here; remove it")
        if self.stage and self.compare != "instant":
            raise ValueError("compare belongs to a promise (due); a stage is counted to the second")
        return self


class Defaults(Strict):
    """What holds where a target says nothing else."""

    moved: ClassVar[Mapping[str, str]] = {"pause_when": _PAUSES}

    calendar: Name
    warn_at: Share = Field(default=0.8, description="At risk from this share of the limit.")


class SlaFile(Strict):
    """The whole of sla.yaml."""

    moved: ClassVar[Mapping[str, str]] = {
        "calendars": "calendars have one home: calendar.yaml; move them there"
    }

    version: Literal[1]
    defaults: Defaults
    targets: list[TargetModel] = Field(min_length=1)


def compile_targets(page: Page, model: SlaFile) -> tuple[TargetRule, ...]:
    """The targets, stage clocks in the order of the stages, then promise clocks."""
    page.known(("defaults", "calendar"), model.defaults.calendar, page.names.calendars, _CALENDAR)
    taken: dict[str, str] = {}
    rules = []
    for i, target in enumerate(model.targets):
        for word in (target.id, target.stage or "", f"due {target.due or target.id}"):
            if word and word in taken:
                words = f"{shown(word)} already has the clock {taken[word]}; keep one"
                page.problem(("targets", i, "stage" if word == target.stage else "id"), words)
            taken.setdefault(word, target.id)
        rules.append(_target(page, model, i))
    return tuple(sorted(rules, key=lambda rule: STAGES.index(rule.stage) if rule.stage else 99))


_CALENDAR: Final = "a calendar of calendar.yaml"


def _target(page: Page, model: SlaFile, i: int) -> TargetRule:
    target, path = model.targets[i], ("targets", i)
    calendar = target.calendar or model.defaults.calendar
    if target.calendar:
        page.known((*path, "calendar"), target.calendar, page.names.calendars, _CALENDAR)
    for name in ("starts", "stops", "due"):
        if key := getattr(target, name):
            page.column((*path, name), key, "datetime")
    lines = tuple(_line(page, model, i, n, calendar) for n in range(len(target.by)))
    if target.by:
        note_shadowed(page, (*path, "by"), [line.when for line in lines])
        if lines[-1].when != ALWAYS:
            page.warn((*path, "by"), "the last line has a when, so some orders have no limit here")
    else:
        lines = (TargetLine(when=ALWAYS, within=None, source=page.source(*path)),)
    return TargetRule(
        id=target.id,
        stage=target.stage or "",
        starts=target.starts,
        stops=target.stops,
        due=target.due or "",
        compare=target.compare,
        calendar=calendar,
        warn_at=model.defaults.warn_at if target.warn_at is None else target.warn_at,
        lines=lines,
        source=page.source(*path),
    )


def _line(page: Page, model: SlaFile, i: int, n: int, calendar: str) -> TargetLine:
    line, path = model.targets[i].by[n], ("targets", i, "by", n)
    refuse_days(page, (*path, "within"), line.within, calendar)
    return TargetLine(
        when=page.when(line.when, (*path, "when"), without="sla"),
        within=line.within,
        source=page.source(*path),
    )


def refuse_days(page: Page, path: Path, span: Span, calendar: str) -> None:
    """`2d` is 48 hours by the clock: nobody means that on a calendar that closes."""
    if "d" in span.text.replace("working day", "") and page.names.calendars.get(calendar):
        words = (
            f"{shown(span.text)} means {span.seconds // 3600} hours by the clock, but the calendar "
            f"{calendar} closes; write open hours like 16h, or working days like 2 working days"
        )
        page.problem(path, words)
