"""Importing this module makes every kind of request known to `apply_all`."""

from tests.sheets_server.requests import cells, dimensions, pasting, replacing, sheets, sorting

__all__ = ["cells", "dimensions", "pasting", "replacing", "sheets", "sorting"]
