"""The whole server without sockets: `handle` takes one request and gives its answer."""

from __future__ import annotations

import base64
import hashlib
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from email.utils import formatdate
from typing import Any

import tests.sheets_server.requests.kinds
import tests.sheets_server.routes.all_routes  # noqa: F401 - makes the endpoints known
from tests.sheets_server.access import Tokens, api_disabled, check_file
from tests.sheets_server.answers import Answer, Call, NoAnswer, json_answer, query_of, refusal
from tests.sheets_server.counters import Counters
from tests.sheets_server.faults import Fault, Faults
from tests.sheets_server.files import File
from tests.sheets_server.history import History
from tests.sheets_server.model import ApiError, Book, Sheet
from tests.sheets_server.protecting import watch
from tests.sheets_server.quota import Quota
from tests.sheets_server.routes.table import Route, find
from tests.sheets_server.schema import EVERYTHING, SchemaGate

Hook = Callable[[Call], None]


class SheetsService:
    """Spreadsheets in memory, and the API in front of them.

    `clock` gives the time in seconds since 1970; the transports call `wait` for slow answers; `gate`
    holds every request and reply against Google's description of the API.
    """

    def __init__(
        self,
        clock: Callable[[], float] = time.time,
        wait: Callable[[float], None] = time.sleep,
        gate: SchemaGate = EVERYTHING,
    ) -> None:
        self.clock, self.wait, self.gate = clock, wait, gate
        self.files: dict[str, File] = {}
        self.counters, self.faults, self.tokens = Counters(), Faults(), Tokens()
        self.quota = Quota(self._now)
        self.before: list[Hook] = []
        """Called with each request that reaches the books, before it is carried out."""
        self.after_apply: list[Hook] = []
        """Called after it was carried out, before its answer leaves."""
        self.disabled_in = ""
        """A project in which the Sheets API is not switched on."""
        self.payload_limit: int | None = None
        """Bytes a request may have."""
        self.skew = 0.0
        """How many seconds the server's own clock is ahead."""
        self.lock = threading.RLock()
        self._history = History()
        self._made = 0

    # -- books

    def new_book(self, title: str, book_id: str = "") -> Book:
        """A new spreadsheet with one empty tab."""
        book = Book(book_id or self._new_id(), title, sheets=[Sheet(0, "Sheet1", 0)])
        self.put(book)
        return book

    def put(self, book: Book) -> File:
        """Serve a book that was made elsewhere."""
        now = self.clock()
        owner = {
            "kind": "drive#permission",
            "id": "1",
            "type": "user",
            "role": "owner",
            "emailAddress": book.user,
            "deleted": False,
        }
        found = File(book, now, now, permissions=[owner], seen=book.version)
        self.files[book.id] = found
        return found

    def copy_book(self, found: File, title: str) -> File:
        """A second book like one that is served, under an id of its own."""
        book = replace(found.book.copy(), id=self._new_id(), title=title)
        copied = found.copy(book, self.clock())
        self.files[book.id] = copied
        return copied

    def forbid(self, book_id: str) -> None:
        """Let this id be a spreadsheet that is not shared with the caller."""
        if book_id not in self.files:
            self.put(Book(book_id, "Private", sheets=[Sheet(0, "Sheet1", 0)]))
        self.files[book_id].role = "none"

    def forget(self, book_id: str) -> None:
        """Serve a book no longer."""
        del self.files[book_id]

    def _new_id(self) -> str:
        self._made += 1
        digest = hashlib.sha256(f"sheet {self._made}".encode()).digest()
        return "1" + base64.urlsafe_b64encode(digest).decode().rstrip("=")

    # -- for the endpoints

    def book(self, call: Call, *, book_id: str = "", writes: bool = False) -> Book:
        """The book a call is about. Raises ApiError where the caller may not have it."""
        found = self.files.get(book_id or call.book_id)
        check_file(found, writes=writes)
        assert found is not None
        return found.book

    @contextmanager
    def change(self, book: Book) -> Iterator[None]:
        """Take back everything done inside where it fails, and count it where it does not."""
        before = book.copy()
        try:
            check = watch(book)
            yield
            if check:
                check()
        except ApiError:
            book.restore(before)
            raise
        book.version += 1

    def _now(self) -> float:
        """The clock, also where it was exchanged after the service was made."""
        return self.clock()

    def server_time(self) -> float:
        """The time by the server's own clock."""
        return self.clock() + self.skew

    # -- requests

    def handle(
        self, method: str, path: str, query: str, body: bytes, headers: Mapping[str, str]
    ) -> Answer:
        """Answer one request. Raises NoAnswer where a fault leaves the client without one."""
        token = headers.get("authorization", "").partition(" ")[2]
        with self.lock:
            self.counters.number += 1
            call = Call(self.counters.number, method, path, query_of(query), body, token)
            try:
                fault, answer = self._answered(call)
            except NoAnswer:
                self.counters.add(method, path, call.kind, 0)
                raise
            self.counters.add(method, path, call.kind, answer.code)
        if fault and fault.delay:
            answer = replace(answer, delay=fault.delay)
        answer.headers["date"] = formatdate(int(self.server_time()), usegmt=True)
        return answer

    def _answered(self, call: Call) -> tuple[Fault | None, Answer]:
        try:
            found, call.ids = find(call.method, call.path)
        except ApiError as error:
            self.gate.unknown(call)
            return None, refusal(error)
        call.kind, call.name = found.kind, found.name
        self.gate.request(call)
        fault = self.faults.pick(call)
        if fault and fault.lost and not fault.applied:
            raise NoAnswer(fault.lost)
        if fault and fault.answer:
            return fault, fault.answer(call)
        answer = self._carried_out(found, call, stale=bool(fault and fault.stale))
        if fault and fault.lost:
            raise NoAnswer(fault.lost)
        return fault, fault.alter(answer) if fault and fault.alter else answer

    def _carried_out(self, found: Route, call: Call, *, stale: bool) -> Answer:
        for hook in self.before:
            hook(call)
        try:
            self._admit(call)
            with self._history.shown(self.files.get(call.book_id), stale=stale):
                reply = found.handler(self, call)
        except ApiError as error:
            return refusal(error)
        if self.faults.history and call.book_id in self.files:
            self._history.keep(self.files[call.book_id].book)
        for hook in self.after_apply:
            hook(call)
        return reply if isinstance(reply, Answer) else self._json(call, reply)

    def _admit(self, call: Call) -> None:
        """Raise what refuses a call before it is looked at any closer."""
        if call.kind not in {"read", "write"}:
            return
        self.tokens.check(call.token, self.clock(), writes=call.kind == "write")
        if self.disabled_in:
            raise api_disabled(self.disabled_in)
        self.quota.take(call.kind, call.token)
        if self.payload_limit is not None and len(call.body) > self.payload_limit:
            raise ApiError(
                413,
                "INVALID_ARGUMENT",
                f"Request payload size exceeds the limit: {self.payload_limit} bytes.",
            )

    def _json(self, call: Call, reply: Any) -> Answer:
        self.gate.reply(call, reply)
        return json_answer(reply)
