"""The block `vendors` of notifications.yaml: when a vendor is asked to take on an order, and reminded."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Annotated, Any, Final, Literal

from pydantic import Field, PlainValidator, WithJsonSchema

from sheetsync.domain.rules import ALWAYS, Condition, Span, VendorRules, VendorStep
from sheetsync.rulebook.page import Page
from sheetsync.rulebook.values import Hours, When
from sheetsync.yamlfiles.checking import Strict
from sheetsync.yamlfiles.document import Path
from sheetsync.yamlfiles.values import ClockSpan, Email, Name, PositiveSpan, Text
from sheetsync.yamlfiles.words import shown

VENDOR: Final = "vendor"
"""In `who`: the vendor of the order."""
_MOST: Final = 10.0
_PERCENT: Final = re.compile(r"(\d{1,4})\s*%")


def parse_percent(value: Any) -> float:
    """`150%`, from 1 % to 1000 %."""
    found = _PERCENT.fullmatch(value.strip()) if isinstance(value, str) else None
    share = int(found[1]) / 100 if found else 0.0
    if not 0 < share <= _MOST:
        raise ValueError(f"{shown(value)} is not a share of the time; write it like 50% or 150%")
    return share


Percent = Annotated[
    float,
    PlainValidator(parse_percent),
    WithJsonSchema({"type": "string", "examples": ["150%"]}),
]


class StepModel(Strict):
    """One reminder."""

    at: Percent = Field(description="At which share of the vendor's time it falls due, like 50%.")
    who: list[Name] = Field(
        min_length=1, description="vendor, or people of escalation.yaml such as ops_manager."
    )


class DigestModel(Strict):
    """The list that takes the place of letters at peaks."""

    from_orders: int = Field(ge=2, le=1000, description="From so many unanswered orders on.")
    every: PositiveSpan = Field(
        default=Span(seconds=4 * 3600, text="4h"), description="At most one list in so long."
    )


class ContactModel(Strict):
    """Whom vendors turn to; it stands in every letter to them."""

    name: Text | None = None
    email: Email | None = None
    phone: Text | None = None


class VendorsModel(Strict):
    """How vendors are asked."""

    mode: Literal["off", "draft", "send"] = Field(
        default="off", description="off; draft: every letter waits for a person; send."
    )
    when: When | None = Field(default=None, description="Orders that are told at all.")
    never_for: When | None = Field(default=None, description="Orders whose vendors hear nothing.")
    window: ClockSpan = Field(
        default=Span(seconds=600, text="10m"),
        description="Orders for one vendor within so long go into one letter.",
    )
    confirm_within: PositiveSpan = Field(
        default=Span(seconds=86_400, text="24h"),
        description="How long a vendor may take to answer, where the tab Vendors does not say.",
    )
    ship_within: PositiveSpan | None = Field(
        default=None,
        description="How long after the answer a vendor may take to ship, where the tab does not say.",
    )
    quiet_hours: Hours | None = Field(
        default=None, description="When no vendor is written to, in the vendor's own time."
    )
    reminders: list[StepModel] = Field(default=[], description="In the order of their shares.")
    ask_before_due: PositiveSpan | None = Field(
        default=None, description="So long before Dispatch By a silent vendor is asked once more."
    )
    digest: DigestModel | None = Field(
        default=None, description="One list instead of many letters, at peaks."
    )
    preferences: list[Text] = Field(
        default=[], description="The words of Special Handling that a vendor may be told."
    )
    contact: ContactModel = Field(default=ContactModel())


def compile_vendors(page: Page, model: VendorsModel, path: Path) -> VendorRules:
    """The rules of the block; problems are noted on the page."""
    digest = model.digest
    return VendorRules(
        mode=model.mode,
        when=_when(page, model, path),
        window=_time(model.window),
        confirm_within=_clock(page, (*path, "confirm_within"), model.confirm_within),
        ship_within=_clock(page, (*path, "ship_within"), model.ship_within)
        if model.ship_within
        else None,
        steps=_steps(page, model, (*path, "reminders")),
        ask_before_due=_clock(page, (*path, "ask_before_due"), model.ask_before_due)
        if model.ask_before_due
        else None,
        digest_from=digest.from_orders if digest else 0,
        digest_every=_clock(page, (*path, "digest", "every"), digest.every)
        if digest
        else timedelta(hours=4),
        quiet=_quiet(page, model, (*path, "quiet_hours")),
        preferences=tuple(model.preferences),
        contact={
            name: text
            for name in ("name", "email", "phone")
            if (text := getattr(model.contact, name))
        },
    )


def _when(page: Page, model: VendorsModel, path: Path) -> Condition:
    when = page.when(model.when, (*path, "when")) if model.when else ALWAYS
    if not model.never_for:
        return when
    never = page.when(model.never_for, (*path, "never_for"))
    return replace(when, none_of=(*when.none_of, never))


def _steps(page: Page, model: VendorsModel, path: Path) -> tuple[VendorStep, ...]:
    steps: list[VendorStep] = []
    for i, step in enumerate(model.reminders):
        if steps and step.at <= steps[-1].at:
            words = "each reminder must come at a greater share than the one before it"
            page.problem((*path, i, "at"), words)
        for place, name in enumerate(step.who):
            if name != VENDOR and model.mode != "off":  # people may be called otherwise until then
                what = "vendor, or somebody under people in escalation.yaml"
                page.known((*path, i, "who", place), name, {*page.names.people, VENDOR}, what)
        steps.append(VendorStep(at=step.at, who=tuple(step.who), source=page.source(*path, i)))
    return tuple(steps)


def _quiet(page: Page, model: VendorsModel, path: Path) -> tuple[int, int] | None:
    if not model.quiet_hours:
        return None
    if len(model.quiet_hours) > 1:
        page.problem(path, "one span is expected here, like 20:00-07:00")
    return model.quiet_hours[0]


def _clock(page: Page, path: Path, span: Span) -> timedelta:
    """A span that must be one of the clock: a vendor's time runs day and night."""
    if span.working_days:
        page.problem(path, f"{shown(span.text)} cannot be used here; write hours or days, like 24h")
    return _time(span)


def _time(span: Span) -> timedelta:
    return timedelta(seconds=span.seconds)
