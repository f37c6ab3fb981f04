"""The schema gate in pytest: who breaks Google's description fails, and one line tells of the whole session."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
TESTS = """
import pytest
import requests
from tests.support.google_sheets import BOOK_ID, book_of, served

@pytest.fixture
def ask():
    with served(book_of([["Order ID"]])) as server:
        yield lambda more: requests.get(f"{server.url}/v4/spreadsheets/{BOOK_ID}{more}", timeout=5)

def test_good(ask):
    assert ask("?prettyPrint=false").ok

def test_bad(ask):
    assert ask("?includeGrid=true").ok

@pytest.fixture
def careless(ask):
    yield
    ask("?access=1")

def test_bad_afterwards(careless):
    pass

@pytest.mark.against_google_schema
def test_bad_on_purpose(ask):
    assert ask("/nothing").status_code == 404

@pytest.mark.against_google_schema
def test_marked_for_nothing(ask):
    assert ask("").ok
"""


@pytest.mark.parametrize("workers", ["0", "2"])
def test_a_violation_fails_its_test_and_all_are_added_up(tmp_path, workers):
    (tmp_path / "test_asking.py").write_text(TESTS)
    options = ["-p", "tests.support.google_schema", "-p", "no:cacheprovider", "-n", workers]
    command = [sys.executable, "-m", "pytest", "-c", "pytest.ini", "-q", *options, "test_asking.py"]
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    environment = {"PYTHONPATH": str(ROOT), "PATH": ""}
    done = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert "FAILED test_asking.py::test_bad " in done.stdout
    assert "request of spreadsheets.get: includeGrid: is no parameter of this method" in done.stdout
    assert "ERROR test_asking.py::test_bad_afterwards " in done.stdout
    assert "FAILED test_asking.py::test_marked_for_nothing " in done.stdout
    assert "2 failed, 3 passed, 1 error" in done.stdout
    assert (
        "Google API schema: 5 requests and 4 replies checked, 2 violations (1 more on purpose)"
        in done.stdout
    )
