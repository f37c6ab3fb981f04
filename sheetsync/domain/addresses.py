"""Whether a cell holds one plain e-mail address; stricter than what a mail server would take."""

from __future__ import annotations

import re
from typing import Final

_ATOM: Final = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL: Final = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS: Final = re.compile(
    rf"(?=.{{1,64}}@){_ATOM}(?:\.{_ATOM})*@(?:{_LABEL}\.)+[A-Za-z]{{2,63}}", re.ASCII
)
_LONGEST_DOMAIN: Final = 253


def is_one_address(text: str) -> bool:
    """Whether mail to this text goes to one person: `name@shop.org`, no list, no comment, no invisible sign."""
    return _ADDRESS.fullmatch(text) is not None and len(text.rpartition("@")[2]) <= _LONGEST_DOMAIN
