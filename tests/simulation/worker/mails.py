"""What must be true of the mails: what the server took held against what the store says of each."""

from __future__ import annotations

from collections import Counter
from typing import Final

from sheetsync.store.store import Store
from tests.simulation.worker.figures import Figures
from tests.simulation.worker.oracle import STATUS, Oracle
from tests.simulation.worker.people import EXCEPTIONS
from tests.simulation.worker.post import Post
from tests.support.shop import TITLES

_WAITS: Final = ("pending", "retry", "claimed", "in_data")
_HELD: Final = ("held", "in_doubt")
_ENDED: Final = ("failed", "superseded", "suppressed", "dropped")
ABOUT_ORDERS: Final = "escalation"


def audit(store: Store, tracker_id: int, post: Post, *, holds: bool) -> tuple[Figures, list[str]]:
    """Counts every mail once, and says what is wrong with any."""
    figures, broken = Figures(), []
    arrived = post.times()
    kinds = {arrival.message_id: arrival.kind for arrival in post.arrivals}
    known = set()
    for row in store.outbox(tracker_id).latest(10_000):
        known.add(row.message_id)
        figures.mails_due += 1
        if row.state == "sent":
            figures.mails_sent += 1
            if not arrived[row.message_id]:
                figures.mails_lost += 1
                broken.append(f"mail {row.id} to {row.recipient} counts as sent and never arrived")
        elif row.state in _WAITS:
            figures.mails_waiting += 1
        elif row.state in _HELD:
            figures.mails_held += 1
        elif row.state in _ENDED:
            figures.mails_failed += 1
        else:
            broken.append(f"mail {row.id} is in no known state: {row.state}")
    for message_id, times in arrived.items():
        if message_id not in known:
            broken.append(f"a mail arrived that the store does not know: {message_id}")
        held = holds and kinds[message_id] == ABOUT_ORDERS
        doubled = times - 1
        figures.mails_doubled += doubled
        if doubled > (0 if held else post.doubts[message_id]):
            of_its_kind = ", which is of a kind to be held" if held else ""
            broken.append(
                f"a mail arrived {times} times after {post.doubts[message_id]} doubts{of_its_kind}"
            )
    return figures, broken


def not_told(oracle: Oracle, store: Store, tracker_id: int) -> list[str]:
    """Orders on which a person typed an exception and about which no mail was made, though a pass saw it.

    An order that is late, too, is told by another rule; one that somebody has acknowledged is not told.
    """
    told: Counter[str] = Counter()
    for row in store.outbox(tracker_id).latest(10_000):
        told.update(row.orders)
    found = []
    for order, slip in oracle.exceptions().items():
        cells = oracle.cells[slip]
        plain = cells.get(STATUS) in EXCEPTIONS and not cells.get(TITLES["ack"])
        late = str(cells.get(TITLES["sla"], "")).startswith(("At risk", "Breached"))
        if plain and not late and not told[order]:
            found.append(f"{order} ({slip}) is {cells[STATUS]} and nobody is told")
    return found
