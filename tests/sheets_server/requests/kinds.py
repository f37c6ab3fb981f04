"""Importing this module makes every kind of request known to `apply_all`."""

from tests.sheets_server.requests import (
    banding,
    borders,
    cells,
    charts,
    dimensions,
    filters,
    merging,
    metadata,
    names,
    pasting,
    protection,
    replacing,
    rules,
    sheets,
    sorting,
)

__all__ = [
    "banding",
    "borders",
    "cells",
    "charts",
    "dimensions",
    "filters",
    "merging",
    "metadata",
    "names",
    "pasting",
    "protection",
    "replacing",
    "rules",
    "sheets",
    "sorting",
]
