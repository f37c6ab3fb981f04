"""The headers of letters to people outside: one thread for each order, a way out of favours asked."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from sheetsync.messages.addresses import one_line
from sheetsync.messages.kinds import UNSUBSCRIBABLE


def in_thread(thread: Sequence[str]) -> dict[str, str]:
    """What makes mail programs show a letter below the first one about its order.

    `thread` holds the Message-IDs of earlier letters about the same order to the same recipient, oldest
    first; the first letter of all has none. References names the first and the latest only.
    """
    if not thread:
        return {}
    ends = dict.fromkeys((thread[0], thread[-1]))
    return {"In-Reply-To": thread[0], "References": " ".join(ends)}


def way_out(kind: str, answers: str, orders: Sequence[str]) -> dict[str, str]:
    """How to ask for no more such letters: a mail to `answers`, for there may be no page to click on."""
    if kind not in UNSUBSCRIBABLE or not answers:
        return {}
    words = " ".join(["unsubscribe", *(one_line(order, 60) for order in orders[:1])])
    return {
        "List-Unsubscribe": f"<mailto:{quote(answers, safe='@+.-_')}?subject={quote(words, errors='replace')}>"
    }
