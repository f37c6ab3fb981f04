from __future__ import annotations

from pathlib import Path

import pytest

from sheetsync.domain.model import Marker
from sheetsync.rulebook import load_rules
from tests.unit.google_setup.book import a_book

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="session")
def rules():
    return load_rules(ROOT / "rules")


@pytest.fixture
def marker():
    return Marker(uuid="3f0c", epoch=2, seq=0)


@pytest.fixture
def fourteen(rules):
    return [column.title for column in rules.columns.values() if column.core]


@pytest.fixture
def book(fourteen):
    """Orders with the documents' headings, SLA and Check, a column of staff's own, and one order."""
    return a_book(*fourteen, "SLA", "Check", "Shelf", rows=[["#SP-1", 46000.5, "Thandi", "MUG-01"]])
