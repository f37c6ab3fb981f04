"""Values that only the rules have: opening hours, and a `when:` before it is compiled."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Annotated, Any, Final

from pydantic import PlainValidator, WithJsonSchema

from sheetsync.yamlfiles.words import shown

_CLOCK: Final = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)|(24):(00)")

Spans = tuple[tuple[int, int], ...]
"""Opening spans of one day, in seconds of the day."""


def parse_hours(value: Any) -> Spans:
    """`08:00-17:00`, or several: `08:00-12:00, 13:00-17:00`; an end before the start is overnight."""
    texts = value if isinstance(value, list) else str(value or "").split(",")
    spans = sorted(_opening(str(text)) for text in texts)
    for (_, end), (start, _) in pairwise(spans):
        if start < end:
            raise ValueError(f"the opening hours {shown(value)} overlap")
    return tuple(spans)


def _opening(text: str) -> tuple[int, int]:
    start, dash, end = text.strip().partition("-")
    first, last = _CLOCK.fullmatch(start.strip()), _CLOCK.fullmatch(end.strip())
    if not (dash and first and last):
        raise ValueError(f"{shown(text.strip())} is not opening hours; write them like 08:00-17:00")
    opening = (_seconds(first), _seconds(last))
    if opening[0] == opening[1] or opening[0] == 86_400:
        raise ValueError(
            f"{shown(text.strip())} opens and closes at once; a whole day is 00:00-24:00"
        )
    return opening


def _seconds(clock: re.Match[str]) -> int:
    return int(clock[1] or clock[3]) * 3600 + int(clock[2] or clock[4]) * 60


Hours = Annotated[
    Spans,
    PlainValidator(parse_hours),
    WithJsonSchema({"type": ["string", "array"], "examples": ["08:00-17:00"]}),
]
When = Annotated[
    dict[str, Any],
    WithJsonSchema(
        {
            "type": ["object", "null"],
            "description": "Field: condition. All must hold; without any it always holds.",
        }
    ),
]
