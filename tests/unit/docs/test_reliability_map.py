"""The page of failures and threats names tests that exist and are collected; every row has one."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs" / "reliability.md").read_text(encoding="utf-8")
NAMED = re.compile(r"`([\w/]+/test_\w+\.py)::(test_\w+)`")
FAILURES, THREATS = 30, 21


def rows(heading: str) -> list[str]:
    """The rows of the table under a heading."""
    part = PAGE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    return [line for line in part.splitlines() if line.startswith("| ")][1:]


@cache
def functions(file: str) -> frozenset[str]:
    """What pytest finds in a file: functions of the module, and methods of its classes called Test."""
    tree = ast.parse((ROOT / "tests" / file).read_text(encoding="utf-8"))
    found = list(tree.body)
    found += [
        node
        for item in tree.body
        if isinstance(item, ast.ClassDef) and item.name.startswith("Test")
        for node in item.body
    ]
    return frozenset(
        n.name for n in found if isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef))
    )


@pytest.mark.parametrize(("heading", "count"), [("Failures", FAILURES), ("Threats", THREATS)])
def test_every_row_of_the_page_names_a_test(heading, count):
    lines = rows(heading)
    assert len(lines) == count
    assert not [line for line in lines if not NAMED.search(line) or line.count("|") != 4]


def test_every_test_that_the_page_names_exists():
    named = NAMED.findall(PAGE)
    assert len(named) > 80
    assert PAGE.count("::test_") == len(named)
    assert not [f"{file}::{name}" for file, name in named if name not in functions(file)]


def test_every_test_that_the_page_names_is_collected(request):
    """Of the files that this run has collected whole; a run of everything looks at them all."""
    config = request.config
    if config.option.keyword or config.option.markexpr or any("::" in arg for arg in config.args):
        pytest.skip("only some tests of each file were asked for")
    collected: dict[str, set[str]] = {}
    for item in request.session.items:
        file, _, name = item.nodeid.partition("::")
        collected.setdefault(file, set()).add(name.rpartition("::")[2].partition("[")[0])
    lost = [
        f"{file}::{name}"
        for file, name in NAMED.findall(PAGE)
        if f"tests/{file}" in collected and name not in collected[f"tests/{file}"]
    ]
    assert lost == []
