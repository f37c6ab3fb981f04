"""One more alias in columns.yaml, as a person would type it: every other byte of the file stays."""

from __future__ import annotations

import re

from sheetsync.config.example import yaml_text
from sheetsync.errors import UsageError


def with_alias(text: str, key: str, heading: str) -> str:
    """The text of columns.yaml with `heading` among the aliases of the column `key`.

    Raises UsageError where the column cannot be found in the text.
    """
    start = re.search(rf"^  - key: {re.escape(key)}[ \t]*(?:#.*)?$", text, re.MULTILINE)
    if start is None:
        raise UsageError(f"columns.yaml has no column {key}. Add the alias by hand.")
    following = re.search(r"^(?:  - |\S)", text[start.end() :], re.MULTILINE)
    end = start.end() + following.start() if following else len(text)
    block = text[start.end() : end]
    return text[: start.end()] + _block_with(block, _flow_text(heading)) + text[end:]


def _block_with(block: str, alias: str) -> str:
    listed = re.search(r"^    aliases: \[(.*)\]", block, re.MULTILINE)
    if listed is None:
        title = re.search(r"^    title:.*$", block, re.MULTILINE)
        place = title.end() if title else 0
        return f"{block[:place]}\n    aliases: [{alias}]{block[place:]}"
    before = f"{listed[1]}, " if listed[1].strip() else ""
    return f"{block[: listed.start()]}    aliases: [{before}{alias}]{block[listed.end() :]}"


def _flow_text(heading: str) -> str:
    """A text inside [ ]: quoted wherever a comma or a bracket would end it."""
    if re.search(r"[\[\]{},'\"#:&*!|>%@`\n]", heading):
        return "'" + " ".join(heading.split()).replace("'", "''") + "'"
    return yaml_text(heading)
