"""A day in a shop leaves the same behind on SQLite and on PostgreSQL: every verb tells it in the same words."""

from __future__ import annotations

from pathlib import Path

import pytest

from sheetsync.cli.main import run
from tests.support.shop import Shop

VERBS = (
    ("explain", "#SP-1", "--at", "2026-03-09T12:20"),
    ("explain", "pass", "3", "--at", "2026-03-09T12:20"),
    ("history", "#SP-1"),
    ("undo",),
    ("report", "--month", "2026-03", "--format", "csv"),
    ("archive",),
    ("forget", "Thandi Nkosi"),
    ("undo", "3", "--yes"),
)


def told_after_a_day(shop: Shop, capsys: pytest.CaptureFixture[str]) -> list[tuple[int, str]]:
    """Exit code and words of each verb, without the place of the folder."""
    shop.add({"order_id": "#SP-1", "allocated": "✓"}, {"order_id": "#SP-2"})
    shop.look(shop.at("08:10"))
    shop.type_in("#SP-1", picked="✓")
    shop.look(shop.at("08:12"))
    shop.type_in("#SP-1", notes="Fragile!")
    shop.look(shop.at("12:13"))
    capsys.readouterr()
    told = []
    for verb in VERBS:
        code = run([*verb, "--config", str(shop.config)])
        shown = capsys.readouterr()
        told.append((code, (shown.out + shown.err).replace(str(shop.folder), "")))
    return told


def test_every_verb_tells_the_same(
    tmp_path: Path, postgres_url: str, capsys: pytest.CaptureFixture[str]
):
    file = Shop(tmp_path / "file" / "shop")
    server = Shop(tmp_path / "serv" / "shop", more=f"store: {{url: '{postgres_url}'}}\n")
    ours, theirs = told_after_a_day(file, capsys), told_after_a_day(server, capsys)
    for verb, one, other in zip(VERBS, ours, theirs, strict=True):
        assert one == other, verb
    assert {code for code, _ in ours} == {0}
