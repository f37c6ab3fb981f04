"""The registry of request kinds: `kind("updateCells")` marks what applies it; unknown kinds fail loudly."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias

from tests.sheets_server.model import ApiError, Book, Json, invalid

Apply: TypeAlias = Callable[[Book, Json], Json | None]
"""Applies one request's body to a book; gives the reply's body, None for a kind that has none.

Raises ApiError with the bare message: `Invalid requests[i].kind: ` is put before it by `apply_all`.
"""

KINDS: Final[dict[str, Apply]] = {}


def kind(name: str) -> Callable[[Apply], Apply]:
    """Register a function as what applies requests of this kind."""

    def register(function: Apply) -> Apply:
        KINDS[name] = function
        return function

    return register


def apply_all(
    book: Book,
    requests: list[Json],
    check: Callable[[], None] | None = None,
    finish: Callable[[], object] | None = None,
) -> list[Json]:
    """Apply all in order, or none: the first that fails takes everything back. Gives the replies.

    `check` is called after each, `finish` after the last; they raise ApiError where it must not stand.
    """
    before = book.copy()
    replies = []
    try:
        for place, request in enumerate(requests):
            replies.append(_apply(book, place, request, check))
        if finish:
            finish()
    except ApiError:
        book.restore(before)
        raise
    book.version += 1
    return replies


def _apply(book: Book, place: int, request: Json, check: Callable[[], None] | None) -> Json:
    names = [name for name, body in request.items() if body is not None]
    if len(names) != 1:
        raise invalid(f"Invalid requests[{place}]: exactly one kind must be set.")
    name = names[0]
    if name not in KINDS:
        raise ApiError(501, "UNIMPLEMENTED", f"The local server does not know {name}.")
    try:
        reply = KINDS[name](book, request[name])
        if check:
            check()
    except ApiError as error:
        if error.status != "INVALID_ARGUMENT" or error.message.startswith("Invalid requests["):
            raise
        raise invalid(f"Invalid requests[{place}].{name}: {error.message}") from error
    return {} if reply is None else {name: reply}
