"""JSON lines: one order per line, headings as names. Numbers keep their digits as they are written."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sheetsync.domain.model import CellValue
from sheetsync.errors import UsageError

_EXAMPLE = '{"Order ID": "SP-1", "Order Priority": "Bulk"}'


def lines(path: Path, encoding: str) -> Iterator[tuple[int, list[CellValue]]]:
    """Line 0 with the names as headings, then one row per object. Raises UsageError."""
    names: dict[str, int] = {}
    for _, order in _orders(path, encoding):
        for name in order:
            names.setdefault(name, len(names))
    yield 0, list(names)
    for number, order in _orders(path, encoding):
        cells: list[CellValue] = [None] * len(names)
        for name, value in order.items():
            cells[names[name]] = _cell(value, name, path, number)
        if any(cell is not None for cell in cells):
            yield number, cells


def _orders(path: Path, encoding: str) -> Iterator[tuple[int, dict[str, Any]]]:
    try:
        with path.open(encoding=encoding) as file:
            for number, line in enumerate(file, start=1):
                text = line.strip().lstrip("\ufeff")
                if text:
                    yield number, _order(text, path, number)
    except UnicodeError:
        raise UsageError(f"{path.name} is not stored as UTF-8. Export it anew as UTF-8.") from None


def _order(text: str, path: Path, number: int) -> dict[str, Any]:
    try:
        order = json.loads(text, parse_int=str, parse_float=str, parse_constant=str)
    except (ValueError, RecursionError):
        raise UsageError(
            f"{path.name}, line {number} is no JSON. Expected is one order per line, like {_EXAMPLE}."
        ) from None
    if not isinstance(order, dict):
        raise UsageError(
            f"{path.name}, line {number} is JSON but no order. Expected is one order per line, "
            f"like {_EXAMPLE}."
        )
    return order


def _cell(value: Any, name: str, path: Path, number: int) -> CellValue:
    if value is None or isinstance(value, str | bool):
        return value or None if isinstance(value, str) else value
    raise UsageError(
        f"{path.name}, line {number}: “{name}” holds a list or a group. Expected is one text, number, "
        "true or false."
    )
