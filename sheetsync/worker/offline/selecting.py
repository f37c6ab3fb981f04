"""Which orders go into a copy: those of a filter, of a vendor, of a step; or all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import numpy as np

from sheetsync.domain.conditions import Surroundings, evaluate
from sheetsync.domain.conditions.fields import Field, fields_of
from sheetsync.domain.grid import Mask
from sheetsync.domain.model import Plan
from sheetsync.domain.rules import Condition, Rulebook
from sheetsync.domain.texts import both, either, fold, nearest
from sheetsync.domain.views import TITLES, rows_in_view
from sheetsync.errors import Problem, UsageError
from sheetsync.rulebook.conditions import Reader
from sheetsync.rulebook.names import collect
from sheetsync.yamlfiles.document import read_document

_FILES: Final = ("columns", "statuses", "carriers")
_HELP: Final = (
    "Write it like --only 'status: Packing, priority: Expedited', as under when: in the rules."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What a copy shall hold; all orders where nothing is said. What is said holds together."""

    only: str = ""
    vendor: str = ""
    view: str = ""

    @property
    def words(self) -> str:
        """In words for people: `all orders`, `the orders of vendor Acme in To pick`."""
        parts = [f"of vendor {self.vendor}"] if self.vendor else []
        parts += [f"in {self.view}"] if self.view else []
        parts += [f"where {self.only}"] if self.only else []
        return f"the orders {' '.join(parts)}" if parts else "all orders"


def selected(
    plan: Plan, selection: Selection, rules: Rulebook, folder: Path, now: datetime
) -> Mask:
    """The rows of the tracker that the copy shall hold; `folder` is that of the rules. Raises UsageError."""
    rows = plan.orders.frame["usable"].to_numpy(bool).copy()
    if selection.vendor:
        rows &= _of_vendor(plan, selection.vendor)
    if selection.view:
        rows &= rows_in_view(_view(selection.view), plan.orders, rules)
    if selection.only:
        rows &= _where(plan, selection.only, rules, folder, now)
    return rows


def _of_vendor(plan: Plan, vendor: str) -> Mask:
    if not plan.orders.has("vendor"):
        raise UsageError(
            "The tracker has no column Vendor, so no vendor's lines can be told apart."
        )
    names = plan.orders.frame["vendor"].to_numpy(object)
    known = {fold(name): name for name in set(names.tolist()) if name}
    if fold(vendor) not in known:
        guess = known.get(nearest(vendor, known), "")
        hint = f" Did you mean {guess}?" if guess else " See the column Vendor of the tracker."
        raise UsageError(f"No order of the tracker has the vendor {vendor}.{hint}")
    return np.array([fold(name) == fold(vendor) for name in names.tolist()], dtype=bool)


def _view(title: str) -> str:
    known = {fold(name): name for name in TITLES}
    if fold(title) not in known:
        raise UsageError(f"There is no view {title}. There are {either(TITLES)}.")
    return known[fold(title)]


def _where(plan: Plan, only: str, rules: Rulebook, folder: Path, now: datetime) -> Mask:
    fields = fields_of(plan.orders, rules)
    fields["stage"] = Field("text", plan.clocks["stage"].to_numpy(object))
    fields["sla_state"] = Field("text", plan.clocks["state"].to_numpy(object))
    around = Surroundings(now=now, timezone=plan.orders.sheet.timezone, rows=len(plan.orders.frame))
    found = evaluate(_condition(only, folder), fields, around)
    if found.missing:
        raise UsageError(
            f"--only asks about {both(found.missing)}, which this tracker does not have."
        )
    return found.mask


def _condition(only: str, folder: Path) -> Condition:
    text = only.strip()
    document = read_document("--only", text if text.startswith("{") else f"{{{text}}}")
    problems: list[Problem] = list(document.problems)
    documents = {
        name: read_document(f"{name}.yaml", (folder / f"{name}.yaml").read_bytes())
        for name in _FILES
        if (folder / f"{name}.yaml").is_file()
    }
    condition = Condition()
    if not problems:
        reader = Reader(document, collect(documents), problems)
        condition = reader.condition(document.value, ())
    if problems:
        words = problems[0].message.rstrip(".?")
        raise UsageError(f"--only cannot be understood: {words}. {_HELP}")
    return condition
