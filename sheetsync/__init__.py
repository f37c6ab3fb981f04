"""sheetsync: a careful colleague beside a fulfilment team's order spreadsheet."""

__version__ = "0.1.0"
