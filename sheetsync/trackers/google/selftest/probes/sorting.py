"""What a sort by a filter does to the rows: does it rewrite the sheet for everybody?"""

from __future__ import annotations

from typing import Final

from sheetsync.trackers.google.selftest.answers import Finding
from sheetsync.trackers.google.selftest.lab import Lab, yes_no
from sheetsync.trackers.google.selftest.probes.question import Question
from sheetsync.trackers.google.structure import Json

_ROWS: Final = (("Order", "Number"), ("c", 3), ("a", 1), ("b", 2))
_SORTED: Final = ["a", "b", "c"]


def _basic(lab: Lab) -> Finding:
    lab.fresh(_ROWS)
    lab.done({"setBasicFilter": {"filter": _filter(lab)}})
    found = _orders(lab)
    lab.done({"clearBasicFilter": {"sheetId": lab.scratch.id}})
    after = _orders(lab)
    return yes_no(
        truth=found == _SORTED,
        did="Put a basic filter that sorts on three rows, read the cells, and took the filter away.",
        yes="The rows really are in the new order for everybody"
        + (", also once the filter is gone." if after == found else ", until the filter is gone."),
        no="The cells stay where they are.",
        evidence=(f"with the filter {found}", f"without it {after}"),
    )


def _view(lab: Lab) -> Finding:
    lab.fresh(_ROWS)
    lab.done({"addFilterView": {"filter": {**_filter(lab), "title": "selftest"}}})
    found = _orders(lab)
    return yes_no(
        truth=found == _SORTED,
        did="Added a filter view that sorts three rows, and read the cells.",
        yes="The rows really are in the new order for everybody.",
        no="The cells stay where they are: a view changes only what its user sees.",
        evidence=(f"with the view {found}",),
    )


def _filter(lab: Lab) -> Json:
    spec = {"dimensionIndex": 0, "sortOrder": "ASCENDING"}
    return {"range": lab.area((0, len(_ROWS)), (0, 2)), "sortSpecs": [spec]}


def _orders(lab: Lab) -> list[object]:
    return [row[0] for row in lab.values("A2:A4") if row]


QUESTIONS: Final = (
    Question("basic-filter-sorts", "Does a sort in the basic filter move the rows for everybody?", _basic),
    Question("filter-view-sorts", "Does a sort in a filter view move the rows for everybody?", _view),
)  # fmt: skip
