"""A pytest plugin: whoever asks or answers against Google's description of the Sheets API fails its test.

Every server of the tests holds what passes through it against the description (`EVERYTHING`). A test that sends
on purpose what Google would not know is marked `against_google_schema`, and fails where it sends no such thing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any, Final

import pytest

from tests.sheets_server.schema import EVERYTHING, SchemaViolation

MARK: Final = "against_google_schema"
_SENT: Final = "google_schema"
_TOTALS: Final[pytest.StashKey[Counter[str]]] = pytest.StashKey()


def pytest_configure(config: pytest.Config) -> None:
    """Nothing was seen yet."""
    config.addinivalue_line(
        "markers", f"{MARK}: sends a Sheets server what Google's description does not allow"
    )
    config.stash[_TOTALS] = Counter()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Fail a test in which a request or a reply broke the description, fixtures included."""
    __tracebackhide__ = True
    result = yield
    judge(_taken(), item.config.stash[_TOTALS], wanted=_is_marked(item))
    return result


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Iterator[None]:
    """The same for what was sent while a test was failing, or is sent to clean up."""
    __tracebackhide__ = True
    result = yield
    if found := _taken():
        judge(found, item.config.stash[_TOTALS], wanted=_is_marked(item))
    return result


def judge(found: list[str], totals: Counter[str], *, wanted: bool) -> None:
    """Count what broke the description; raises SchemaViolation unless that is as it was wanted."""
    __tracebackhide__ = True
    totals["on purpose" if wanted else "violations"] += len(found)
    if wanted and not found:
        raise SchemaViolation(f"marked {MARK}, but Google's description allows all that was sent")
    if found and not wanted:
        told = "\n".join(f"  {count} x {text}" for text, count in Counter(found).most_common(20))
        raise SchemaViolation(f"against Google's description of the Sheets API:\n{told}")


def _is_marked(item: pytest.Item) -> bool:
    return item.get_closest_marker(MARK) is not None


def _taken() -> list[str]:
    """What was found since the last look."""
    found = EVERYTHING.violations[:]
    del EVERYTHING.violations[: len(found)]
    return found


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Add up; a worker of pytest-xdist sends its figures home."""
    totals = session.config.stash[_TOTALS]
    totals.update(requests=EVERYTHING.requests, replies=EVERYTHING.replies)
    sent: dict[str, Any] | None = getattr(session.config, "workeroutput", None)
    if sent is not None:
        sent[_SENT] = dict(totals)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take in the figures of a worker of pytest-xdist; one that crashed sent none."""
    node.config.stash[_TOTALS].update(getattr(node, "workeroutput", {}).get(_SENT, {}))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say in one line what was checked, where anything was."""
    totals = terminalreporter.config.stash[_TOTALS]
    if totals["requests"]:
        terminalreporter.write_line(summary(totals))


def summary(totals: Counter[str]) -> str:
    """The figures of a session in one sentence."""
    aside = f" ({totals['on purpose']} more on purpose)" if totals["on purpose"] else ""
    return (
        f"Google API schema: {totals['requests']:,} requests and {totals['replies']:,} replies checked, "
        f"{totals['violations']:,} violations{aside}"
    )
