"""What only two files together can get wrong: one fact with two homes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sheetsync.domain.rules import CarrierRule, ColumnRule, TargetRule
from sheetsync.errors import Problem
from sheetsync.rulebook.texts import fold
from sheetsync.yamlfiles.document import Document

_TRANSIT: Final = "Transit"


def cross_check(documents: Mapping[str, Document], parts: Mapping[str, Any]) -> list[Problem]:
    """Problems of files that are good each for itself."""
    carriers: Mapping[str, CarrierRule] = parts["carriers"][0]
    columns: Mapping[str, ColumnRule] = parts["columns"][0]
    return [
        *_transit_twice(documents["carriers"], carriers, parts["sla"]),
        *_patterns_twice(documents["columns"], columns, carriers),
    ]


def _transit_twice(
    document: Document, carriers: Mapping[str, CarrierRule], targets: tuple[TargetRule, ...]
) -> list[Problem]:
    """A carrier's transit time stands in carriers.yaml or in sla.yaml, not in both."""
    problems = []
    for target in targets:
        for line in target.lines if target.stage == _TRANSIT else ():
            named = {
                name
                for test in line.when.tests
                if test.field == "carrier" and test.operator in {"is", "any_of"}
                for name in (test.operand if isinstance(test.operand, tuple) else (test.operand,))
            }
            for name, carrier in carriers.items():
                if carrier.transit and fold(name) in named:
                    place = document.at_key(("carriers", name, "transit"))
                    words = f"the transit time of {name} stands in {line.source} too; keep one"
                    problems.append(Problem(document.file, *place, words))
    return problems


def _patterns_twice(
    document: Document, columns: Mapping[str, ColumnRule], carriers: Mapping[str, CarrierRule]
) -> list[Problem]:
    """The shape of tracking numbers belongs to the carriers, not to the column."""
    column = columns.get("tracking")
    if not (column and column.pattern and any(c.pattern for c in carriers.values())):
        return []
    i = list(document.get(("columns",), [])).index(
        next(c for c in document.get(("columns",)) if c.get("key") == "tracking")
    )
    place = document.at_key(("columns", i, "pattern"))
    words = "the shape of tracking numbers has one home: tracking in carriers.yaml; remove this"
    return [Problem(document.file, *place, words)]
