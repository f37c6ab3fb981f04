"""Long files are read beside the passes, one at a time, so that no pass waits for one.

What is read in the thread is only the file. What it says is kept by a later pass, which asks again.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, Final, TypeVar

T = TypeVar("T")
Key = tuple[str, str, str]
"""Path and stamp of a file, and how it is read."""
Start = Callable[[Callable[[], None]], None]

LONG: Final = 8 * 1024 * 1024
"""Bytes; a file that is not longer is read within a second or two, in the pass itself."""


def in_a_thread(work: Callable[[], None]) -> None:
    """Do the work in a thread that does not keep a stopped worker from ending."""
    threading.Thread(target=work, name="feed", daemon=True).start()


class Beside:
    """Reads long files beside the passes; `start` runs the work somewhere else."""

    def __init__(self, *, long: int = LONG, start: Start = in_a_thread) -> None:
        self._long, self._start = long, start
        self._key: Key | None = None
        self._found: list[Any] = []
        self._problem: list[BaseException] = []

    def is_long(self, size: int) -> bool:
        """Whether a file of so many bytes is read beside the passes."""
        return size > self._long

    def get(self, key: Key, work: Callable[[], T]) -> T | None:
        """What `work` gives, once it is ready; None until then, or while another file is read.

        Raises what `work` raises. A result that nobody asks for any more makes room for the next file.
        """
        if self._key is not None and self._key != key and not self._is_over():
            return None
        if self._key != key:
            self._begin(key, work)
        if not self._is_over():
            return None
        self._key = None
        if self._problem:
            raise self._problem[0]
        result: T = self._found[0]
        self._found = []
        return result

    def _begin(self, key: Key, work: Callable[[], Any]) -> None:
        self._key, self._found, self._problem = key, [], []
        found, problem = self._found, self._problem

        def run() -> None:
            try:
                found.append(work())
            except BaseException as error:  # noqa: BLE001 - it is raised where the result is asked for
                problem.append(error)

        self._start(run)

    def _is_over(self) -> bool:
        return bool(self._found or self._problem)
