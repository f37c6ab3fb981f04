"""The schemas beside the rules are those of the models, and the shipped files fit the models' names."""

from __future__ import annotations

import json
from pathlib import Path

from sheetsync.rulebook.loader import MODELS
from sheetsync.rulebook.schema import schemas

FOLDER = Path(__file__).parents[3] / "rules"


def test_the_committed_schemas_are_current():
    """Made anew with: python -m sheetsync.rulebook.schema rules/schema."""
    committed = {path.name: path.read_text() for path in (FOLDER / "schema").glob("*.json")}
    assert committed == schemas()


def test_every_rule_file_has_a_schema_that_refuses_unknown_settings():
    for name in MODELS:
        schema = json.loads((FOLDER / "schema" / f"{name}.schema.json").read_text())
        assert schema["additionalProperties"] is False
        assert schema["properties"]["version"]["const"] == 1
