"""What of a row may be told to a customer: names of the rules, dates, and what looks like a name or a number.

Whoever can type into the sheet must not be able to write into a customer's mail. So no free text gets
there: a cell that does not look like what it should be is told as if it were blank.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from sheetsync.domain.columns.skus import sku_lines
from sheetsync.domain.escalation.speakable import looks_like_an_id
from sheetsync.domain.rules import CarrierRule, Rulebook
from sheetsync.domain.texts import clean_id, fold

_LONGEST_NAME: Final = 60
_WORDS: Final = 6
_NAME: Final = re.compile(r"[^\W\d_]+(?:\.(?= |$))?(?:[ '’-][^\W\d_]+(?:\.(?= |$))?)*")
"""Letters of any script, held together by single spaces, hyphens and apostrophes; a dot only ends a word."""
_SKU: Final = re.compile(r"[^\W_](?:[\w+/-]|\.(?=\d)){0,39}")
_NUMBER: Final = re.compile(r"(?=.*\d)[0-9A-Z]{5,40}")


def person_name(text: str) -> str:
    """`text` where it looks like the name of a person or a shop, else ""."""
    name = " ".join(clean_id(text).split())
    plain = len(name) <= _LONGEST_NAME and name.count(" ") < _WORDS and _NAME.fullmatch(name)
    return name if plain else ""


def order_number(text: str) -> str:
    """An Order ID where it looks like one, else ""; one space in it is as good as a hyphen."""
    return text if looks_like_an_id(text.replace(" ", "-", 1)) else ""


def order_lines(text: str) -> list[dict[str, Any]]:
    """What was ordered, as the lines of a letter; an article that does not look like one has no name."""
    return [
        {
            "sku": line.sku if _SKU.fullmatch(line.sku) else "",
            "product": "",
            "quantity": line.quantity,
        }
        for line in sku_lines(text)
        if line.quantity and not line.problem
    ]


def carrier_of(text: str, carriers: Mapping[str, CarrierRule]) -> CarrierRule | None:
    """The carrier whom a cell means; None where the rules know none of that name."""
    wanted = fold(text)
    for rule in carriers.values():
        if wanted and wanted in {fold(name) for name in (rule.name, *rule.aliases)}:
            return rule
    return None


def tracking_number(text: str) -> str:
    """A tracking number in its own spelling without spaces, where it looks like one, else ""."""
    number = "".join(clean_id(text).split()).replace("-", "").upper()
    return number if _NUMBER.fullmatch(number) else ""


def listed_word(text: str, column: str, rules: Rulebook) -> str:
    """The word of the column's list that a cell means; "" for any other."""
    rule = rules.columns.get(column)
    return rule.choice_aliases.get(fold(text), "") if rule is not None and text else ""


def in_language(word: str, language: str, rules: Rulebook) -> str:
    """How a mail in this language says a word of a list; as it is where the rules do not say."""
    words = rules.notifications.words
    known = words.get(language) or words.get(language.partition("-")[0]) or {}
    return known.get(fold(word), word)
