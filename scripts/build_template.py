"""Build templates/tracker_template.xlsx from the column layout in rules/.

The template is drawn from the same rules that the worker reads, so a heading, a drop-down or a header
note cannot say one thing in the sheet and another in the rules. A test proves that the committed file
is what this script builds: run `make template` after a change of rules/columns.yaml.
"""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

import xlsxwriter

from scripts.template_tabs import write_optional_tab
from sheetsync.domain.optional_tabs import OPTIONAL_TABS
from sheetsync.domain.rules import Rulebook
from sheetsync.rulebook import load_rules
from sheetsync.worker.offline.guide_tab import write_guide
from sheetsync.worker.offline.orders_tab import draw_orders

ROOT = Path(__file__).resolve().parents[1]
TEMPLATE = ROOT / "templates" / "tracker_template.xlsx"


def main() -> int:
    """Build the committed template; returns the exit code."""
    build(TEMPLATE, load_rules(ROOT / "rules"))
    print(f"wrote {TEMPLATE.relative_to(ROOT)}")
    return 0


def build(path: Path, rules: Rulebook) -> None:
    """Write the template for `rules` to `path`; the same rules give the same bytes."""
    book = xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties(
        {"title": "Order tracker", "author": "sheetsync", "created": datetime(2025, 1, 1)},  # noqa: DTZ001
    )
    book.set_calc_mode("auto")
    columns = [c for c in rules.columns.values() if c.template != "no"]
    orders = book.add_worksheet("Orders")
    draw_orders(book, orders, columns, rules)
    write_guide(book, columns, rules)
    for tab in OPTIONAL_TABS:
        write_optional_tab(book, tab)
    orders.activate()
    book.close()


if __name__ == "__main__":
    sys.exit(main())
