"""What the store logged: the timeline of one order, and the whole audit as a file."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from datetime import datetime
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sheetsync.domain.audit import Entry
from sheetsync.domain.texts import clean_id, fold
from sheetsync.errors import UsageError
from sheetsync.worker.audit_file import About, Manifest, verify_audit, write_audit

if TYPE_CHECKING:
    from sheetsync.worker.workshop import Workshop

_SEAL: Final = "audit_seal"


def order_history(
    shop: Workshop, wanted: str, since: datetime | None = None
) -> tuple[str, list[Entry]]:
    """The Order ID meant and everything that was logged about it, oldest first; raises UsageError."""
    store, tracker = shop.store, shop.state.id
    order_id = known_order(wanted, store.known_orders(tracker))
    with store.audit(tracker, since=since, order_id=order_id) as entries:
        return order_id, list(entries)


def export_audit(
    shop: Workshop, path: Path, *, since: datetime | None, now: datetime, by: str,
    watch: Callable[[Iterable[Entry]], Iterable[Entry]] = lambda entries: entries,
) -> Manifest:  # fmt: skip
    """Write the audit of the tracker from `since` on; `watch` sees the entries pass by."""
    about = About(
        tracker=shop.name, uuid=shop.state.uuid, since=since.isoformat() if since else "",
        written_at=now, by=by,
    )  # fmt: skip
    with shop.store.audit(shop.state.id, since=since) as entries:
        return write_audit(path, watch(entries), about, _secret(shop))


def verify_exported(path: Path, shop: Workshop | None) -> Manifest:
    """Check an audit file; with the store that wrote it, also that it is its own. Raises AuditBroken."""
    return verify_audit(path, _secret(shop) if shop is not None else None)


def _secret(shop: Workshop) -> bytes:
    return shop.store.secret(_SEAL, secrets.token_bytes(32))


def known_order(wanted: str, known: Iterable[str]) -> str:
    """The Order ID meant: as written, else but for case, spaces and a leading #. Raises UsageError."""
    ids = dict.fromkeys(str(order) for order in known if order)
    exact = clean_id(wanted)
    if exact in ids:
        return exact
    loose = {fold(order).lstrip("#"): order for order in ids}
    found = loose.get(fold(wanted).lstrip("#"))
    if found is not None:
        return found
    near = get_close_matches(fold(wanted).lstrip("#"), loose, n=3, cutoff=0.6)
    hint = " or ".join(loose[name] for name in near)
    mean = f" Did you mean {hint}?" if near else " See the Order ID column of the tracker."
    raise UsageError(f"Neither the tracker nor the store knows an order {wanted}.{mean}")
