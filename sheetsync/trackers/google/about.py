"""What is known of the sheet when something goes wrong: the sentences name it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sheetsync.config.google import sheet_link


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """The sheet and the account. `now` and `next_try` are local times of the tracker.

    `next_try` is None where nobody tries again by himself: in a command that a person typed. `clock_ahead`
    is how far this machine's clock is ahead of Google's, where that is known.
    """

    spreadsheet_id: str
    client_email: str = ""
    tab: str = ""
    tabs_found: tuple[str, ...] = ()
    now: datetime | None = None
    next_try: datetime | None = None
    clock_ahead: timedelta | None = None

    @property
    def link(self) -> str:
        """The address of the sheet."""
        return sheet_link(self.spreadsheet_id)

    @property
    def account(self) -> str:
        """The address to share with, or a word for it where it is not known."""
        return self.client_email or "the account that sheetsync logs in with"

    @property
    def on_tab(self) -> str:
        """` on the tab Orders`."""
        return f" on the tab {self.tab}" if self.tab else ""

    @property
    def later(self) -> str:
        """When it is tried again; in a running worker nobody has to do anything."""
        if self.next_try is None:
            return "Run the command again in a minute."
        if self.now is not None and self.next_try <= self.now:
            return "It is tried again at once."
        days = self.now is not None and self.next_try.date() != self.now.date()
        return f"The next try is at {self.next_try:{'%Y-%m-%d %H:%M' if days else '%H:%M'}}."

    @property
    def skew(self) -> str:
        """How wrong the clock is, in words; "" where that is not known or it is right."""
        ahead = self.clock_ahead
        if ahead is None or abs(ahead) < timedelta(minutes=1):
            return ""
        minutes = round(abs(ahead).total_seconds() / 60)
        amount = f"{minutes} minutes" if minutes != 1 else "1 minute"
        return f"it is {amount} {'ahead of' if ahead > timedelta() else 'behind'} Google's"
