"""What sheetsync installs into a Google Sheet, and takes back: requests worked out from one look, never sent here."""

from sheetsync.trackers.google.setup.first_rows import LOOK_FIELDS, FirstRows, look_range
from sheetsync.trackers.google.setup.fresh import fresh_sheet_requests
from sheetsync.trackers.google.setup.install import OWN_COLUMNS, removal_requests, setup_requests
from sheetsync.trackers.google.setup.marks import SETUP_VERSION, owner_requests

__all__ = [
    "LOOK_FIELDS",
    "OWN_COLUMNS",
    "SETUP_VERSION",
    "FirstRows",
    "fresh_sheet_requests",
    "look_range",
    "owner_requests",
    "removal_requests",
    "setup_requests",
]
