"""A worker's turn at its tracker: the lease is taken, the store writes under it, and it is given back.

The lease is for workers on several machines, or with several state folders, over one store; on one state
folder the lock file comes first (`Workshop.alone`). A worker's name is that of its machine and state folder:
what it held when it was killed is its own, and nobody waits for that lease to run out.
"""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path

from sheetsync.domain.moments import scalar_to_local
from sheetsync.errors import StoreError, TrackerTaken
from sheetsync.store.leases import Taken
from sheetsync.store.store import Store


def worker_name(state_folder: Path) -> str:
    """How this worker is called in leases; the same from start to start. Raises StoreError."""
    file = state_folder / "worker.id"
    try:
        if not file.exists():
            state_folder.mkdir(parents=True, exist_ok=True)
            handle = os.open(file, os.O_WRONLY | os.O_CREAT, 0o600)
            with os.fdopen(handle, "w") as new:
                new.write(secrets.token_hex(8))
        return f"{socket.gethostname()}/{file.read_text().strip()}"
    except OSError as error:
        raise StoreError(
            f"The file {file}, which names this worker, cannot be kept ({error.strerror}). "
            "Check that the state folder exists and may be written."
        ) from error


@contextmanager
def leased(
    store: Store,
    tracker_id: int,
    *,
    worker: str,
    length: timedelta,
    clock: Callable[[], datetime],
    timezone: str,
) -> Iterator[Store]:
    """The store under the lease on a tracker while the block runs.

    Raises TrackerTaken where another worker has it. Whatever the block writes raises LeaseLost once
    this one was stopped for longer than `length`.
    """
    lease = store.take_lease(tracker_id, owner=worker, length=length, clock=clock)
    if isinstance(lease, Taken):
        raise TrackerTaken(_words(lease, timezone))
    try:
        yield store.under(lease)
    finally:
        with suppress(StoreError):  # then it runs out by itself
            store.give_back(lease)


def _words(taken: Taken, timezone: str) -> str:
    machine = taken.owner.rpartition("/")[0]
    where = "" if machine == socket.gethostname() else f" on {machine}"
    until = scalar_to_local(taken.until, timezone)
    return (
        f"Another worker{where} has this tracker until {until:%H:%M}. This one looks again later."
    )
