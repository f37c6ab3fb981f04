"""config.example.yaml and the reference table, written from the model so that neither can drift."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from textwrap import wrap
from typing import Any, Final, get_args, get_origin

from pydantic.fields import FieldInfo

from sheetsync.config.model import Config
from sheetsync.config.tracker import TickWords
from sheetsync.yamlfiles.checking import Strict
from sheetsync.yamlfiles.document import read_document

_HEADER: Final = """\
# Settings of sheetsync. Paths are relative to the folder of this file.
# A line that begins with "# " and a setting is its default or an example: remove the # to use it.
# What is checked, how long a stage may take and who is told stands in the rules, not here.
"""
_WIDTH: Final = 100


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting as the example and the reference show it. `name` is `tracker.path`."""

    name: str
    description: str
    example: str
    required: bool
    default: bool
    shown: bool


def settings(model: type[Strict] = Config, prefix: str = "") -> Iterator[Setting]:
    """Every setting in the order of the model, sections before what they hold."""
    for key, info in model.model_fields.items():
        name = f"{prefix}{info.alias or key}"
        section, group = _section(info), _group(info)
        yield _setting(name, info, is_section=section is not None or group is not None)
        if section is not None:
            yield from settings(section, f"{name}.")
        if group is not None:
            yield from _one_of_a_group(f"{name}.{(info.examples or [''])[0]}", group)


def _section(info: FieldInfo) -> type[Strict] | None:
    kind = info.annotation
    if isinstance(kind, type) and issubclass(kind, Strict) and kind is not TickWords:
        return kind
    return None


def _group(info: FieldInfo) -> type[Strict] | None:
    """The model of each entry, where people name the entries themselves."""
    if get_origin(info.annotation) is not dict:
        return None
    kind = get_args(info.annotation)[1]
    return kind if isinstance(kind, type) and issubclass(kind, Strict) else None


def _one_of_a_group(name: str, model: type[Strict]) -> Iterator[Setting]:
    """One entry under a name made up; nothing of it stands active in the example."""
    about = model.about_names or "One of them; the name is yours: small letters, figures and _."
    yield Setting(
        name=name, description=about, example="", required=False, default=False, shown=False
    )
    yield from (replace(setting, shown=False) for setting in settings(model, f"{name}."))


def _setting(name: str, info: FieldInfo, *, is_section: bool) -> Setting:
    extra = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
    return Setting(
        name=name,
        description=info.description or "",
        example="" if is_section else str((info.examples or [""])[0]),
        required=info.is_required(),
        default=not info.is_required() and info.default not in (None, [], {}, TickWords()),
        shown=is_section or bool(extra.get("shown")),
    )


def example_config(values: Mapping[str, str] | None = None) -> str:
    """The text of config.example.yaml; `values` (`tracker.path`: text) replace its examples."""
    given = dict(values or {})
    lines = [_HEADER.rstrip()]
    for setting in settings():
        name = setting.name.rpartition(".")[2]
        depth = setting.name.count(".")
        indent = "  " * depth
        if not depth:
            lines.append("")
        about = f"{indent}# {setting.description}"
        lines += wrap(about, _WIDTH, subsequent_indent=f"{indent}# ")
        text = yaml_text(given[setting.name]) if setting.name in given else setting.example
        active = setting.shown or setting.name in given
        lines.append(f"{indent}{'' if active else '# '}{name}:{f' {text}' if text else ''}")
    return "\n".join(lines) + "\n"


def yaml_text(value: str) -> str:
    """A text as it must be written in YAML to be read as the same text."""
    plain = read_document("", f"x: {value}")
    if not plain.problems and plain.get(("x",)) == value:
        return value
    quoted = value.replace("'", "''")
    return f"'{quoted}'"


def reference_table() -> str:
    """Every setting with its meaning and default, as a Markdown table."""
    rows = ["| Setting | Meaning | Default |", "|---|---|---|"]
    for setting in settings():
        if setting.example:
            rows.append(
                f"| `{setting.name}` | {_cell(setting.description)} | {_default(setting)} |"
            )
        else:
            rows.append(f"| **`{setting.name}`** | {_cell(setting.description)} | |")
    return "\n".join(rows) + "\n"


def _default(setting: Setting) -> str:
    example = f"`{_cell(setting.example)}`"
    if setting.required:
        return f"required, such as {example}"
    return example if setting.default else f"none; for example {example}"


def _cell(text: Any) -> str:
    return str(text).replace("|", "\\|")


if __name__ == "__main__":
    sys.stdout.write(example_config())
