"""Rules are loaded anew exactly when a file of theirs has changed."""

from __future__ import annotations

from sheetsync.resources import copy_rules
from sheetsync.worker.rules_in_force import folder_token


def test_the_token_changes_with_any_byte_of_any_rules_file_and_with_nothing_else(tmp_path):
    copy_rules(tmp_path / "rules")
    before = folder_token(tmp_path / "rules")
    assert folder_token(tmp_path / "rules") == before
    (tmp_path / "rules" / "notes.txt").write_text("not a rule")
    assert folder_token(tmp_path / "rules") == before
    sla = tmp_path / "rules" / "sla.yaml"
    text = sla.read_text()
    sla.write_text(text.replace("80%", "81%"))
    assert folder_token(tmp_path / "rules") != before
    sla.write_text(text)
    assert folder_token(tmp_path / "rules") == before
    sla.rename(tmp_path / "rules" / "sla2.yaml")
    assert folder_token(tmp_path / "rules") != before
