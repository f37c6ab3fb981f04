"""The server with a list of who asked it what: the worker, people, or whoever looks at the page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.sheets_server.answers import Answer
from tests.sheets_server.model import ApiError
from tests.sheets_server.page.book_view import Asked
from tests.sheets_server.routes.table import find
from tests.sheets_server.service import SheetsService

_MOST = 100_000


class WatchedService(SheetsService):
    """A SheetsService that keeps its requests in `asked`, oldest first; of very many only the newer half."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.asked: list[Asked] = []

    def handle(
        self, method: str, path: str, query: str, body: bytes, headers: Mapping[str, str]
    ) -> Answer:
        """Answer one request and note it, also where the client gets no answer (code 0)."""
        code = 0
        try:
            answer = super().handle(method, path, query, body, headers)
            code = answer.code
        finally:
            self._note(method, path, headers.get("authorization") or "", code)
        return answer

    def _note(self, method: str, path: str, authorization: str, code: int) -> None:
        try:
            found, _ = find(method, path)
            kind, name = found.kind, found.name
        except ApiError:
            kind, name = "other", f"{method} {path}"
        with self.lock:
            if len(self.asked) >= _MOST:
                del self.asked[: _MOST // 2]
            number = self.asked[-1].number + 1 if self.asked else 1
            token = authorization.partition(" ")[2]
            self.asked.append(Asked(number, token, kind, name, path, code))
