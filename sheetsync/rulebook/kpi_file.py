"""kpi.yaml: targets of the KPI tab, what is left out of the figures, and when a figure is too small."""

from __future__ import annotations

import re
from typing import Annotated, Any, Final, Literal, TypeAlias

from pydantic import AfterValidator, Field, PlainValidator, WithJsonSchema, model_validator

from sheetsync.domain.kpi.registry import DEFINITIONS, Unit
from sheetsync.domain.rules import KpiRules, KpiTarget
from sheetsync.domain.texts import fold
from sheetsync.rulebook.page import Page
from sheetsync.yamlfiles.checking import Strict
from sheetsync.yamlfiles.document import Path
from sheetsync.yamlfiles.values import Share, Text, parse_share, parse_span
from sheetsync.yamlfiles.words import shown

Written: TypeAlias = str | float
_SECONDS: Final = {"days": 86_400.0, "hours": 3_600.0}
_WRITTEN: Final = {
    "share": "a share; write it like 95%",
    "days": "a time; write it like 3d or 12h",
    "hours": "a time; write it like 4h or 30m",
    "orders": "a number of orders; write it like 40",
    "score": "a number; write it like 4.2",
}


def _figure(value: Any) -> Written:
    """Keeps what was written; the unit of the KPI says how it is read."""
    plain = isinstance(value, int | float) and not isinstance(value, bool)
    text = value.strip() if isinstance(value, str) else ""
    if not (plain or text):
        raise ValueError(f"{shown(value)} is not a target; write it like 95%, 3d, 12h or 4.2")
    return float(value) if plain else text


def read_figure(written: Written, unit: Unit) -> float:
    """A target in the unit of its KPI; raises ValueError when it is written in another."""
    if unit == "share" and isinstance(written, str):
        return parse_share(written)
    if unit in _SECONDS and isinstance(written, str):
        return parse_span(written, working_days=False).seconds / _SECONDS[unit]
    if unit in {"orders", "score"} and isinstance(written, float):
        return written
    raise ValueError(f"this is {_WRITTEN[unit]}, not {shown(written)}")


def _month_tab(value: str) -> str:
    if "{yyyy}" not in value or "{mm}" not in value:
        raise ValueError(f"{shown(value)} must hold {{yyyy}} and {{mm}}, like KPI {{yyyy}}-{{mm}}")
    if len(value) > 29 or re.search(r"[\[\]:*?/\\]", value):
        raise ValueError(f"{shown(value)} cannot be the name of a tab; at most 29 plain characters")
    return value


Figure = Annotated[
    Written,
    PlainValidator(_figure),
    WithJsonSchema({"type": ["string", "number"], "examples": ["95%", "3d", 4.2]}),
]


class TargetModel(Strict):
    """The target of one KPI."""

    at_least: Figure | None = None
    at_most: Figure | None = None
    near: Figure | None = Field(
        default=None, description="Amber when it is missed by no more than this."
    )
    seed: Literal["", "S0", "S3"] = Field(
        default="", description="The document that states the figure; empty for our placeholder."
    )

    @model_validator(mode="after")
    def _one_side(self) -> TargetModel:
        if (self.at_least is None) == (self.at_most is None):
            raise ValueError("a target is either at_least or at_most; write one of them")
        return self


class Exclude(Strict):
    """Orders that no figure counts."""

    status: list[Text] = Field(default=[])
    test_customers: list[Text] = Field(default=[], description="Names; * stands for anything.")


class VendorReview(Strict):
    """When a vendor is proposed for a review."""

    days: int = Field(default=90, ge=7, le=400, description="How far back is looked.")
    orders: int = Field(default=20, ge=1, description="Fewer orders than this say nothing.")
    late_rate: Share = Field(default=0.1, description="More dispatched late than this is too much.")


class KpiFile(Strict):
    """The whole of kpi.yaml."""

    version: Literal[1]
    month_tab: Annotated[str, AfterValidator(_month_tab)] = "KPI {yyyy}-{mm}"
    on_time_compare: Literal["instant", "end_of_day"] = "end_of_day"
    exclude: Exclude = Exclude()
    targets: dict[Text, TargetModel]
    smallest_sample: int = Field(default=20, ge=1, description="Below this a figure is grey.")
    restate_months: int = Field(default=2, ge=0, le=24, description="Months worked out again.")
    vendor_review: VendorReview = VendorReview()
    tabs: list[Literal["Inquiries", "Feedback", "Issues"]] = Field(
        default=[], description="Tabs that people fill and figures are counted from."
    )


def compile_kpi(page: Page, model: KpiFile) -> KpiRules:
    """All of kpi.yaml."""
    excluded = []
    for n, status in enumerate(model.exclude.status):
        path = ("exclude", "status", n)
        known = page.names.status_aliases.get(fold(status), status)
        if page.known(path, known, page.names.statuses, "a status of statuses.yaml"):
            excluded.append(known)
    review = model.vendor_review
    return KpiRules(
        month_tab=model.month_tab,
        on_time_compare=model.on_time_compare,
        exclude_statuses=tuple(excluded),
        test_customers=tuple(fold(name) for name in model.exclude.test_customers),
        targets={name: _target(page, model, name) for name in model.targets},
        smallest_sample=model.smallest_sample,
        restate_months=model.restate_months,
        vendor_review={
            "days": float(review.days),
            "orders": float(review.orders),
            "late_rate": review.late_rate,
        },
        tabs=tuple(dict.fromkeys(model.tabs)),
    )


def _target(page: Page, model: KpiFile, name: str) -> KpiTarget:
    target, path = model.targets[name], ("targets", name)
    definition = DEFINITIONS.get(name)
    unit = definition.unit if definition else None
    if page.known(path, name, DEFINITIONS, "a KPI", at_key=True) and definition:
        wrong = {"higher": "at_most", "lower": "at_least"}.get(definition.better)
        if wrong and getattr(target, wrong) is not None:
            words = (
                f"of {definition.name}, {definition.better} is better; this would reward the other"
            )
            page.problem((*path, wrong), words, at_key=True)
    return KpiTarget(
        id=name,
        at_least=_read(page, (*path, "at_least"), target.at_least, unit),
        at_most=_read(page, (*path, "at_most"), target.at_most, unit),
        near=_read(page, (*path, "near"), target.near, unit) or 0.0,
        seed=target.seed,
        source=page.source(*path),
    )


def _read(page: Page, path: Path, written: Written | None, unit: Unit | None) -> float | None:
    if written is None or unit is None:
        return None
    try:
        return read_figure(written, unit)
    except ValueError as wrong:
        page.problem(path, str(wrong))
        return None
