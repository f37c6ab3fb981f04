"""The settings of feeds: folders in which other systems leave files, and how those are read."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

from pydantic import Field, model_validator

from sheetsync.config.tracker import TickWords
from sheetsync.config.values import DateFormat, Delimiter, FilePath
from sheetsync.yamlfiles.checking import Misplaced, Strict
from sheetsync.yamlfiles.values import Duration, Text, Timezone


class FeedConfig(Strict):
    """One feed: what it brings, where its files are left, and how they are read."""

    kind: Literal["orders", "stock", "carrier", "answers", "payments"] = Field(
        description="What the files bring: orders, stock, carrier, answers (of vendors) or payments.",
        examples=["carrier"],
    )
    folder: FilePath | None = Field(
        default=None,
        description="The folder in which the files are left; without one, files come by sheetsync feed.",
        examples=["feeds/dhl"],
    )
    files: Text = Field(
        default="*", description="Which files of the folder belong to it.", examples=["'*'"]
    )
    columns: dict[str, Text] = Field(
        default={},
        description="Heading in the files: column key of rules/columns.yaml, where they differ.",
        examples=["{Shipment: tracking, Event: carrier_status, Event Time: carrier_update}"],
    )
    values: dict[str, dict[str, Text]] = Field(
        default={},
        description="By column key, what a word of the files means; any other word there is refused.",
        examples=["{carrier_status: {DLV: Delivered, OFD: Out for delivery}}"],
    )
    date_formats: list[DateFormat] = Field(
        default=[],
        description="How dates are written in the files, beside 2026-03-31 14:05.",
        examples=["['%d.%m.%Y %H:%M', '%d.%m.%Y']"],
    )
    decimal: Literal["point", "comma"] = Field(
        default="point",
        description="What stands before the decimals of a number: 12.5 or 12,5.",
        examples=["point"],
    )
    tick_words: TickWords = Field(
        default=TickWords(),
        description="Further words for a tick and for no tick in the files.",
        examples=["{yes: [J], no: [N]}"],
    )
    delimiter: Delimiter = Field(
        default="auto", description="What separates the columns of a CSV file.", examples=["auto"]
    )
    encoding: Literal["auto", "utf-8", "utf-16", "cp1252"] = Field(
        default="auto",
        description="How letters are stored: auto finds it out; utf-8, utf-16 or cp1252 (Windows).",
        examples=["auto"],
    )
    timezone: Timezone | None = Field(
        default=None,
        description="The time zone of times in the files; without it, that of the tracker.",
        examples=["Europe/Berlin"],
    )
    stable: Duration = Field(
        default=timedelta(seconds=10),
        description="How long a file must have been left alone before it is read.",
        examples=["10s"],
    )
    stale_after: Duration | None = Field(
        default=None,
        description="A feed that was silent for so long is called stale on Sync Status.",
        examples=["24h"],
    )
    done: FilePath | None = Field(
        default=None,
        description="Where files go that were taken; without it, the folder done in that of the feed.",
        examples=["feeds/dhl/done"],
    )
    largest_mb: int = Field(
        default=1024,
        ge=1,
        le=1_048_576,
        description="A file of more megabytes is refused as a whole.",
        examples=["1024"],
    )
    most_rows: int = Field(
        default=500_000,
        ge=1,
        le=10_000_000,
        description="A file with more rows that can be used is refused as a whole.",
        examples=["500000"],
    )
    most_new: int = Field(
        default=5000,
        ge=1,
        le=10_000_000,
        description="For kind orders: a file in the folder with news of more orders is left to be taken by hand.",
        examples=["5000"],
    )
    most_refused: int = Field(
        default=1000,
        ge=1,
        le=100_000,
        description="So many refused rows are listed in the report beside the file; the rest is counted.",
        examples=["1000"],
    )

    @model_validator(mode="after")
    def _values_of_columns(self) -> FeedConfig:
        for column, words in self.values.items():
            if not words:
                raise Misplaced(
                    f"no word is named for {column}; write {{DLV: Delivered}}", "values", column
                )
        return self
