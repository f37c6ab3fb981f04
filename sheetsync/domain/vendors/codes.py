"""The code that stands in a letter to a vendor, by which an answer is known to be about that very assignment.

`SP-20491 V7-x3k9m2pq`: the order, how often it was assigned, and a mark that only we can make. Assigning the
order to somebody else makes the code worthless.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

_MARK: Final = 10
"""Signs of 5 bits each: 50 bits cannot be tried out by mail."""
_CODE: Final = re.compile(
    r"(?<![\w#])(?P<order>#?[^\W_]+(?:[-_/#][^\W_]+){0,6})[ \t]+V(?P<epoch>\d{1,6})-(?P<mark>[a-z2-7]{10})(?![\w-])",
    re.IGNORECASE,
)
_LONGEST: Final = 20_000


@dataclass(frozen=True, slots=True)
class Code:
    """A code as somebody wrote it; as yet unproved. `order` in its own spelling."""

    order: str
    epoch: int
    mark: str


def mark_of(secret: bytes, tracker: str, order_id: str, vendor: str, epoch: int) -> str:
    """The mark of one assignment."""
    text = "\0".join(("vendor", tracker, order_id, vendor, str(epoch)))
    digest = hmac.new(secret, text.encode("utf-8", "surrogatepass"), hashlib.sha256).digest()
    return base64.b32encode(digest).decode("ascii")[:_MARK].lower()


def code_of(secret: bytes, tracker: str, order_id: str, vendor: str, epoch: int) -> str:
    """The code of one assignment, as it stands in letters."""
    mark = mark_of(secret, tracker, order_id, vendor, epoch)
    return f"{order_id.removeprefix('#')} V{epoch}-{mark}"


def is_proved(code: Code, secret: bytes, tracker: str, order_id: str, vendor: str) -> bool:
    """Whether we made this code for the assignment of `order_id` to `vendor` that it names."""
    wanted = mark_of(secret, tracker, order_id, vendor, code.epoch)
    return bool(secret and vendor) and hmac.compare_digest(wanted, code.mark)


def codes_in(text: str) -> Iterator[Code]:
    """Every code that stands in a text, in its order."""
    for found in _CODE.finditer(text[:_LONGEST]):
        yield Code(found["order"], int(found["epoch"]), found["mark"].lower())


def order_key(order: str) -> str:
    """By this a vendor's spelling of an Order ID is compared: without #, in one case."""
    return order.strip().lstrip("#").casefold()
