"""Sets a Google Sheet up, and takes it back: one look, one batch, nothing where nothing differs."""

from __future__ import annotations

from collections.abc import Sequence

from sheetsync.domain.model import HeaderMap, Marker
from sheetsync.domain.rules import Rulebook
from sheetsync.errors import TrackerBusy
from sheetsync.trackers.google.api import AnswerLost, QuotaUsedUp, SheetsApi
from sheetsync.trackers.google.looking import Eyes
from sheetsync.trackers.google.setup import (
    LOOK_FIELDS,
    FirstRows,
    fresh_sheet_requests,
    look_range,
    removal_requests,
    setup_requests,
)
from sheetsync.trackers.google.structure import Json


class Installer:
    """Sets up the one tab that `eyes` look at, by `rules`. Everything raises TrackerError."""

    def __init__(self, api: SheetsApi, eyes: Eyes, rules: Rulebook) -> None:
        self._api, self._eyes, self._rules = api, eyes, rules

    def empty(self) -> bool:
        """Whether nothing stands in the tab yet."""
        return not self._eyes.plain_look().rows

    def make_fresh(self, marker: Marker, *, title: str = "") -> int:
        """Make the empty tab a tracker as the template has it; gives the number of requests."""
        structure = self._eyes.structure()
        requests = fresh_sheet_requests(
            structure, self._rules, self._eyes.tab().title, title=title, marker=marker
        )
        return self._send(requests)

    def planned(
        self, marker: Marker | None, *, add_columns: Sequence[str] = (), restore: bool = False
    ) -> list[Json]:
        """The requests that would set the tab up; [] where it is set up."""
        header, first_rows = self._look()
        return setup_requests(
            self._eyes.structure(), self._rules, header, self._eyes.tab().title,
            first_rows=first_rows, marker=marker, add_columns=add_columns, restore=restore,
        )  # fmt: skip

    def removal(self, *, own_tabs: bool = False) -> list[Json]:
        """The requests that would take back what was installed; [] where nothing is."""
        header, first_rows = self._look()
        return removal_requests(
            self._eyes.structure(), self._rules, header, self._eyes.tab().title,
            first_rows=first_rows, own_tabs=own_tabs,
        )  # fmt: skip

    def carry_out(self, requests: Sequence[Json]) -> int:
        """Send them as one batch; gives their number."""
        return self._send(requests)

    def _look(self) -> tuple[HeaderMap, FirstRows]:
        header = self._eyes.headed(self._eyes.plain_look()).header
        tab = self._eyes.tab()
        answer = self._api.look(LOOK_FIELDS, [look_range(tab, header.row_number)])
        return header, FirstRows.of(answer, tab.id)

    def _send(self, requests: Sequence[Json]) -> int:
        if not requests:
            return 0
        try:
            self._api.batch(requests)
        except (AnswerLost, QuotaUsedUp) as lost:
            raise TrackerBusy(
                f"Whether the sheet was set up is not known: {lost.problem} After an init the command is "
                "sheetsync setup. What is there already is left as it is."
            ) from lost
        finally:
            self._eyes.forget_structure()
        return len(requests)
