"""The link of a carrier is that of the rules, and its host is plainly the one that is read."""

from __future__ import annotations

import pytest

from sheetsync.errors import RulesError
from sheetsync.rulebook import load_texts
from tests.support.shop import ROOT

GOOD = "https://www.ups.com/track?tracknum={number}"
BAD = (
    "http://www.ups.com/track?tracknum={number}", "https://dhl.com@evil.example/{number}",
    "https://dhl.com\\\\@evil.example/{number}", "https://dһl.com/{number}", "https://{number}.evil.example/",
    "javascript:alert({number})", "https://evil/{number}", "https://www.ups.com/track",
)  # fmt: skip


def rules_with(link):
    files = {path.name: path.read_text() for path in (ROOT / "rules").glob("*.yaml")}
    assert GOOD in files["carriers.yaml"]
    files["carriers.yaml"] = files["carriers.yaml"].replace(GOOD, link)
    return load_texts(files, "rules")


def test_the_shipped_link_is_good():
    assert rules_with(GOOD).carriers["UPS"].link == GOOD


@pytest.mark.parametrize("link", BAD)
def test_a_link_that_leads_elsewhere_than_it_seems_is_refused(link):
    with pytest.raises(RulesError, match=r"link|number"):
        rules_with(link)
