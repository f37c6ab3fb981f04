"""JSON schemas of the rule files, so that an editor helps while a person types."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from sheetsync.rulebook.examples import ExamplesFile
from sheetsync.rulebook.loader import MODELS
from sheetsync.yamlfiles.checking import Strict


def schemas() -> dict[str, str]:
    """File name (`sla.schema.json`) -> its text, as it stands in rules/schema."""
    models: dict[str, type[Strict]] = {**MODELS, "examples": ExamplesFile}
    return {f"{name}.schema.json": _schema(name, model) for name, model in models.items()}


def _schema(name: str, model: type[Strict]) -> str:
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **model.model_json_schema(),
        "title": f"{name}.yaml" if name != "examples" else "examples/*.yaml",
    }
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def write_schemas(folder: Path) -> list[Path]:
    """Write every schema into `folder`; returns the files."""
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    for name, text in schemas().items():
        (folder / name).write_text(text, encoding="utf-8")
        made.append(folder / name)
    return made


if __name__ == "__main__":
    write_schemas(Path(sys.argv[1]))
