"""The selftest on a real sheet: the tracker's promises and open questions, on scratch tabs of its own."""

from sheetsync.trackers.google.selftest.answers import Answer, Finding, Kept, Report
from sheetsync.trackers.google.selftest.running import Means, Selftest
from sheetsync.trackers.google.selftest.trying import Tell

__all__ = ["Answer", "Finding", "Kept", "Means", "Report", "Selftest", "Tell"]
