"""Which function answers which path. Importing `routes.all_routes` fills the table."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias
from urllib.parse import unquote

from tests.sheets_server.answers import Call, Kind
from tests.sheets_server.model import ApiError

if TYPE_CHECKING:
    from tests.sheets_server.service import SheetsService

Handler: TypeAlias = Callable[["SheetsService", Call], Any]
"""Gives the reply's JSON, or an Answer where it is not JSON."""


@dataclass(frozen=True, slots=True)
class Route:
    """`name` is the method's name in Google's discovery document."""

    name: str
    method: str
    pattern: re.Pattern[str]
    kind: Kind
    handler: Handler


ROUTES: Final[list[Route]] = []


def route(name: str, method: str, path: str, kind: Kind) -> Callable[[Handler], Handler]:
    """Register what answers `method path`; each `{}` in the path is one part without a slash."""
    pattern = re.compile(re.escape(path).replace(re.escape("{}"), "([^/:]+)"))

    def register(handler: Handler) -> Handler:
        ROUTES.append(Route(name, method, pattern, kind, handler))
        return handler

    return register


_known: Final[dict[tuple[str, str], tuple[Route, tuple[str, ...]]]] = {}


def find(method: str, path: str) -> tuple[Route, tuple[str, ...]]:
    """The route of a request and the open parts of its path. Raises ApiError for an unknown one."""
    key = (method, path)
    if key not in _known:
        if len(_known) > 10_000:
            _known.clear()
        _known[key] = _find(method, path)
    return _known[key]


def _find(method: str, path: str) -> tuple[Route, tuple[str, ...]]:
    for candidate in ROUTES:
        if candidate.method != method:
            continue
        found = candidate.pattern.fullmatch(path) or candidate.pattern.fullmatch(_shielded(path))
        if found:
            return candidate, tuple(unquote(part) for part in found.groups())
    raise ApiError(404, "NOT_FOUND", f"The local server does not know {method} {path}.")


def _shielded(path: str) -> str:
    """The path with the colons of a range encoded, which some clients leave as they are."""
    head, mark, tail = path.partition("/values/")
    if not mark:
        return path
    verb = re.search(r":(append|clear)$", tail)
    name = tail[: verb.start()] if verb else tail
    return head + mark + name.replace(":", "%3A") + (verb[0] if verb else "")
