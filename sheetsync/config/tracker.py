"""The tracker's settings: which workbook or Google Sheet, and how its cells are understood."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from sheetsync.config.google import SpreadsheetId
from sheetsync.config.values import SHOWN, DateFormat, FilePath
from sheetsync.domain.columns.reading import ReadingOptions
from sheetsync.yamlfiles.checking import Misplaced, Strict
from sheetsync.yamlfiles.values import Text, Timezone


class TickWords(Strict):
    """Further words for a tick and for no tick, beside TRUE, yes, x, ✓ and FALSE, no."""

    yes: list[Text] = Field(
        default=[], description="Words that mean ticked.", examples=["[ja, erledigt]"]
    )
    no: list[Text] = Field(
        default=[], description="Words that mean not ticked.", examples=["[nein, offen]"]
    )


class TrackerConfig(Strict):
    """The workbook or the Google Sheet with the orders."""

    kind: Literal["excel", "google"] = Field(
        default="excel",
        description="What the tracker is: excel or google.",
        examples=["excel"],
        json_schema_extra=SHOWN,
    )
    path: FilePath | None = Field(
        default=None,
        description="For kind excel: the workbook, relative to the folder of this file.",
        examples=["tracker.xlsx"],
        json_schema_extra=SHOWN,
    )
    id: SpreadsheetId | None = Field(
        default=None,
        description="For kind google: the address of the sheet as copied from the browser, or its id.",
        examples=["https://docs.google.com/spreadsheets/d/1AbCdEfGhIjKlMnOpQrStUvWxYz/edit"],
    )
    tab: Text = Field(
        default="Orders",
        description="The tab with one row for each order.",
        examples=["Orders"],
        json_schema_extra=SHOWN,
    )
    timezone: Timezone = Field(
        description="The time zone of all dates and times in the tracker.",
        examples=["Africa/Johannesburg"],
        json_schema_extra=SHOWN,
    )
    date_formats: list[DateFormat] = Field(
        default=[],
        description="How dates are typed as text, beside 2026-03-31 14:05; the first that fits is taken.",
        examples=["['%d/%m/%Y %H:%M', '%d/%m/%Y']"],
    )
    tick_words: TickWords = Field(
        default=TickWords(),
        description="Further words for a tick and for no tick, beside TRUE, yes, x and FALSE, no.",
        examples=["{yes: [ja], no: [nein]}"],
    )
    earliest_year: int = Field(
        default=2000,
        ge=1970,
        le=2100,
        description="Dates before it are flagged.",
        examples=["2000"],
    )
    latest_year: int = Field(
        default=2100, ge=1970, le=2200, description="Dates after it are flagged.", examples=["2100"]
    )
    allow_macros: bool = Field(
        default=False,
        description="Whether a workbook with macros (.xlsm) may be written; its macros stay as they are.",
        examples=["no"],
    )
    backups_kept: int = Field(
        default=20,
        ge=1,
        le=1000,
        description="How many copies of the workbook from before a write are kept.",
        examples=["20"],
    )
    stable_seconds: float = Field(
        default=2.0,
        ge=0,
        le=600,
        description="How long the file must have been left alone before it is read.",
        examples=["2"],
    )

    @model_validator(mode="after")
    def _one_place(self) -> TrackerConfig:
        if self.kind == "google":
            if self.id is None:
                raise ValueError(
                    "kind: google needs id, the address of the sheet; open the sheet in the browser, "
                    "copy the address and write id: and the address"
                )
        elif self.path is None:
            if "path" in self.model_fields_set:
                raise Misplaced("a file or folder is expected here, not nothing", "path")
            if self.id is not None:
                raise Misplaced("an id is that of a Google Sheet; write kind: google", "id")
            raise ValueError('the setting "path" is missing here')
        return self

    @property
    def workbook(self) -> Path:
        """The workbook; only an Excel tracker has one."""
        if self.kind != "excel" or self.path is None:
            raise TypeError("A Google Sheet has no workbook; ask for `kind` first.")
        return self.path

    @property
    def spreadsheet(self) -> str:
        """The id of the Google Sheet; only such a tracker has one."""
        if self.kind != "google" or self.id is None:
            raise TypeError("A workbook has no id; ask for `kind` first.")
        return self.id

    @property
    def name(self) -> str:
        """How the tracker is called in messages: its file's name, or its id until its title is known."""
        return self.workbook.name if self.kind == "excel" else self.spreadsheet

    def reading_options(self) -> ReadingOptions:
        """How cells of this tracker are understood."""
        return ReadingOptions(
            date_formats=tuple(self.date_formats),
            yes_words=tuple(self.tick_words.yes),
            no_words=tuple(self.tick_words.no),
            earliest_year=self.earliest_year,
            latest_year=self.latest_year,
        )
