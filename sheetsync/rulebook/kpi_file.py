"""kpi.yaml: targets of the KPI tab, what is left out of the figures, and when a figure is too small."""

from __future__ import annotations

import re
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, Field, PlainValidator, WithJsonSchema, model_validator

from sheetsync.domain.rules import KpiRules, KpiTarget
from sheetsync.rulebook.page import Page
from sheetsync.rulebook.texts import fold
from sheetsync.rulebook.values import Share, Text, parse_share, parse_span
from sheetsync.yamlfiles.checking import Strict
from sheetsync.yamlfiles.words import shown

SHARES: Final = (
    "fulfilment_rate", "on_time_dispatch_rate", "on_time_delivery_rate", "otif_rate",
    "perfect_order_rate", "packing_breach_rate", "breach_rate", "orders_tracked",
    "tracking_coverage", "notification_coverage", "customers_reached", "order_accuracy",
    "exception_rate", "return_rate",
)  # fmt: skip
SPANS: Final = ("cycle_time_median", "cycle_time_p90", "order_to_dispatch_median")
"""In days."""
NUMBERS: Final = ("csat", "backlog", "overdue")
KPIS: Final = (*SHARES, *SPANS, *NUMBERS)


def _figure(value: Any) -> float:
    """A share, a number of days, or a plain number, as the figure of a KPI is kept."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    text = value.strip() if isinstance(value, str) else ""
    if text.endswith("%"):
        return parse_share(text)
    try:
        return parse_span(text, working_days=False).seconds / 86_400
    except ValueError:
        words = f"{shown(value)} is not a target; write it like 95%, 3d, 12h or 4.2"
        raise ValueError(words) from None


def _month_tab(value: str) -> str:
    if "{yyyy}" not in value or "{mm}" not in value:
        raise ValueError(f"{shown(value)} must hold {{yyyy}} and {{mm}}, like KPI {{yyyy}}-{{mm}}")
    if len(value) > 29 or re.search(r"[\[\]:*?/\\]", value):
        raise ValueError(f"{shown(value)} cannot be the name of a tab; at most 29 plain characters")
    return value


Figure = Annotated[
    float,
    PlainValidator(_figure),
    WithJsonSchema({"type": ["string", "number"], "examples": ["95%", "3d", 4.2]}),
]


class TargetModel(Strict):
    """The target of one KPI."""

    at_least: Figure | None = None
    at_most: Figure | None = None
    near: Figure = Field(default=0.0, description="Amber when it is missed by no more than this.")
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

    status: list[Text] = []
    test_customers: list[Text] = Field(default=[], description="Names; * stands for anything.")


class VendorReview(Strict):
    """When a vendor is proposed for a review."""

    window_days: int = Field(default=90, ge=7, le=400)
    smallest_sample: int = Field(default=20, ge=1)
    late_dispatch_rate: Share = Field(default=0.1, description="More than this share is too much.")


class KpiFile(Strict):
    """kpi.yaml"""

    version: Literal[1]
    month_tab: Annotated[str, AfterValidator(_month_tab)] = "KPI {yyyy}-{mm}"
    on_time_compare: Literal["instant", "end_of_day"] = "end_of_day"
    exclude: Exclude = Exclude()
    targets: dict[Text, TargetModel]
    smallest_sample: int = Field(default=20, ge=1, description="Below this a figure is grey.")
    restate_months: int = Field(default=2, ge=0, le=24, description="Months worked out again.")
    vendor_review: VendorReview = VendorReview()


def compile_kpi(page: Page, model: KpiFile) -> KpiRules:
    """All of kpi.yaml."""
    excluded = []
    for n, status in enumerate(model.exclude.status):
        path = ("exclude", "status", n)
        if page.known(path, fold(status), page.names.status_aliases, "a status of statuses.yaml"):
            excluded.append(page.names.status_aliases[fold(status)])
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
            "window_days": float(review.window_days),
            "smallest_sample": float(review.smallest_sample),
            "late_dispatch_rate": review.late_dispatch_rate,
        },
    )


def _target(page: Page, model: KpiFile, name: str) -> KpiTarget:
    target, path = model.targets[name], ("targets", name)
    if page.known(path, name, KPIS, "a KPI", at_key=True):
        for side in ("at_least", "at_most", "near"):
            _right_unit(page, name, side)
    return KpiTarget(
        id=name,
        at_least=target.at_least,
        at_most=target.at_most,
        near=target.near,
        seed=target.seed,
        source=page.source(*path),
    )


def _right_unit(page: Page, name: str, side: str) -> None:
    """A share is written in percent, a time as a span: `3` days or `3` hours is anybody's guess."""
    path = ("targets", name, side)
    written = page.document.get(path)
    if written is None:
        return
    text = written if isinstance(written, str) else ""
    if name in SHARES and not text.endswith("%"):
        page.problem(path, f"{name} is a share; write it like 95%, not {shown(written)}")
    elif name in SPANS and (not text or text.endswith("%")):
        page.problem(path, f"{name} is a time; write it like 3d or 12h, not {shown(written)}")
    elif name in NUMBERS and text:
        page.problem(path, f"{name} is a number; write it like 4.2, not {shown(written)}")
