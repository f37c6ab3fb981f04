"""The store and the worker: sound, of this version, when last at work, and what waits to be sent."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Final

from sheetsync.errors import ConfigError, StoreError
from sheetsync.store.schema import REVISIONS
from sheetsync.store.store import Store
from sheetsync.store.trackers import TrackerState
from sheetsync.worker.doctor.diagnosis import Diagnosis, Patient, bad, note, ok, warn
from sheetsync.worker.which_store import is_on_a_server, open_store, schema_of, store_file
from sheetsync.worker.which_tracker import place_of

_PERIODS: Final = 3
_SLACK: Final = timedelta(minutes=5)
_PATIENCE: Final = timedelta(minutes=15)
_NO_STORE: Final = note(
    "store", "There is no store yet; the first pass makes it.", "Run sheetsync sync."
)
_DOUBT: Final = "Ask who should have got it; then sheetsync outbox release, or drop."
_PUT_BACK: Final = "A damaged store is put back from its newest copy: sheetsync state restore FILE."


def store_checks(patient: Patient) -> Iterator[Diagnosis]:
    """The store, and what it tells about the worker."""
    running = _running(patient.config.folder / "state" / "worker.lock")
    if running:
        yield ok("worker", f"A sheetsync is at work on this tracker{running}.")
    if _not_there_yet(patient):
        yield _NO_STORE
        return
    try:
        revision = schema_of(patient.config, patient.environment)
    except (StoreError, ConfigError) as problem:
        step = "Nothing is done without it." if is_on_a_server(patient.config) else _PUT_BACK
        yield bad("store", str(problem), step)
        return
    if not revision and is_on_a_server(patient.config):
        yield _NO_STORE
        return
    if revision not in REVISIONS:
        yield bad(
            "store", f"The store is of another sheetsync (its schema is {revision or 'missing'}).",
            "Install the newer sheetsync, or put back a backup from before.",
        )  # fmt: skip
        return
    yield ok("store", f"The store is sound (schema {revision}).")
    if revision != REVISIONS[-1]:
        yield note("store", "The next pass brings the store up to date, after a backup.")
        return
    with open_store(patient.config, patient.environment, patient.now) as store:
        yield from _worker(patient, store, running=bool(running))


def has_good_rules(patient: Patient) -> bool:
    """Whether the store keeps a good set of rules of this tracker, on which passes go on."""
    if _not_there_yet(patient):
        return False
    try:
        if schema_of(patient.config, patient.environment) != REVISIONS[-1]:
            return False
        with open_store(patient.config, patient.environment, patient.now) as store:
            state = _state(patient, store)
            return state is not None and store.last_good_rules(state.id) is not None
    except (StoreError, ConfigError):  # told by `store_checks`
        return False


def known_state(patient: Patient) -> TrackerState | None:
    """What the store knows of this tracker; None without a store, or where it cannot be opened."""
    if _not_there_yet(patient):
        return None
    try:
        if schema_of(patient.config, patient.environment) != REVISIONS[-1]:
            return None
        with open_store(patient.config, patient.environment, patient.now) as store:
            return _state(patient, store)
    except (StoreError, ConfigError):  # told by `store_checks`
        return None


def _state(patient: Patient, store: Store) -> TrackerState | None:
    ref = place_of(patient.config)
    return next((found for found in store.trackers() if found.ref == ref), None)


def _not_there_yet(patient: Patient) -> bool:
    path = store_file(patient.config)
    return path is not None and not path.exists()


def _running(lock: Path) -> str:
    """` (process 123)` while another sheetsync holds the lock, else "". Takes nothing from it."""
    try:
        handle = os.open(lock, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return ""
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return f" (process {os.read(handle, 20).decode('ascii', 'replace').strip()})"
    finally:
        os.close(handle)
    return ""


def _worker(patient: Patient, store: Store, *, running: bool) -> Iterator[Diagnosis]:
    state = _state(patient, store)
    if state is None or state.last_pass_at is None:
        yield note(
            "worker", "There was no pass over this tracker yet.",
            "The first one is a quiet look: run sheetsync plan, then sheetsync sync.",
        )  # fmt: skip
        return
    if not running and state.lease_until is not None and state.lease_until > patient.now:
        machine = state.lease_owner.rpartition("/")[0]
        until = patient.words(state.lease_until)
        yield ok("worker", f"A worker on {machine} has the tracker, at the latest until {until}.")
    if state.state == "held":
        yield bad(
            "worker", f"The tracker is held: {state.hold_reason}",
            "It is read on, and goes on by itself once it is put right; see sheetsync status.",
        )  # fmt: skip
    yield from _last_pass(patient, store, state, running=running)
    yield from _outbox(patient, store, state)


def _last_pass(
    patient: Patient, store: Store, state: TrackerState, *, running: bool
) -> Iterator[Diagnosis]:
    last = state.last_ok_at
    if last is None:
        yield warn("worker", "No pass has ended well yet.", "The last trouble stands below.")
    elif last > patient.now + _SLACK:
        yield bad(
            "clock",
            f"The last good pass was {patient.words(last)}, which lies in the future: the clock of "
            "this machine was set back.",
            "Set the clock right before the next pass; stamps come from it.",
        )
    elif patient.now - last > _PERIODS * patient.config.worker.every:
        words = f"The last good pass was {patient.words(last)}."
        step = "Look at its log." if running else "Start it with sheetsync run, or a timer."
        yield warn("worker", words, step)
    else:
        due = patient.words(last + patient.config.worker.every)
        yield ok("worker", f"The last good pass was {patient.words(last)}; the next is due {due}.")
    if state.fail_count:
        trouble = next((line.error for line in store.passes(state.id, 5) if line.error), "")
        yield warn(
            "worker", f"{_failed(state.fail_count)} did not end well. {trouble}",
            "It is tried again by itself; see what the sentence says.",
        )  # fmt: skip


def _outbox(patient: Patient, store: Store, state: TrackerState) -> Iterator[Diagnosis]:
    outbox = store.outbox(state.id)
    waiting = [
        row
        for row in outbox.in_states(("pending", "retry"))
        if row.not_before is None or row.not_before <= patient.now
    ]
    old = [row for row in waiting if patient.now - row.created_at > _PATIENCE]
    if old:
        why = next((f" {row.last_error}" for row in reversed(old) if row.last_error), "")
        yield warn(
            "outbox",
            f"{_mails(len(old), 'waits', 'wait')} since {patient.words(old[0].created_at)}.{why}",
            "Try the way out with sheetsync doctor --mail.",
        )
    for name, words, step in (
        ("in_doubt", "in doubt: nobody knows whether it arrived", _DOUBT),
        ("failed", "refused for good", "Correct the addresses in escalation.yaml."),
        ("held", "held back", "Look with sheetsync outbox list; then release or drop."),
    ):
        count = len(outbox.in_states((name,)))
        if count:
            yield warn("outbox", f"{_mails(count, 'is', 'are')} {words}.", step)
    if not old:
        yield ok("outbox", f"{_mails(len(waiting), 'waits', 'wait')} to be sent.")


def _mails(count: int, one: str, many: str) -> str:
    return f"1 mail {one}" if count == 1 else f"{count} mails {many}"


def _failed(count: int) -> str:
    return "The last pass" if count == 1 else f"The last {count} passes"
