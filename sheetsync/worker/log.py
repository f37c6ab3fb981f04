"""The worker's log: lines a person can read, or the same facts as JSON, one object a line.

No names, addresses or order contents: counts, moments and sentences about the tracker only.
"""

from __future__ import annotations

import json
import logging
import sys
import traceback
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal, TextIO

from sheetsync.worker.one_pass import PassResult

Style = Literal["text", "json"]
_LOGGER: Final = "sheetsync.worker"


class _JsonLines(logging.Formatter):
    """One JSON object per line: time, level, event, message and the facts of the event."""

    def format(self, record: logging.LogRecord) -> str:
        facts: dict[str, Any] = getattr(record, "facts", {})
        moment = datetime.fromtimestamp(record.created, tz=UTC).isoformat(timespec="seconds")
        line = {"time": moment, "level": record.levelname.lower(), "message": record.getMessage()}
        return json.dumps(line | facts, ensure_ascii=False)


class WorkerLog:
    """What the daemon says, line by line."""

    def __init__(self, tracker: str, style: Style = "text", stream: TextIO | None = None) -> None:
        self._tracker = tracker
        self._logger = logging.getLogger(_LOGGER)
        self._logger.setLevel(logging.INFO)
        self._logger.propagate = False
        handler = logging.StreamHandler(stream or sys.stderr)
        text = logging.Formatter("%(asctime)s  %(levelname)-7s %(message)s", "%Y-%m-%d %H:%M:%S")
        handler.setFormatter(_JsonLines() if style == "json" else text)
        self._logger.handlers = [handler]

    def started(self, every: timedelta) -> None:
        """The daemon begins."""
        self._say(
            logging.INFO, "start", f"watching {self._tracker}, every {every.total_seconds():.0f} s"
        )

    def stopped(self, signal_name: str) -> None:
        """The daemon ended cleanly; `signal_name` asked for it, "" for nobody."""
        why = f"{signal_name}: " if signal_name else ""
        self._say(logging.INFO, "stop", f"{why}stopped; nothing is half-done")

    def passed(self, result: PassResult, seconds: float) -> None:
        """A pass ended."""
        sent, waiting = _mails(result)
        facts = {"outcome": result.outcome, "cells": result.cells, "sent": sent, "waiting": waiting,
                 "seconds": round(seconds, 3)}  # fmt: skip
        for line in result.news:
            self._say(logging.INFO, "feed", line)
        if result.outcome == "unchanged" and not sent and not waiting:
            self._say(logging.INFO, "pass", "nothing new", **facts)
        else:
            self._ended(result, seconds, facts)
        trouble = result.delivery.trouble if result.delivery is not None else ""
        for remark in (trouble, *result.remarks):
            if remark:
                self._say(logging.WARNING, "remark", remark)

    def _ended(self, result: PassResult, seconds: float, facts: Mapping[str, object]) -> None:
        sent, waiting = _mails(result)
        words = f"{_counted(result.cells, 'cell')}, {_counted(sent, 'mail')} sent"
        if waiting:
            words += f", {waiting} waiting"
        level = logging.INFO if result.outcome in ("done", "unchanged") else logging.WARNING
        tail = f": {result.problem}" if result.problem else ""
        self._say(level, "pass", f"{result.outcome}, {words} ({seconds:.1f} s){tail}", **facts)

    def skipped(self, why: str, times: int) -> None:
        """Another worker has the tracker, `times` in a row."""
        self._say(logging.INFO, "skipped", f"{why} ({times} in a row)", times=times)

    def failed(self, problem: str, wait: timedelta, times: int) -> None:
        """A pass could not be done."""
        again = f"trying again in {wait.total_seconds():.0f} s"
        self._say(logging.ERROR, "failed", f"{problem} ({again}; {times} in a row)", times=times)

    def defect(self, defect: Exception) -> None:
        """A defect of ours, with its traceback."""
        self._say(logging.ERROR, "defect", "".join(traceback.format_exception(defect)).rstrip())

    def clock_jumped(self, seconds: float) -> None:
        """The clock moved against the steady one, or the machine slept."""
        self._say(
            logging.WARNING,
            "clock",
            f"the clock jumped by {seconds:.0f} s, or the machine slept: looking now",
        )

    def reloaded(self, alarm: str) -> None:
        """SIGHUP was obeyed; `alarm` says what is wrong with the rules, "" when they are good."""
        if alarm:
            self._say(logging.ERROR, "reload", f"configuration read anew. {alarm}")
        else:
            self._say(logging.INFO, "reload", "configuration and rules read anew")

    def reload_failed(self, problem: str) -> None:
        """SIGHUP met a bad file; the old one stays."""
        self._say(logging.ERROR, "reload", f"the old configuration stays in force: {problem}")

    def heartbeat_failed(self, kind: str) -> None:
        """The heartbeat URL did not answer; only a warning, and without the URL, which is a secret."""
        self._say(logging.WARNING, "heartbeat", f"the heartbeat address did not answer ({kind})")

    def _say(self, level: int, event: str, message: str, **facts: object) -> None:
        self._logger.log(
            level, message, extra={"facts": {"event": event, "tracker": self._tracker, **facts}}
        )


def _counted(number: int, one: str) -> str:
    return f"{number} {one if number == 1 else one + 's'}"


def _mails(result: PassResult) -> tuple[int, int]:
    if result.delivery is None:
        return 0, 0
    return result.delivery.sent, result.delivery.waiting
