"""The mailbox beside the passes: it is read apart from them, and a pass keeps what was read.

How far it was read is noted only after its mails are kept, so a kill in between reads them again; each counts once.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sheetsync.config import Config
from sheetsync.errors import ConfigError, MailError
from sheetsync.messages.inbox.incoming import read_incoming
from sheetsync.messages.inbox.mailbox import Fetched, MailboxSettings, Place, fetch
from sheetsync.store.store import Store
from sheetsync.store.trackers import TrackerState
from sheetsync.worker.incoming import take
from sheetsync.worker.tracked import Tracked, at_once

_PLACE: Final = "inbox_place"
_TOLD: Final = 3
Start = Callable[[Callable[[], None]], None]


@dataclass(slots=True)
class _Round:
    """One look into the mailbox: what it brought, or why it could not be read."""

    ended: Fetched | None = None
    trouble: str = ""


@dataclass(slots=True)
class InboxDesk:
    """Looks into the mailbox when that is due; `start` runs a look somewhere else."""

    start: Start = at_once
    under_way: _Round | None = None
    looked_at: datetime | None = None
    trouble: str = field(default="")

    def look(
        self,
        config: Config,
        store: Store,
        state: TrackerState,
        environment: Mapping[str, str],
        now: datetime,
    ) -> Tracked:
        """Keep what was read, and read anew when that is due; raises StoreError only."""
        kept = self._collect(store, state, now)
        due = self.looked_at is None or now - self.looked_at >= config.inbox.every
        if due and self.under_way is None:
            self.looked_at = now
            self._begin(config, store, state, environment)
            kept = (*kept, *self._collect(store, state, now))
        remarks = (self.trouble,) if self.trouble else ()
        more = (f"{len(kept) - _TOLD} more mails like these.",) if len(kept) > _TOLD else ()
        return Tracked(news=(*kept[:_TOLD], *more), remarks=remarks)

    def _begin(
        self, config: Config, store: Store, state: TrackerState, environment: Mapping[str, str]
    ) -> None:
        try:
            settings = settings_of(config, environment)
        except ConfigError as wrong:
            self.trouble = str(wrong)
            return
        place = _place(store.setting(state.id, _PLACE) or "")
        look = self.under_way = _Round()

        def work() -> None:
            try:
                look.ended = fetch(settings, place)
            except MailError as trouble:
                look.trouble = str(trouble)
            except Exception as defect:  # noqa: BLE001 - a server's odd answer must stop no pass; it is told
                look.trouble = f"The mailbox cannot be read: a defect of sheetsync ({type(defect).__name__}); please report it."

        self.start(work)

    def _collect(self, store: Store, state: TrackerState, now: datetime) -> tuple[str, ...]:
        """Keep the mails of a look that has ended; lines to tell."""
        look = self.under_way
        if look is None or (look.ended is None and not look.trouble):
            return ()
        self.under_way, self.trouble = None, look.trouble
        if look.ended is None:
            return ()
        found = [take(store, state, read_incoming(mail), now) for mail in look.ended.mails]
        place = {"validity": look.ended.place.validity, "following": look.ended.place.following}
        store.keep_setting(state.id, _PLACE, json.dumps(place))
        counts = Counter(each.words for each in found if each.words)
        return tuple(
            words if count == 1 else f"{words} ({count} times)" for words, count in counts.items()
        )


def settings_of(config: Config, environment: Mapping[str, str]) -> MailboxSettings:
    """Where mail is read; raises ConfigError where the password is not there."""
    inbox = config.inbox
    return MailboxSettings(
        host=str(inbox.host), port=inbox.server_port, tls=inbox.tls, username=inbox.username or "",
        password=inbox.password.resolve(environment) if inbox.password else "",
        folder=inbox.folder, timeout=inbox.timeout.total_seconds(), most=inbox.most, cafile=inbox.ca_file,
    )  # fmt: skip


def _place(text: str) -> Place:
    known = json.loads(text) if text else {}
    return Place(int(known.get("validity", 0)), int(known.get("following", 0)))
