"""The page on the audit shows a check that anybody can run without our program, and names all that is so."""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from sheetsync.config.model import RetentionConfig
from sheetsync.domain.audit import Entry
from sheetsync.worker.audit_file import About, write_audit

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "audit.md").read_text(encoding="utf-8")
NOW = datetime(2026, 3, 2, tzinfo=UTC)


def test_the_check_shown_finds_a_whole_file_whole_and_a_changed_one_broken(tmp_path):
    (program,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    file = tmp_path / "audit.csv"
    entries = [
        Entry(
            at="2026-03-02T08:00:00Z", kind="cell", number=n, what="notes", new='=1, "two"\nthree'
        )
        for n in range(3)
    ]
    about = About(tracker="t", uuid="u", since="", written_at=NOW, by="me")
    last = write_audit(file, entries, about, b"secret").checksum

    def run():
        command = [sys.executable, "-c", program, str(file)]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    assert last in run().stdout
    file.write_bytes(file.read_bytes().replace(b"notes", b"Notes", 1))
    assert "broken at line 1" in run().stderr


def test_the_personal_columns_named_are_those_of_the_settings():
    named = PAGE.partition("## Personal values")[2].partition("unless you say otherwise")[0]
    words = {
        "customer_email": "e-mail", "special_handling": "special handling",
        "ship_to": "shipped to", "vendor_note": "vendor's note",
    }  # fmt: skip
    for column in RetentionConfig().personal_columns:
        assert words.get(column, column) in named
