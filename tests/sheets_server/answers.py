"""What the server is asked and what it says, before any socket."""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeAlias
from urllib.parse import parse_qs

from tests.sheets_server.model import ApiError, Json, invalid

Kind: TypeAlias = Literal["read", "write", "drive", "token", "other"]
Query: TypeAlias = dict[str, list[str]]
JSON_TYPE: Final = "application/json; charset=UTF-8"
_encode: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer; headers are few and in lower case."""

    code: int
    headers: dict[str, str]
    body: bytes
    delay: float = 0
    """Seconds until it leaves; the transport waits."""


class NoAnswer(Exception):
    """The client gets nothing: `how` is connect, read (both time-outs) or reset."""

    def __init__(self, how: Literal["connect", "read", "reset"]) -> None:
        self.how = how
        super().__init__(how)


@dataclass(slots=True)
class Call:
    """One request as it reached the server. `kind` tells which quota it counts against."""

    number: int
    method: str
    path: str
    query: Query
    body: bytes
    token: str
    kind: Kind = "other"
    name: str = ""
    """The method of the API, such as `spreadsheets.values.get`; "" until it is known."""
    ids: tuple[str, ...] = ()
    """The parts of the path that the route leaves open, the book's id first."""
    _json: Any = field(default=None, repr=False)

    @property
    def book_id(self) -> str:
        """The book that is meant, "" for none."""
        return self.ids[0] if self.ids else ""

    @property
    def json(self) -> Json:
        """The body as an object. Raises ApiError for anything else."""
        if self._json is None:
            try:
                found = json.loads(self.body) if self.body else {}
            except ValueError as error:
                raise invalid(f"Invalid JSON payload received. {error}") from error
            if not isinstance(found, dict):
                raise invalid("Invalid JSON payload received. Root element must be a message.")
            self._json = found
        return self._json

    def one(self, name: str, default: str = "") -> str:
        """A query parameter, the last one where it is repeated."""
        return self.query[name][-1] if name in self.query else default

    def yes(self, name: str) -> bool:
        """A query parameter that is true or false."""
        return self.one(name).lower() == "true"


@functools.lru_cache(maxsize=4096)
def query_of(text: str) -> Query:
    """A query string taken apart; do not change the result."""
    return parse_qs(text, keep_blank_values=True)


def json_answer(found: Any, code: int = 200, **headers: str) -> Answer:
    """An answer in JSON. It is not indented, as with `prettyPrint=false` at Google."""
    return Answer(
        code, {"content-type": JSON_TYPE, **headers}, _encode.encode(found).encode("utf-8")
    )


def refusal(error: ApiError) -> Answer:
    """The answer for an error."""
    return json_answer(error.body(), error.code)
